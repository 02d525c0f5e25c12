//! Disks that are full, read-only or broken: whoever asks is told, and nothing is lost.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use engines::{Sqlite, commit};
use rusqlite::Connection;
use store::{Answer, Check, Engine as _, Expect, Op, Refusal, Revision, Transaction, Value};

use crate::common::{
    START, Temporary, append, done, key, only, open, put, refusal, root, transaction, value,
};

const LARGE: usize = 40_000;

/// Appends until there is no room; how many went in.
fn fill(engine: &mut Sqlite) -> u64 {
    for count in 0..10_000 {
        match commit(engine, &[only(append("queue", &[7; 5_000]))], START).remove(0) {
            Answer::Done(_) => {}
            refused => {
                assert_eq!(refused, Answer::Unavailable(Refusal::Full));
                return count;
            }
        }
    }
    panic!("it never was full")
}

fn queued(engine: &mut Sqlite) -> usize {
    let scan = Op::Scan { prefix: store::Key::table("queue"), after: None, limit: 1_000 };
    match done(engine, START, vec![scan]).remove(0) {
        Value::Rows(rows) => rows.len(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_full_store_still_reads_and_deletes_and_takes_more_when_there_is_room() {
    let place = Temporary::new();
    let mut engine = open(&place.at("store"));
    done(&mut engine, START, vec![put("a", b"before")]);
    engine.set_capacity(1_000_000).unwrap();
    let count = fill(&mut engine);
    assert!(count > 50, "{count}");
    assert_eq!(engine.trouble().unwrap().refusal, Refusal::Full);
    assert_eq!(queued(&mut engine) as u64, count);
    assert_eq!(value(&mut engine, START, "a").as_deref(), Some(&b"before"[..]));
    for _ in 0..10 {
        done(&mut engine, START, vec![Op::TakeFirst(store::Key::table("queue"))]);
    }
    assert!(fill(&mut engine) >= 5);
    drop(engine);
    assert!(queued(&mut open(&place.at("store"))) as u64 > count - 10);
}

#[test]
fn what_was_undone_for_want_of_room_is_not_taken_for_done() {
    let place = Temporary::new();
    let mut engine = open(&place.at("store"));
    engine.set_capacity(300_000).unwrap();
    done(&mut engine, START, vec![put("there", b"before")]);
    let undone = vec![Op::Delete(key("there")), put("new", b"x"), put("large", &[2; 20 * LARGE])];
    let refused = commit(&mut engine, &[transaction(undone)], START).remove(0);
    assert_eq!(refused, Answer::Unavailable(Refusal::Full));
    assert_eq!(value(&mut engine, START, "there").as_deref(), Some(&b"before"[..]));
    let checks = vec![
        Check { key: key("there"), expect: Expect::At(Revision(1)) },
        Check { key: key("new"), expect: Expect::Absent },
    ];
    let checked = Transaction { checks, ops: vec![put("new", b"y")] };
    let answer = commit(&mut engine, &[checked], START).remove(0);
    assert_eq!(answer, Answer::Done(vec![Value::Written]));
}

#[test]
fn a_transaction_for_which_there_is_no_room_spares_its_neighbours() {
    let place = Temporary::new();
    let mut engine = open(&place.at("store"));
    engine.set_capacity(300_000).unwrap();
    done(&mut engine, START, vec![put("there", &[1; LARGE])]);
    let before = queued(&mut engine);
    let batch = [
        only(append("queue", b"one")),
        // Its first write fits and its second does not: neither is done.
        transaction(vec![append("queue", b"half"), put("large", &[2; 20 * LARGE])]),
        only(Op::Delete(key("there"))),
        only(append("queue", b"two")),
        only(Op::Get(key("large"))),
    ];
    let answers = commit(&mut engine, &batch, START);
    let refusals: Vec<_> = answers.iter().map(refusal).collect();
    assert_eq!(refusals, [None, Some(Refusal::Full), None, None, None]);
    assert_eq!(answers.last(), Some(&Answer::Done(vec![Value::Row(None)])));
    assert_eq!(queued(&mut engine), before + 2);
    assert_eq!(value(&mut engine, START, "there"), None);
}

#[test]
fn a_batch_whose_sync_fails_is_undone_as_a_whole_and_refused_as_a_whole() {
    let place = Temporary::new();
    let mut engine = open(&place.at("store"));
    engine.set_capacity(300_000).unwrap();
    let first = engine.apply(&[only(put("a", b"first"))], START);
    assert_eq!(first, [Answer::Done(vec![Value::Written])]);
    let second = transaction(vec![put("b", b""), put("c", &[2; 20 * LARGE])]);
    engine.apply(&[second, only(put("d", b""))], START);
    // They were answered before they were durable; the sync takes that back.
    assert_eq!(engine.sync(), Err(Refusal::Full));
    for name in ["a", "b", "c", "d"] {
        assert_eq!(value(&mut engine, START, name), None, "{name}");
    }
    done(&mut engine, START, vec![put("a", b"again")]);
    assert_eq!(value(&mut engine, START, "a").as_deref(), Some(&b"again"[..]));
}

#[test]
fn a_store_that_is_drained_is_read_only_and_says_so() {
    let place = Temporary::new();
    let mut engine = open(&place.at("store"));
    done(&mut engine, START, vec![put("a", b"before")]);
    engine.set_read_only(true);
    let answers = commit(&mut engine, &[only(put("a", b"after")), only(Op::Get(key("a")))], START);
    assert_eq!(answers.iter().map(refusal).collect::<Vec<_>>(), [Some(Refusal::ReadOnly), None]);
    engine.set_read_only(false);
    done(&mut engine, START, vec![put("a", b"after")]);
}

#[test]
fn a_row_that_does_not_open_is_refused_and_its_neighbours_are_answered() {
    let place = Temporary::new();
    let folder = place.at("store");
    let mut engine = open(&folder);
    done(&mut engine, START, vec![put("a", b"good"), put("b", b"bad")]);
    drop(engine);
    let connection = Connection::open(folder.join(engines::DATABASE)).unwrap();
    let bad = key("b");
    let sql = "UPDATE rows SET value = zeroblob(length(value)) WHERE key = ?1";
    connection.execute(sql, [bad.as_bytes()]).unwrap();
    drop(connection);
    let mut engine = open(&folder);
    let batch = [
        only(put("c", b"")),
        only(Op::Get(bad.clone())),
        transaction(vec![put("d", b""), Op::Get(bad)]),
        only(Op::Get(key("a"))),
    ];
    let answers = commit(&mut engine, &batch, START);
    let damaged = Some(Refusal::Damaged);
    assert_eq!(answers.iter().map(refusal).collect::<Vec<_>>(), [None, damaged, damaged, None]);
    assert_eq!(value(&mut engine, START, "c").as_deref(), Some(&b""[..]));
    assert_eq!(value(&mut engine, START, "d"), None);
}

const CHILD: &str = "BLINDPOST_FAILING_STORE";

/// In a process whose files may not grow beyond a limit, which is a disk that fails: appends, and
/// says which were accepted.
#[test]
fn an_engine_on_a_disk_that_fails_refuses_and_reads_on() {
    let (folder, mut engine, most);
    let place = Temporary::new();
    if let Ok(named) = std::env::var(CHILD) {
        folder = named;
        engine = open(Path::new(&folder));
        most = None;
    } else {
        engine = open(&place.at("store"));
        most = Some(3);
    }
    let mut accepted = 0_u64;
    let mut refused = 0;
    while refused < 3 && most.is_none_or(|most| accepted < most) {
        let batch: Vec<Transaction> = (0..4)
            .map(|place| only(append("queue", &[accepted.to_be_bytes()[7] ^ place; 4_000])))
            .collect();
        for answer in commit(&mut engine, &batch, START) {
            match answer {
                Answer::Done(values) => {
                    let [Value::Appended(key)] = values.as_slice() else { panic!("{values:?}") };
                    println!("accepted {}", key.last_number().unwrap());
                    accepted += 1;
                }
                Answer::Unavailable(Refusal::Failed | Refusal::Full) => refused += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(queued(&mut engine) as u64, accepted);
    println!("trouble {:?}", engine.trouble().map(ToString::to_string));
}

#[cfg(unix)]
#[test]
fn nothing_accepted_is_lost_on_a_disk_that_fails() {
    let place = Temporary::new();
    let folder = place.at("store");
    drop(open(&folder));
    let test = "failing::an_engine_on_a_disk_that_fails_refuses_and_reads_on";
    let mut child = Command::new("sh")
        .arg("-c")
        .arg("trap '' XFSZ; ulimit -f 600; exec \"$0\" \"$@\"")
        .arg(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(CHILD, &folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: Vec<_> =
        BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success(), "{lines:#?}");
    let numbers = lines.iter().filter_map(|line| line.strip_prefix("accepted "));
    let accepted: Vec<u64> = numbers.map(|number| number.parse().unwrap()).collect();
    assert!(accepted.len() > 10, "{lines:#?}");
    let mut engine = open(&folder);
    for number in &accepted {
        let key = store::Key::table("queue").with_number(*number);
        let row = done(&mut engine, START, vec![Op::Get(key)]).remove(0);
        assert!(matches!(row, Value::Row(Some(_))), "{number}");
    }
    assert_eq!(queued(&mut engine), accepted.len());
    drop(engine);
    let findings = engines::check(&folder, &root(), START);
    assert!(findings.is_empty(), "{findings:?}");
}
