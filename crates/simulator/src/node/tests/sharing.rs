//! Stories about a store that several nodes share.

use hop::{Act, Effect, Input};
use rand_core::CryptoRng;
use store::{Answer, Check, Expect, Key, Op, Revision, Row, Transaction, TxId, Value};
use vocab::{DataClass, Keep, Micros, Now, Reason};

use crate::{
    kernel::{Builder, HostId, Kernel, Time},
    net::Latency,
    node::{HopNode, SharedStore, StoreTiming},
    toy::{Ask, EPOCH, Memory, Notebook, Toy, after, key, link, millis, now, put, say, words},
};

type Effects = Vec<Effect<String>>;

const STORE: u8 = 200;

fn slow() -> StoreTiming {
    let (read, sync) = (Micros::millis(1), Micros::millis(10));
    StoreTiming { read: Latency::Fixed(read), sync: Latency::Fixed(sync) }
}

/// Nodes with keys from one on over a store, which is the last host.
fn over_a_store(
    nodes: Vec<HopNode<Toy>>,
    config: &crate::net::LinkConfig,
    partitions: usize,
) -> (Kernel, Vec<HostId>, HostId) {
    let mut builder = Builder::new(7, EPOCH);
    builder.partitions(partitions);
    let mut ids = Vec::new();
    for (number, node) in (1_u8..).zip(nodes) {
        let name = format!("node {number}");
        let node = node.with_shared_store(key(STORE));
        ids.push(builder.hop(&name, key(number), node).id());
    }
    let node = SharedStore::new().with_timing(slow());
    let store = builder.host("store", key(STORE), Box::new(node));
    for id in &ids {
        builder.link(*id, store, config.clone());
    }
    (builder.build().unwrap(), ids, store)
}

fn queue() -> Key {
    Key::table("queue")
}

fn append(tx: u64, value: &str) -> Act<String> {
    let row = Row {
        key: queue(),
        revision: Revision(tx),
        value: value.into(),
        class: DataClass::MessageContent,
        keep: Keep::Never(Reason::UntilDone),
    };
    let transaction = Transaction { checks: Vec::new(), ops: vec![Op::Append(row)] };
    Act::Store { tx: TxId(tx), transaction }
}

fn scan(tx: u64) -> Act<String> {
    let ops = vec![Op::Scan { prefix: queue(), after: None, limit: 1_000 }];
    Act::Store { tx: TxId(tx), transaction: Transaction { checks: Vec::new(), ops } }
}

fn take(tx: u64) -> Act<String> {
    let ops = vec![Op::TakeFirst(queue())];
    Act::Store { tx: TxId(tx), transaction: Transaction { checks: Vec::new(), ops } }
}

/// The values of a queue's rows in the store, in order.
fn rows(kernel: &Kernel, store: HostId) -> Vec<String> {
    let mut rows = Vec::new();
    kernel.store(store).unwrap().visit(&mut |row| {
        if row.key.starts_with(&queue()) {
            rows.push(String::from_utf8(row.value.to_vec()).unwrap());
        }
    });
    rows
}

fn hostile() -> crate::net::LinkConfig {
    crate::net::LinkConfig {
        loss_ppm: 200_000,
        duplicate_ppm: 200_000,
        reorder_ppm: 300_000,
        reorder_delay: (Micros(1), Micros::millis(40)),
        ..link(Micros::millis(2))
    }
}

/// Appends its rows one behind the other, and says how each ended.
fn writer(_: &mut Memory, input: Input<Ask>, _: Now, _: &mut dyn CryptoRng) -> Effects {
    match input {
        Input::Boot => (1..=40)
            .flat_map(|tx| {
                [now(append(tx, &format!("{tx:02}"))), after(tx, say(format!("{tx:02}")))]
            })
            .collect(),
        Input::Stored { tx, answer: Answer::Done(_) } => vec![now(say(format!("done {}", tx.0)))],
        _ => Vec::new(),
    }
}

#[test]
fn requests_that_are_lost_doubled_or_out_of_order_are_done_once_and_in_order() {
    let notebook = Notebook::new();
    let node = HopNode::new(|| Toy::new(writer)).with_observer(notebook.clone());
    let (mut kernel, _, store) = over_a_store(vec![node], &hostile(), 1);
    kernel.run_until(millis(60_000), &mut ());
    let all: Vec<String> = (1..=40).map(|tx| format!("{tx:02}")).collect();
    assert_eq!(rows(&kernel, store), all);
    let told: Vec<String> =
        (1..=40).flat_map(|tx| [format!("{tx:02}"), format!("done {tx}")]).collect();
    assert_eq!(words(&notebook), told, "an effect leaves with the answer, and each once");
}

#[test]
fn a_store_that_crashes_forgets_what_it_had_not_answered_and_does_it_when_it_is_asked_again() {
    for at in 3..60 {
        let notebook = Notebook::new();
        let node = HopNode::new(|| Toy::new(writer)).with_observer(notebook.clone());
        let (mut kernel, _, store) = over_a_store(vec![node], &hostile(), 1);
        kernel.crash_at(store, millis(at), Micros::millis(20));
        kernel.crash_at(store, millis(100 + 9 * at), Micros::millis(20));
        kernel.run_until(millis(90_000), &mut ());
        let all: Vec<String> = (1..=40).map(|tx| format!("{tx:02}")).collect();
        assert_eq!(rows(&kernel, store), all, "crashed at {at} ms");
        let done = words(&notebook).iter().filter(|word| word.starts_with("done")).count();
        assert_eq!(done, 40, "each is answered once, crashed at {at} ms");
    }
}

#[test]
fn a_store_out_of_reach_refuses_nothing_and_is_asked_when_it_is_back() {
    let notebook = Notebook::new();
    let node = HopNode::new(|| Toy::new(writer)).with_observer(notebook.clone());
    let (mut kernel, _, store) = over_a_store(vec![node], &link(Micros::millis(2)), 1);
    kernel.offline(store, Time(0), millis(30_000));
    kernel.run_until(millis(30_000), &mut ());
    assert_eq!(words(&notebook), Vec::<String>::new());
    kernel.run_until(millis(40_000), &mut ());
    assert_eq!(rows(&kernel, store).len(), 40);
}

/// Appends a row at every start, and says what comes of it.
fn starter(_: &mut Memory, input: Input<Ask>, clock: Now, _: &mut dyn CryptoRng) -> Effects {
    match input {
        Input::Boot => vec![now(append(1, &format!("at {}", clock.wall.0 - EPOCH.0)))],
        Input::Stored { tx, answer: Answer::Done(_) } => {
            vec![now(say(format!("done {} after {}", tx.0, clock.mono.0)))]
        }
        _ => Vec::new(),
    }
}

#[test]
fn a_node_that_started_again_gets_no_answer_to_what_it_asked_before() {
    let notebook = Notebook::new();
    let node = HopNode::new(|| Toy::new(starter)).with_observer(notebook.clone());
    let (mut kernel, ids, store) = over_a_store(vec![node], &link(Micros::millis(2)), 1);
    // The link is up after 2 ms, the request there after 4, and its answer under way from 14 on.
    kernel.crash_at(ids[0], millis(15), Micros::millis(1));
    kernel.run_until(millis(5_000), &mut ());
    assert_eq!(rows(&kernel, store), ["at 0", "at 16000"]);
    let told = words(&notebook);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("done 1 after "));
}

/// Watches the queue, and reads it only when it is told to.
fn watcher(memory: &mut Memory, input: Input<Ask>, _: Now, _: &mut dyn CryptoRng) -> Effects {
    match input {
        Input::Boot => vec![now(Act::Watch { queue: queue(), on: true })],
        Input::Joined { queue: joined } => {
            assert_eq!(joined, queue());
            memory.count += 1;
            vec![now(scan(memory.count))]
        }
        Input::Stored { answer: Answer::Done(values), .. } => match values.as_slice() {
            [Value::Rows(rows)] => vec![now(say(format!("sees {}", rows.len())))],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Appends a row for each command.
fn scribe(memory: &mut Memory, input: Input<Ask>, _: Now, _: &mut dyn CryptoRng) -> Effects {
    match input {
        Input::Boot => vec![now(Act::Watch { queue: queue(), on: true })],
        Input::Command(_) => {
            memory.count += 1;
            vec![now(append(memory.count, "row"))]
        }
        Input::Joined { .. } => panic!("nobody is told of what it did itself"),
        _ => Vec::new(),
    }
}

#[test]
fn a_node_is_told_of_rows_that_others_add_to_a_queue_also_after_the_store_crashed() {
    let notebook = Notebook::new();
    let reader = HopNode::new(|| Toy::new(watcher)).with_observer(notebook.clone());
    let script = [millis(100), millis(5_000)].map(|at| (at, Ask(0, "append")));
    let other = HopNode::new(|| Toy::new(scribe)).with_script(script);
    let (mut kernel, _, store) = over_a_store(vec![reader, other], &link(Micros::millis(2)), 1);
    kernel.crash_at(store, millis(1_000), Micros::millis(500));
    kernel.run_until(millis(9_000), &mut ());
    assert_eq!(words(&notebook), ["sees 1", "sees 2"]);
}

/// Takes rows until there are none.
fn taker(memory: &mut Memory, input: Input<Ask>, _: Now, _: &mut dyn CryptoRng) -> Effects {
    let taken = match input {
        Input::Command(_) => None,
        Input::Stored { answer: Answer::Done(values), .. } => match values.as_slice() {
            [Value::Row(Some(row))] => Some(String::from_utf8(row.value.clone()).unwrap()),
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    memory.count += 1;
    let said = taken.map(|row| now(say(row)));
    said.into_iter().chain([now(take(memory.count))]).collect()
}

#[test]
fn what_three_nodes_take_from_one_queue_leaves_once_whatever_the_network_does() {
    let run = |partitions| {
        let notebook = Notebook::new();
        let fill = HopNode::new(|| Toy::new(writer));
        let script = || [(millis(2_000), Ask(0, "take"))];
        let taking = || {
            let node = HopNode::new(|| Toy::new(taker)).with_script(script());
            node.with_observer(notebook.clone())
        };
        let nodes = vec![fill, taking(), taking(), taking()];
        let (mut kernel, _, store) = over_a_store(nodes, &hostile(), partitions);
        let report = kernel.run_until(millis(200_000), &mut ());
        let left = rows(&kernel, store);
        assert_eq!(left, Vec::<String>::new());
        (words(&notebook), format!("{report:?}"), kernel.digest())
    };
    let (mut taken, _, digest) = run(1);
    taken.sort();
    let all: Vec<String> = (1..=40).map(|tx| format!("{tx:02}")).collect();
    assert_eq!(taken, all);
    assert_eq!(digest, run(2).2);
    assert_eq!(digest, run(7).2);
}

/// Writes row `a` over what it believes to be there, and says how that ended.
fn rival(_: &mut Memory, input: Input<Ask>, _: Now, _: &mut dyn CryptoRng) -> Effects {
    match input {
        Input::Boot => {
            let Act::Store { tx, mut transaction } = put(1, "a", None) else { return Vec::new() };
            let check = Check { key: Key::table("a"), expect: Expect::Absent };
            transaction.checks.push(check);
            vec![now(Act::Store { tx, transaction }), after(1, say("mine"))]
        }
        Input::Stored { answer: Answer::Conflict { check: 0 }, .. } => vec![now(say("conflict"))],
        _ => Vec::new(),
    }
}

#[test]
fn of_two_nodes_that_write_one_row_at_a_time_the_second_conflicts_and_nothing_of_it_leaves() {
    let notebook = Notebook::new();
    let node = || HopNode::new(|| Toy::new(rival)).with_observer(notebook.clone());
    let (mut kernel, ..) = over_a_store(vec![node(), node()], &link(Micros::millis(2)), 1);
    kernel.run_until(millis(1_000), &mut ());
    assert_eq!(words(&notebook), ["mine", "conflict"]);
}
