//! Messages a second that one number has accepted, side by side with the floor, and how long
//! accepting takes beside what a commit of the store takes on the same disk.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use engines::{RootKey, Sqlite, cycle::Cycle};
use getrandom::fill;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use serde_json::{Value, json};
use vocab::UnixMicros;
use zeroize::Zeroizing;

use crate::{
    Arguments, Outcome,
    figures::{computed, machine, median, micros, percentile, tenth},
    load::Caller,
    world::{Served, World},
};

/// Milliseconds in which accepting must be over for all but one of a hundred messages, or so many
/// commits, whichever is longer.
const MOST_MS: f64 = 20.0;
const MOST_COMMITS: f64 = 5.0;
/// Of the pace that is asked for, so much must be accepted.
const KEEPS: f64 = 0.98;
/// Bytes of a row that is written for an accepted message.
const ROW: usize = 410;

/// Of the highest rate, so many of a hundred: at these it is measured how long accepting takes.
const PARTS: [u64; 2] = [25, 50];
/// Seconds of each of them.
const SECONDS: u64 = 6;

/// The world and the floor, under the same load.
struct Both<'a> {
    world: &'a World,
    caller: Caller,
    floor: Caller,
    floor_id: u32,
    smoke: bool,
    /// Messages that were sent.
    sent: u64,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let smoke = arguments.smoke;
    let people = arguments.people.unwrap_or(if smoke { 20 } else { 10_000 });
    let pace = arguments.pace.unwrap_or(if smoke { 50 } else { 1_000 });
    let count = arguments.messages.unwrap_or(if smoke { 100 } else { 5_000 });
    let begins = machine();
    let world = World::start(&arguments.folder, people).await;
    let floor = Served::start(&["floor"]);
    let caller = world.caller();
    let to_floor = caller.of(floor.line.trim().parse().expect("the floor listens"));
    let floor_id = floor.id();
    let mut both = Both { world: &world, caller, floor: to_floor, floor_id, smoke, sent: 0 };
    let (mut rounds, mut rates, mut holds) = (Vec::new(), Vec::new(), true);
    for _ in 0..if smoke { 1 } else { 3 } {
        let round = both.round(count, pace).await;
        rates.push(round.accepted);
        holds &= round.in_time;
        rounds.push(round.figures);
    }
    let highest = median(rates);
    println!("accepted: {highest:.0}/s of {pace}/s that were asked for");
    let mut parts = Vec::new();
    for part in PARTS {
        let pace = (highest as u64 * part / 100).max(1);
        let count = if smoke { 20 } else { pace * SECONDS };
        parts.push(json!({ "percent": part, "round": both.round(count, pace).await.figures }));
    }
    holds &= highest >= KEEPS * pace as f64;
    let figures = json!({
        "machine": begins, "people": world.users().len(), "setup": world.setup, "pace": pace,
        "rounds": rounds, "accepted_per_second": highest.round(), "of_the_highest": parts,
        "goal_holds": holds,
    });
    // In small the figures say nothing: that every message is accepted has been asserted.
    let fails = (!holds && !smoke).then_some("it accepts too few, or takes too long");
    Outcome { figures, fails }
}

/// What one pace came to.
struct Round {
    accepted: f64,
    /// Whether accepting was over in the time that it may take.
    in_time: bool,
    figures: Value,
}

impl Both<'_> {
    /// So many messages at this pace to either of them, one after the other, and commits beside.
    async fn round(&mut self, count: u64, pace: u64) -> Round {
        let first = self.sent;
        self.sent += count;
        let id = self.world.served.id();
        let used = computed(id);
        let sent = self.caller.pace(first, count, pace).await;
        // What was accepted has yet to arrive, and to be told of.
        let after = quiet(id).await;
        let cost = (computed(id) - used) * 1e6 / count as f64;
        let beside = self.floor.pace(first, count, pace).await;
        let used = computed(self.floor_id);
        let most = self.floor.press(first, count).await;
        let floor_cost = (computed(self.floor_id) - used) * 1e6 / count as f64;
        let raw = self.world.folder.path().join(format!("raw-{first}"));
        let commit = commit_ms(&raw, self.smoke);
        let bound = MOST_MS.max(MOST_COMMITS * commit);
        println!(
            "at {pace}/s: accepted {:.0}/s, p50 {} ms, p99 {} ms (at most {bound:.1}); the floor \
             p99 {} ms, {:.0}/s at most; a commit p99 {commit} ms; {cost:.0} us of the world each, \
             {floor_cost:.0} of the floor; all done {after:.1} s later",
            sent.per_second,
            sent.ms(50),
            sent.ms(99),
            beside.ms(99),
            most.per_second,
        );
        let figures = json!({
            "accepted": sent.json(), "floor_at_the_pace": beside.json(), "floor": most.json(),
            "commit_p99_ms": commit, "p99_bound_ms": tenth(bound),
            "done_s_later": tenth(after),
            "world_us_per_message": tenth(cost), "floor_us_per_message": tenth(floor_cost),
        });
        Round { accepted: sent.per_second, in_time: sent.ms(99) <= bound, figures }
    }
}

/// Waits until process `id` has nothing more to do: for half a second it computes no more than what
/// keeps so many connections alive. How many seconds that took.
async fn quiet(id: u32) -> f64 {
    const PART: Duration = Duration::from_millis(100);
    // Two of the ticks that Linux counts in, a fifth of a part.
    const IDLE: f64 = 0.021;
    let begun = Instant::now();
    let (mut still, mut before) = (0, computed(id));
    while still < 5 {
        tokio::time::sleep(PART).await;
        let now = computed(id);
        still = if now - before < IDLE { still + 1 } else { 0 };
        before = now;
    }
    begun.elapsed().saturating_sub(5 * PART).as_secs_f64()
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
