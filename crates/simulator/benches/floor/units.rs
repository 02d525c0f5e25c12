//! What one use of each primitive costs here and now.

use std::{collections::BTreeMap, hint::black_box, time::Instant};

use keys::count::Operation;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use signal::crypto::units::{cbc_calls, units};

type Call = Box<dyn FnMut()>;

/// How often each is measured.
const ROUNDS: usize = 31;
/// How long a round takes at least, in seconds.
const ROUND: f64 = 0.000_5;

/// Seconds of each operation: the median of [`ROUNDS`], which take turns so that what others do on
/// the machine meets all of them.
pub(crate) fn costs() -> BTreeMap<Operation, f64> {
    let mut calls: Vec<Call> = Vec::new();
    let mut times = Vec::new();
    for unit in units() {
        times.push((unit.operation, unit.times));
        calls.push(unit.call);
    }
    let pairs = [
        (Some(Operation::CbcKey), Operation::CbcEncrypt, cbc_calls(false)),
        (None, Operation::CbcDecrypt, cbc_calls(true)),
        (Some(Operation::GcmKey), Operation::GcmBlock, gcm_calls()),
    ];
    let mut lines = Vec::new();
    for (key, block, [short, long]) in pairs {
        lines.push((key, block, short.0, long.0));
        calls.push(short.1);
        calls.push(long.1);
    }
    let seconds = medians(&mut calls);
    let mut costs = BTreeMap::new();
    for ((operation, times), seconds) in times.iter().zip(&seconds) {
        costs.insert(*operation, seconds / f64::from(*times));
    }
    let pairs = seconds.get(times.len()..).unwrap_or_default().as_chunks::<2>().0;
    for ((key, block, few, many), [short, long]) in lines.into_iter().zip(pairs) {
        let each = ((long - short) / f64::from(many - few)).max(0.0);
        costs.insert(block, each);
        if let Some(key) = key {
            costs.insert(key, (short - each * f64::from(few)).max(0.0));
        }
    }
    costs
}

fn gcm_calls() -> [(u32, Call); 2] {
    [1_u32, 256].map(|blocks| {
        let plain = vec![1; blocks as usize * 16];
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let call: Call = Box::new(move || {
            black_box(cloud_api::vault::seal_once(black_box(&plain), &mut rng));
        });
        (blocks, call)
    })
}

fn medians(calls: &mut [Call]) -> Vec<f64> {
    let repeats: Vec<u32> = calls.iter_mut().map(repeats).collect();
    let mut all = vec![Vec::new(); calls.len()];
    for _ in 0..ROUNDS {
        for ((call, repeats), all) in calls.iter_mut().zip(&repeats).zip(&mut all) {
            all.push(round(call, *repeats) / f64::from(*repeats));
        }
    }
    let median = |mut seconds: Vec<f64>| {
        seconds.sort_by(f64::total_cmp);
        seconds.get(seconds.len() / 2).copied().unwrap_or_default()
    };
    all.into_iter().map(median).collect()
}

fn repeats(call: &mut Call) -> u32 {
    let mut repeats = 1;
    while round(call, repeats) < ROUND {
        repeats *= 2;
    }
    repeats
}

fn round(call: &mut Call, repeats: u32) -> f64 {
    let start = Instant::now();
    (0..repeats).for_each(|_| call());
    start.elapsed().as_secs_f64()
}
