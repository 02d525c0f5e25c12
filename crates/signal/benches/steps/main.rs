//! What the steps of a session cost: ours, libsignal's, and the primitives that a step cannot do
//! without.
//!
//! ```text
//! taskset -c 0 cargo bench -p signal --bench steps -- [--blocks N] [--peer COMMAND]
//! cargo bench -p signal --bench steps -- --profile STEP
//! ```
//!
//! COMMAND is libsignal as a process, `tests/peers/syft` built for release and given `--bench`: it
//! is pinned as this process is. Blocks of all three take turns, so that whatever else the machine
//! does meets all of them; a figure is the median over blocks of a block's median, a ratio that of
//! two such figures, and its spread the tenth and the ninetieth of the blocks' own ratios. The
//! table is Markdown: docs/reference/speed.md is made of it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark measures real time, prints, and may stop at what goes wrong"
)]

mod floor;
mod ours;
mod peer;
mod table;

use table::{Measured, Row};

/// A step, the name that the peer knows it by, and the runs of one block.
const STEPS: [(&str, &str, usize); 5] = [
    ("process bundle", "process", 30),
    ("decrypt first flight", "first", 30),
    ("encrypt, same chain", "encrypt", 600),
    ("decrypt, same chain", "decrypt", 600),
    ("alternating message, encrypt + decrypt", "alternate", 60),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let blocks: usize = value("--blocks").map_or(30, |text| text.parse().unwrap());
    if let Some(step) = value("--profile") {
        // One step of ours and nothing else, for a profiler.
        (0..blocks).for_each(|_| drop(ours::run(&step, 600)));
        return;
    }
    let mut peer = value("--peer").map(|command| peer::Peer::start(&command));

    let mut rows: Vec<Row> = STEPS.iter().map(|(name, ..)| Row::new(name)).collect();
    for _ in 0..blocks {
        let costs = floor::costs();
        for (row, (_, step, runs)) in rows.iter_mut().zip(STEPS) {
            let ours = ours::run(step, runs);
            let theirs = peer.as_mut().map(|peer| peer.run(step, runs));
            row.add(Measured { ours, theirs, floor: floor::sum(step, &costs) });
        }
    }
    let restored = ["encrypt", "decrypt"].map(|step| ours::restored(step, 300));
    let largest = (ours::largest_session(174), peer.as_mut().map(|peer| peer.largest(174)));
    table::print(&rows, blocks, restored, largest);
    table::print_costs(&floor::costs());
}
