//! Nothing that was acknowledged is lost, however often transport and Cloud API are killed.
//!
//! The moments of kills are drawn from a seed, as numbers of events that people's devices report:
//! kills fall into work, and into starts. What must hold is judged at the end by [`Verdict`].

use std::{
    env, fs,
    time::{Duration, Instant},
};

use rand_core::Rng as _;
use simulator::rng::stream;

use crate::{
    people::{People, STOPPED},
    stage::{BUSINESS, CLOUD_API, Stage, TRANSPORT, copy},
    verdict::{Verdict, log_of_transport, prekeys_left},
};

/// Kills, if `BLINDPOST_KILLS` says nothing.
const KILLS: u64 = 10;
/// Messages of one person that wait for answers at a time.
const OPEN: usize = 4;
/// A kill waits for at most so many events since the one before.
const MOST_EVENTS: u32 = 100;
/// And, where nothing happens because everything is down, for at most so long.
const MOST_WAIT: Duration = Duration::from_secs(2);
/// After the last answer, receipts and complaints come for as long.
const AFTERMATH: Duration = Duration::from_secs(1);

/// What a run came to.
struct Outcome {
    /// Kills while messages were on their way.
    in_work: u64,
    messages: usize,
    prekeys: usize,
}

/// A number in the environment, or another one.
pub(crate) fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().expect("it is a number"))
}

/// Runs so many kills of a role that is drawn each time; everything must hold afterwards.
fn run(seed: u64, kills: u64) -> Outcome {
    let count = 4 + kills / 10;
    let mut stage = Stage::set();
    let numbers: Vec<String> = (0..count).map(|index| format!("1201555{index:04}")).collect();
    let mut people = People::join(&mut stage, &numbers);
    let mut draw = stream(seed, "kills", "");
    let mut in_work = 0;
    for kill in 0..kills {
        // One more person at a time has a first message to send, which takes one-time prekeys.
        let writers = usize::try_from(2 + kill * count / kills).unwrap_or(usize::MAX);
        let events = draw.next_u32() % MOST_EVENTS;
        let role = if draw.next_u32().is_multiple_of(2) { TRANSPORT } else { CLOUD_API };
        work(&mut stage, &mut people, writers.min(numbers.len()), events);
        in_work += u64::from(people.open() > 0);
        stage.kill(role);
        stage.start(role);
    }
    settle(&mut stage, &mut people, STOPPED);
    stage.terminate_all();
    let messages = people.0.iter().map(|person| person.written.len()).sum();
    let prekeys = prekeys_left(&log_of_transport(&stage)).len();
    let verdict = Verdict::of(&stage, &people);
    assert!(verdict.is_clean(), "BLINDPOST_SEED={seed} BLINDPOST_KILLS={kills}:\n{verdict}");
    Outcome { in_work, messages, prekeys }
}

/// People write, until so many events have happened.
fn work(stage: &mut Stage, people: &mut People, writers: usize, events: u32) {
    let until = Instant::now() + MOST_WAIT;
    let mut seen = 0;
    while seen < events {
        for index in 0..writers {
            if people.0[index].open() < OPEN {
                people.writes(index, "Do you have bread today?");
            }
        }
        let left = until.saturating_duration_since(Instant::now());
        let Some(said) = stage.next(left) else { return };
        seen += u32::from(people.note(&said));
    }
}

/// Everybody writes one more message. Ends when all are answered, or nothing has happened for so
/// long.
fn settle(stage: &mut Stage, people: &mut People, patience: Duration) {
    for index in 0..people.0.len() {
        people.writes(index, "And tomorrow?");
    }
    let mut last = Instant::now();
    while people.open() > 0 {
        let left = (last + patience).saturating_duration_since(Instant::now());
        let Some(said) = stage.next(left) else { return };
        if people.note(&said) {
            last = Instant::now();
        } else if last.elapsed() > patience {
            return;
        }
    }
    while let Some(said) = stage.next(AFTERMATH) {
        people.note(&said);
    }
}

/// A person writes, and is answered.
fn converse(stage: &mut Stage, people: &mut People, index: usize) {
    people.writes(index, "Do you have bread today?");
    people.are_answered(stage);
}

/// Where nothing was killed for a while, nobody waits for longer before trying again.
const NO_MORE: Duration = Duration::from_secs(10);

/// What is found when a disk loses what it said was durable: the store of `role` becomes what it
/// was before a person wrote, after `role` has taken the message and while `next` is down.
fn forgets(role: &'static str, next: &'static str, taken: &str) -> Verdict {
    let mut stage = Stage::set();
    let numbers = ["12015550000", "12015550001", "12015550002"].map(str::to_owned);
    let mut people = People::join(&mut stage, &numbers);
    converse(&mut stage, &mut people, 0);
    let (stores, kept) = (stage.stores(role), stage.aside("kept"));
    stage.kill(role);
    copy(&stores, &kept);
    stage.start(role);
    // Sessions go on, and one begins, that will be forgotten.
    converse(&mut stage, &mut people, 0);
    converse(&mut stage, &mut people, 1);
    stage.kill(next);
    let before = people.0[0].count(taken);
    people.writes(0, "Is this kept?");
    while people.0[0].count(taken) == before {
        let said = stage.next(STOPPED).expect("the message is taken");
        people.note(&said);
    }
    stage.kill(role);
    fs::remove_dir_all(&stores).expect("a folder of ours can be removed");
    copy(&kept, &stores);
    stage.start(role);
    stage.start(next);
    settle(&mut stage, &mut people, NO_MORE);
    stage.terminate_all();
    Verdict::of(&stage, &people)
}

#[test]
fn nothing_acknowledged_is_lost_when_transport_and_cloud_api_are_killed_under_load() {
    let (seed, kills) = (setting("BLINDPOST_SEED", 1), setting("BLINDPOST_KILLS", KILLS));
    let Outcome { in_work, messages, prekeys } = run(seed, kills);
    println!(
        "seed {seed}: {kills} kills, {in_work} of them with messages on their way; {messages} \
         messages written and answered, {prekeys} one-time prekeys left"
    );
    assert!(in_work * 2 >= kills, "only {in_work} of {kills} kills fell into work");
    assert!(prekeys > 0, "nobody started a session");
}

#[test]
fn a_transport_that_forgets_what_it_said_was_durable_is_caught() {
    let verdict = forgets(TRANSPORT, CLOUD_API, "sent");
    assert!(verdict.lost.iter().any(|lost| lost.starts_with("p0-2:")), "{verdict}");
    assert!(!verdict.prekeys_twice.is_empty(), "{verdict}");
}

#[test]
fn a_cloud_api_that_forgets_what_it_said_was_durable_is_caught() {
    let verdict = forgets(CLOUD_API, BUSINESS, "delivered");
    assert!(verdict.lost.iter().any(|lost| lost.starts_with("p0-2:")), "{verdict}");
    assert!(!verdict.out_of_step.is_empty(), "{verdict}");
}
