//! Messages a second that one number has accepted, side by side with the floor, and how long
//! accepting takes beside what a commit of the store takes on the same disk.

use std::{path::Path, time::Instant};

use engines::{RootKey, Sqlite, cycle::Cycle};
use getrandom::fill;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use serde_json::{Value, json};
use vocab::UnixMicros;
use zeroize::Zeroizing;

use crate::{
    Arguments,
    figures::{computed, machine, micros, percentile, tenth},
    world::{Served, World},
};

/// Milliseconds in which accepting must be over for all but one of a hundred messages, or so many
/// commits, whichever is longer.
const MOST_MS: f64 = 20.0;
const MOST_COMMITS: f64 = 5.0;
/// Bytes of a row that is written for an accepted message.
const ROW: usize = 410;

pub(crate) async fn run(arguments: &Arguments) -> Value {
    let smoke = arguments.smoke;
    let people = arguments.people.unwrap_or(if smoke { 20 } else { 10_000 });
    let pace = arguments.pace.unwrap_or(if smoke { 50 } else { 1_000 });
    let rounds = if smoke { 1 } else { 3 };
    let count = arguments.messages.unwrap_or(if smoke { 100 } else { 10_000 });
    let begins = machine();
    let world = World::start(&arguments.folder, people).await;
    let floor = Served::start(&["floor"]);
    let caller = world.caller();
    let of_floor = caller.of(floor.line.trim().parse().expect("the floor listens"));
    let mut seen = Vec::new();
    let mut holds = true;
    for round in 0..rounds {
        let first = round * count;
        let used = computed(world.served.id());
        let sent = caller.pace(first, count, pace).await;
        let cost = (computed(world.served.id()) - used) * 1e6 / count as f64;
        let beside = of_floor.pace(first, count, pace).await;
        let most = of_floor.press(first, count).await;
        let commit = commit_ms(&world.folder.path().join(format!("raw-{round}")), smoke);
        let bound = MOST_MS.max(MOST_COMMITS * commit);
        let keeps_pace = sent.per_second >= 0.98 * pace as f64;
        holds &= sent.ms(99) <= bound && keeps_pace;
        println!(
            "at {pace}/s: accepted {:.0}/s, p50 {} ms, p99 {} ms (at most {bound:.1}); the floor \
             p99 {} ms, {:.0}/s at most; a commit p99 {commit} ms; {cost:.0} us of the world each",
            sent.per_second,
            sent.ms(50),
            sent.ms(99),
            beside.ms(99),
            most.per_second,
        );
        seen.push(json!({
            "accepted": sent.json(), "floor_at_the_pace": beside.json(), "floor": most.json(),
            "commit_p99_ms": commit, "p99_bound_ms": tenth(bound),
            "world_us_per_message": tenth(cost),
        }));
    }
    // In small the figures say nothing: that every message is accepted has been asserted.
    assert!(holds || smoke, "it accepts too few, or takes too long");
    json!({ "machine": begins, "people": people, "pace": pace, "rounds": seen })
}

/// What a commit of one row takes on this disk, with nothing else to do: its p99 in milliseconds.
fn commit_ms(folder: &Path, smoke: bool) -> f64 {
    std::fs::create_dir_all(folder).unwrap();
    let mut seed = [0; 32];
    fill(&mut seed).unwrap();
    let root = RootKey::new(&Zeroizing::new(seed));
    let mut engine = Sqlite::open(folder, root, Box::new(ChaCha20Rng::from_seed(seed))).unwrap();
    let cycle = Cycle { batch: 1, queues: 1_000, bytes: ROW };
    let mut taken = Vec::new();
    for _ in 0..if smoke { 20 } else { 500 } {
        let begun = Instant::now();
        assert_eq!(cycle.run(&mut engine, UnixMicros(1_700_000_000_000_000)), 1, "refused");
        // A cycle commits twice: a row comes, and goes.
        taken.push(micros(begun, Instant::now()) / 2);
    }
    taken.sort_unstable();
    tenth(percentile(&taken, 99) as f64 / 1_000.0)
}
