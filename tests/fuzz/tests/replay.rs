//! Every committed input runs: the seeds, and under the name of what they showed those that failed.

use std::{fs, path::Path};

fn replay(name: &str) -> usize {
    let target = fuzz::target(name).unwrap();
    let mut count = 0;
    for kind in ["seeds", "regressions"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(kind).join(name);
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            println!("{}", path.display());
            target(&fs::read(&path).unwrap());
            count += 1;
        }
    }
    count
}

#[test]
fn every_committed_input_passes_and_every_target_has_some() {
    for (name, _) in fuzz::TARGETS {
        assert!(replay(name) > 0, "{name} has no seed");
    }
}

/// Without coverage: a little of everything, the same in every run.
#[test]
fn made_up_inputs_pass() {
    for (number, (_, target)) in (1_u64..).zip(fuzz::TARGETS) {
        for round in 0..40_u64 {
            let mut state = number << 32 | round;
            let bytes: Vec<u8> = (0..round * 7)
                .map(|_| {
                    state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(number | 1);
                    (state >> 56) as u8
                })
                .collect();
            target(&bytes);
        }
    }
}
