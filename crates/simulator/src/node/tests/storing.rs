//! Effects wait for their transactions, and a crash loses what was not durable.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use hop::{Act, Effect, Input};
use rand_core::CryptoRng;
use store::{
    Answer, Check, Engine, Expect, Key, Memory as Rows, Op, RawRow, Refusal, Transaction, TxId,
    Value,
};
use vocab::{DataClass, Micros, Now, UnixMicros};

use crate::{
    kernel::{Builder, HostId, Kernel, Stamp, Time},
    net::Latency,
    node::{Disk, HopNode, StoreTiming},
    toy::{
        Ask, EPOCH, Everything, Memory, Notebook, Toy, after, key, millis, now, put, say, words,
    },
    view::Stream,
};

type Effects = Vec<Effect<String>>;

fn slow() -> StoreTiming {
    let (read, sync) = (Micros::millis(1), Micros::millis(10));
    StoreTiming { read: Latency::Fixed(read), sync: Latency::Fixed(sync) }
}

/// A transaction whose check cannot hold.
fn impossible(tx: u64) -> Act<String> {
    let check = Check { key: Key::table("nowhere"), expect: Expect::At(store::Revision(5)) };
    let transaction = Transaction { checks: vec![check], ops: Vec::new() };
    Act::Store { tx: TxId(tx), transaction }
}

fn read(tx: u64, name: &str) -> Act<String> {
    let transaction = Transaction { checks: Vec::new(), ops: vec![Op::Get(Key::table(name))] };
    Act::Store { tx: TxId(tx), transaction }
}

fn alone(node: HopNode<Toy>) -> Kernel {
    let mut builder = Builder::new(1, EPOCH);
    builder.hop("alone", key(1), node);
    builder.build().unwrap()
}

#[test]
fn an_effect_leaves_only_when_its_transaction_is_durable() {
    fn step(_: &mut Memory, input: Input<Ask>, _: Now, _: &mut dyn CryptoRng) -> Effects {
        match input {
            Input::Boot => vec![
                now(put(1, "a", None)),
                after(1, say("promised")),
                now(say("at once")),
                after(2, say("promised of a later one")),
                now(put(2, "b", None)),
            ],
            Input::Stored { tx: TxId(2), .. } => {
                vec![after(1, say("promised of an earlier one")), after(2, say("of this one"))]
            }
            Input::Stored { tx, answer } => {
                vec![now(say(format!("stored {} {}", tx.0, answer == Answer::Done(written()))))]
            }
            _ => Vec::new(),
        }
    }
    fn written() -> Vec<Value> {
        vec![Value::Written]
    }
    let notebook = Notebook::new();
    let node = HopNode::new(|| Toy::new(step)).with_timing(slow()).with_observer(notebook.clone());
    alone(node).run_until(millis(100), &mut ());
    let told = notebook.lock().unwrap().0.clone();
    let expected = [
        (0, "at once"),
        (10, "promised"),
        (10, "stored 1 true"),
        (10, "promised of a later one"),
        (10, "promised of an earlier one"),
        (10, "of this one"),
    ];
    let expected = expected.map(|(at, text)| (millis(at), HostId(0), text.to_owned()));
    assert_eq!(told, expected);
}

#[test]
fn an_effect_of_a_transaction_that_failed_never_leaves() {
    fn step(_: &mut Memory, input: Input<Ask>, _: Now, _: &mut dyn CryptoRng) -> Effects {
        match input {
            Input::Boot => vec![now(impossible(1)), after(1, say("promised"))],
            Input::Stored { tx: TxId(1), answer } => vec![
                now(say(format!("{answer:?}"))),
                after(1, say("promised again")),
                now(put(2, "a", None)),
            ],
            Input::Stored { .. } => vec![after(1, say("still promised")), after(2, say("done"))],
            _ => Vec::new(),
        }
    }
    let notebook = Notebook::new();
    let node = HopNode::new(|| Toy::new(step)).with_observer(notebook.clone());
    alone(node).run_until(millis(100), &mut ());
    assert_eq!(words(&notebook), ["Conflict { check: 0 }", "done"]);
}

/// Writes row `a` at first and then, at 100 ms, row `b` with a promise; says what it finds.
fn finder(memory: &mut Memory, input: Input<Ask>, clock: Now, _: &mut dyn CryptoRng) -> Effects {
    match input {
        Input::Boot => {
            memory.wake_at = Some(clock.mono.after(Micros::millis(100)));
            vec![now(read(1, "a")), now(read(2, "b"))]
        }
        Input::Stored { tx: TxId(1 | 2), answer: Answer::Done(values) } => {
            let found = matches!(values.as_slice(), [Value::Row(Some(_))]);
            vec![now(say(format!("found {found}")))]
        }
        Input::Stored { tx: TxId(3), .. } => Vec::new(),
        Input::Command(_) => vec![now(put(3, "a", None))],
        Input::Wake => {
            memory.wake_at = None;
            vec![now(put(4, "b", None)), after(4, say("promised"))]
        }
        _ => Vec::new(),
    }
}

fn crashed_at(at: Time) -> Vec<String> {
    let notebook = Notebook::new();
    let node = HopNode::new(|| Toy::new(finder))
        .with_timing(slow())
        .with_observer(notebook.clone())
        .with_script([(millis(50), Ask(0, "write a"))]);
    let mut kernel = alone(node);
    kernel.crash_at(HostId(0), at, Micros::millis(5));
    kernel.run_until(at.after(Micros::millis(50)), &mut ());
    words(&notebook)
}

#[test]
fn a_crash_loses_what_was_not_synced_and_the_effects_that_waited_for_it() {
    let first = ["found false", "found false"];
    assert_eq!(crashed_at(millis(55)), [first, first].concat());
    assert_eq!(crashed_at(millis(105)), [first, ["found true", "found false"]].concat());
    let all = [&first[..], &["promised", "found true", "found true"]].concat();
    assert_eq!(crashed_at(millis(115)), all);
}

/// Counts syncs.
struct Counting(Rows, Arc<AtomicU64>);

impl Engine for Counting {
    fn apply(&mut self, transactions: &[Transaction], now: UnixMicros) -> Vec<Answer> {
        self.0.apply(transactions, now)
    }

    fn sync(&mut self) -> Result<(), Refusal> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.sync();
        Ok(())
    }

    fn sweep(&mut self, now: UnixMicros) -> Vec<(DataClass, u64)> {
        self.0.sweep(now)
    }

    fn next_expiry(&self) -> Option<UnixMicros> {
        self.0.next_expiry()
    }

    fn visit(&self, visit: &mut dyn FnMut(RawRow<'_>)) {
        self.0.visit(visit);
    }
}

impl Disk for Counting {
    fn crash(&mut self) {
        self.0.crash();
    }
}

#[test]
fn transactions_that_are_under_way_together_share_a_sync_and_are_answered_in_order() {
    fn step(_: &mut Memory, input: Input<Ask>, _: Now, _: &mut dyn CryptoRng) -> Effects {
        match input {
            Input::Boot => {
                let mut asked: Effects =
                    (1..=20).map(|tx| now(put(tx, &format!("row {tx}"), None))).collect();
                asked.push(now(read(21, "row 1")));
                asked
            }
            Input::Stored { tx, answer: Answer::Done(_) } => vec![now(say(tx.0.to_string()))],
            _ => Vec::new(),
        }
    }
    let (notebook, syncs) = (Notebook::new(), Arc::new(AtomicU64::new(0)));
    let node = HopNode::new(|| Toy::new(step))
        .with_disk(Box::new(Counting(Rows::new(), syncs.clone())))
        .with_observer(notebook.clone());
    alone(node).run_until(millis(100), &mut ());
    assert_eq!(syncs.load(Ordering::Relaxed), 1);
    let expected: Vec<String> = (1..=21).map(|tx| tx.to_string()).collect();
    assert_eq!(words(&notebook), expected);
}

#[test]
fn rows_are_seen_as_they_were_written_and_what_failed_is_not() {
    fn step(_: &mut Memory, input: Input<Ask>, _: Now, _: &mut dyn CryptoRng) -> Effects {
        let row = |tx, name| now(put(tx, name, None));
        match input {
            Input::Boot => vec![row(1, "first"), now(impossible(2)), row(3, "second")],
            _ => Vec::new(),
        }
    }
    let mut seen = Everything::default();
    alone(HopNode::new(|| Toy::new(step))).run_until(millis(100), &mut seen);
    let rows: Vec<_> = seen
        .views
        .iter()
        .map(|view| (view.stream, view.class, view.key.clone(), view.bytes.clone()))
        .collect();
    let row = |name: &str| {
        let (key, bytes) = (Key::table(name), format!("value of {name}").into_bytes());
        let class = Some(DataClass::MessageContent);
        (Stream::Store, class, key.as_bytes().to_vec(), bytes)
    };
    assert_eq!(rows, [row("first"), row("second")]);
}

#[test]
fn a_stamp_orders_by_time_then_source_then_sequence() {
    let stamp = |at, source, sequence| Stamp { at: Time(at), source: HostId(source), sequence };
    assert!(stamp(1, 9, 9) < stamp(2, 0, 0));
    assert!(stamp(1, 1, 9) < stamp(1, 2, 0));
    assert!(stamp(1, 1, 1) < stamp(1, 1, 2));
}
