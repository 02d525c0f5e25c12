//! A process that is killed in the midst of its commits: what it acknowledged is there, and each
//! transaction is there as a whole or not at all.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use engines::{check, commit};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use store::{Answer, Engine as _, Key, Op, Transaction, Value};
use vocab::{Keep, Micros};

use crate::common::{FOR_GOOD, START, Temporary, done, open, root, row, transaction};

const CHILD: &str = "BLINDPOST_KILLED_STORE";
const ROUNDS: u64 = 25;

fn name(side: &str, number: u64) -> Key {
    Key::table(side).with_number(number)
}

/// A transaction that leaves both sides or none, moves a queue and its own counter.
fn step(number: u64) -> Transaction {
    let value = number.to_be_bytes().repeat(20);
    transaction(vec![
        Op::Put(row(&name("left", number), &value, FOR_GOOD)),
        Op::Append(row(&Key::table("queue"), &value, FOR_GOOD)),
        Op::Put(row(&name("brief", number), &value, Keep::For(Micros(number % 50)))),
        Op::Delete(name("left", number.saturating_sub(100))),
        Op::Delete(name("right", number.saturating_sub(100))),
        Op::Put(row(&Key::table("count"), &number.to_be_bytes(), FOR_GOOD)),
        Op::Put(row(&name("right", number), &value, FOR_GOOD)),
    ])
}

fn count(engine: &mut engines::Sqlite) -> u64 {
    match done(engine, START, vec![Op::Get(Key::table("count"))]).remove(0) {
        Value::Row(Some(row)) => u64::from_be_bytes(row.value.try_into().unwrap()),
        Value::Row(None) => 0,
        other => panic!("{other:?}"),
    }
}

/// Commits in groups of many sizes, sweeps now and then, takes new data keys, and says what is
/// durable. As a child it does so until it is killed.
#[test]
fn a_process_says_that_a_transaction_is_durable_only_when_it_is() {
    let place = Temporary::new();
    let named = std::env::var(CHILD);
    let rounds = if named.is_ok() { u64::MAX } else { 20 };
    let folder = named.map_or_else(|_| place.at("store"), Into::into);
    let mut engine = open(&folder);
    let mut last = count(&mut engine);
    for round in 0..rounds {
        let batch: Vec<_> = (1..=1 + round % 7).map(|more| step(last + more)).collect();
        for answer in commit(&mut engine, &batch, START) {
            assert!(matches!(answer, Answer::Done(_)), "{answer:?}");
            last += 1;
        }
        println!("durable {last}");
        std::io::stdout().flush().unwrap();
        match round % 10 {
            3 => {
                engine.sweep(START.after(Micros::seconds(1)));
                engine.sync().unwrap();
            }
            7 => drop(engine.rotate().unwrap()),
            8 | 9 => drop(engine.reseal(60).unwrap()),
            _ => {}
        }
    }
    assert_eq!(count(&mut engine), last);
}

/// Runs the process on `folder`, kills it behind the given number of groups, and returns the last
/// transaction that it called durable.
fn killed_after(folder: &Path, groups: u64) -> u64 {
    let test = "crashing::a_process_says_that_a_transaction_is_durable_only_when_it_is";
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(CHILD, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut last = 0;
    let mut seen = 0;
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(Ok(line)) = lines.next() {
        if let Some(number) = line.strip_prefix("durable ") {
            last = number.parse().unwrap();
            seen += 1;
        }
        if seen == groups {
            // SIGKILL. What it says until it is dead counts too.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(seen >= groups, "it died of something else");
    last
}

#[test]
fn what_a_killed_process_called_durable_is_there_and_nothing_is_there_in_half() {
    let place = Temporary::new();
    let folder = place.at("store");
    let mut dice = ChaCha20Rng::seed_from_u64(5);
    let mut before = 0;
    for _ in 0..ROUNDS {
        let last = killed_after(&folder, 1 + u64::from(dice.next_u32() % 30));
        assert!(last > before);
        let findings = check(&folder, &root(), START);
        assert!(findings.is_empty(), "{findings:?}");
        let mut engine = open(&folder);
        let there = count(&mut engine);
        assert!(there >= last, "{last} was called durable, and {there} is there");
        for number in 1..=there + 10 {
            let sides = ["left", "right"].map(|side| Op::Get(name(side, number)));
            let values = done(&mut engine, START, sides.into());
            let is_there = |value: &Value| matches!(value, Value::Row(Some(_)));
            let expected = number <= there && number + 100 > there;
            assert_eq!(values.iter().map(is_there).collect::<Vec<_>>(), [expected; 2], "{number}");
        }
        before = there;
    }
    let mut engine = open(&folder);
    // One row of the queue for each transaction, in their order.
    for number in 1..=before {
        let taken = done(&mut engine, START, vec![Op::TakeFirst(Key::table("queue"))]).remove(0);
        let Value::Row(Some(row)) = taken else { panic!("{number} is not in the queue") };
        assert_eq!(row.value, number.to_be_bytes().repeat(20));
    }
}
