//! A tiny world: toy hops that share one store, where every step is taken by the test.

use alloc::{collections::VecDeque, vec, vec::Vec};

use store::{Answer, Engine, Key, Memory, Op, Refusal, Revision, Row, Transaction, TxId, Value};
use vocab::{DataClass, Instant, Keep, Micros, Now, Reason, UnixMicros};

use crate::{Act, Attempt, Desk, Effect, Waiting, Work};

/// What a toy hop is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Job {
    /// Adds to a counter and tells the sum.
    Add { to: u8, amount: u64 },
    /// Moves from one counter to another, reading them one after the other.
    Move { from: u8, to: u8 },
    /// Moves too, but asks for both rows in one fetch.
    MoveTogether { from: u8, to: u8 },
    /// Tells the sum.
    Look { at: u8 },
    /// Sets a counter whatever it was.
    Set { at: u8, to: u64 },
    /// Removes a counter and tells what it was.
    Clear { at: u8 },
    /// Takes this many rows of the pile and adds their count to a counter.
    Take { rows: u8, to: u8 },
    /// Appends to the queue.
    Append { value: u8 },
    /// Counts the rows of the queue.
    Count,
    /// Says something without looking at any row.
    Say { what: u64 },
}

/// What a toy hop tells the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Sum { row: u8, sum: u64 },
    Taken { values: Vec<Vec<u8>> },
    Counted(usize),
    Said(u64),
}

/// A toy hop and everything that is on its way between it and the store.
pub(super) struct Node {
    pub(super) desk: Desk<Job, u64>,
    /// Asked for, not yet at the store.
    pub(super) asked: VecDeque<(TxId, Transaction)>,
    /// Answered and durable, not yet at the hop.
    pub(super) answered: VecDeque<(TxId, Answer)>,
    /// Effects that wait for a transaction.
    held: Vec<Effect<Event>>,
    /// What has left the node.
    pub(super) left: Vec<Event>,
    /// Notes that reached the hop's memory.
    pub(super) notes: Vec<u64>,
    /// Keys that the queue gave.
    pub(super) appended: Vec<Key>,
    /// Attempts made, of all work.
    pub(super) attempts: u32,
}

pub(super) struct World {
    pub(super) store: Memory,
    pub(super) nodes: Vec<Node>,
    pub(super) now: Now,
    /// Conflicts that the store answered.
    pub(super) conflicts: u32,
}

pub(super) const START: UnixMicros = UnixMicros(1_700_000_000_000_000);

impl World {
    /// A world with one hop on an empty store.
    pub(super) fn new() -> Self {
        Self::with(vec![Desk::new(100)])
    }

    pub(super) fn with(desks: Vec<Desk<Job, u64>>) -> Self {
        let now = Now { mono: Instant(0), wall: START };
        let nodes = desks.into_iter().map(Node::new).collect();
        Self { store: Memory::new(), nodes, now, conflicts: 0 }
    }

    /// Gives a job to the first hop.
    pub(super) fn ask(&mut self, job: Job) {
        self.ask_node(0, job);
    }

    pub(super) fn ask_node(&mut self, node: usize, job: Job) {
        let now = self.now;
        self.nodes[node].attempt(Work::from(job), now);
    }

    /// The store takes the next transaction of a node: whether there was one.
    pub(super) fn reach(&mut self, node: usize) -> bool {
        let Some((tx, transaction)) = self.nodes[node].asked.pop_front() else { return false };
        let answer = self.store.apply(&[transaction], self.now.wall).remove(0);
        self.store.sync();
        self.conflicts += u32::from(matches!(answer, Answer::Conflict { .. }));
        self.nodes[node].answered.push_back((tx, answer));
        true
    }

    /// A node hears the next answer: whether there was one.
    pub(super) fn deliver(&mut self, node: usize) -> bool {
        let now = self.now;
        let node = &mut self.nodes[node];
        let Some((tx, answer)) = node.answered.pop_front() else { return false };
        let (ready, waiting) =
            node.held.drain(..).partition(|effect| effect.after == Some(tx)) as (Vec<_>, Vec<_>);
        node.held = waiting;
        if matches!(answer, Answer::Done(_)) {
            node.left.extend(ready.into_iter().filter_map(event));
        }
        let turn = node.desk.stored(tx, answer, now);
        node.notes.extend(turn.notes);
        node.appended.extend(turn.appended);
        if let Some(work) = turn.again {
            node.attempt(work, now);
        }
        true
    }

    /// One exchange of the first hop with its store.
    pub(super) fn exchange(&mut self) {
        assert!(self.reach(0), "nothing was asked for");
        assert!(self.deliver(0), "nothing was answered");
    }

    /// Lets everything come to rest; postponed work is woken.
    pub(super) fn settle(&mut self) {
        for _ in 0..100_000 {
            let mut busy = false;
            for node in 0..self.nodes.len() {
                busy |= self.reach(node);
                busy |= self.deliver(node);
            }
            if !busy && !self.wake() {
                return;
            }
        }
        panic!("it never comes to rest");
    }

    /// Moves time to when the next hop wants to be woken, and wakes it: whether one wanted.
    pub(super) fn wake(&mut self) -> bool {
        let Some(at) = self.nodes.iter().filter_map(|node| node.desk.wake_at()).min() else {
            return false;
        };
        let span = at.0.saturating_sub(self.now.mono.0);
        self.later(Micros(span));
        self.wake_due();
        true
    }

    /// Attempts what is due.
    pub(super) fn wake_due(&mut self) {
        let now = self.now;
        for node in &mut self.nodes {
            for work in node.desk.due(now) {
                node.attempt(work, now);
            }
        }
    }

    pub(super) fn later(&mut self, span: Micros) {
        self.now = Now { mono: self.now.mono.after(span), wall: self.now.wall.after(span) };
    }

    /// Somebody else writes a counter, with a revision that no desk chooses in our days.
    pub(super) fn meddle(&mut self, at: u8, sum: u64) {
        let row = Row {
            key: counter(at),
            revision: Revision(sum),
            value: sum.to_be_bytes().to_vec(),
            class: DataClass::Audit,
            keep: FOR_GOOD,
        };
        self.direct(Op::Put(row));
    }

    /// Puts `count` rows on the pile.
    pub(super) fn pile(&mut self, count: u8) {
        for name in 0..count {
            let row = Row {
                key: Key::table("pile").with(&[name]),
                revision: Revision(1),
                value: vec![name],
                class: DataClass::Audit,
                keep: FOR_GOOD,
            };
            self.direct(Op::Put(row));
        }
    }

    pub(super) fn direct(&mut self, op: Op) -> Value {
        let transaction = Transaction { checks: Vec::new(), ops: vec![op] };
        let answer = self.store.apply(&[transaction], self.now.wall).remove(0);
        self.store.sync();
        let Answer::Done(mut values) = answer else { panic!("{answer:?}") };
        values.remove(0)
    }

    /// The counter in the store.
    pub(super) fn sum(&mut self, at: u8) -> Option<u64> {
        let Value::Row(row) = self.direct(Op::Get(counter(at))) else { panic!("no row") };
        row.map(|stored| number(&stored.value))
    }
}

impl Node {
    fn new(desk: Desk<Job, u64>) -> Self {
        Self {
            desk,
            asked: VecDeque::new(),
            answered: VecDeque::new(),
            held: Vec::new(),
            left: Vec::new(),
            notes: Vec::new(),
            appended: Vec::new(),
            attempts: 0,
        }
    }

    fn attempt(&mut self, work: Work<Job>, now: Now) {
        self.attempts += 1;
        let mut effects = Vec::new();
        self.notes.extend(self.desk.attempt(work, now, &mut effects, run));
        for effect in effects {
            match effect {
                Effect { after: None, act: Act::Store { tx, transaction } } => {
                    self.asked.push_back((tx, transaction));
                }
                Effect { after: Some(_), act: Act::Event(_) } => self.held.push(effect),
                Effect { after: None, act: Act::Event(event) } => self.left.push(event),
                other => panic!("a toy hop does not ask for {other:?}"),
            }
        }
    }

    /// The store answers everything that was asked for with a refusal.
    pub(super) fn refuse_all(&mut self) {
        for (tx, _) in self.asked.drain(..) {
            self.answered.push_back((tx, Answer::Unavailable(Refusal::Full)));
        }
    }

    /// Whether the hop waits for nothing and nothing waits for it.
    pub(super) fn is_at_rest(&self) -> bool {
        self.desk.under_way() == 0 && self.held.is_empty()
    }
}

fn event(effect: Effect<Event>) -> Option<Event> {
    if let Act::Event(event) = effect.act { Some(event) } else { None }
}

fn run(attempt: &mut Attempt<'_, Event, u64>, job: &Job) -> Result<(), Waiting> {
    match *job {
        Job::Add { to, amount } => {
            add(attempt, to, amount)?;
            attempt.note(amount);
        }
        Job::MoveTogether { from, to } => {
            attempt.need(&[counter(from), counter(to)])?;
            shift(attempt, from, to)?;
        }
        Job::Move { from, to } => shift(attempt, from, to)?,
        Job::Look { at } => {
            let sum = read(attempt, at)?;
            attempt.event(Event::Sum { row: at, sum });
        }
        Job::Set { at, to } => write(attempt, at, to),
        Job::Clear { at } => {
            let sum = read(attempt, at)?;
            attempt.delete(counter(at));
            attempt.event(Event::Sum { row: at, sum });
        }
        Job::Take { rows, to } => {
            let mut values = Vec::new();
            for _ in 0..rows {
                values
                    .extend(attempt.take_first(&Key::table("pile"))?.map(|row| row.value.clone()));
            }
            add(attempt, to, values.len() as u64)?;
            attempt.event(Event::Taken { values });
        }
        Job::Append { value } => {
            attempt.append(Key::table("queue"), vec![value], DataClass::Audit, FOR_GOOD);
        }
        Job::Count => {
            let count = attempt.scan(&Key::table("queue"), None, 100)?.len();
            attempt.event(Event::Counted(count));
        }
        Job::Say { what } => {
            attempt.event(Event::Said(what));
            attempt.note(what);
        }
    }
    Ok(())
}

fn shift(attempt: &mut Attempt<'_, Event, u64>, from: u8, to: u8) -> Result<(), Waiting> {
    if from == to {
        return Ok(());
    }
    let rest = read(attempt, from)?;
    if rest > 0 {
        let sum = read(attempt, to)?;
        write(attempt, from, rest - 1);
        write(attempt, to, sum + 1);
    }
    Ok(())
}

fn add(attempt: &mut Attempt<'_, Event, u64>, row: u8, amount: u64) -> Result<(), Waiting> {
    let sum = read(attempt, row)? + amount;
    write(attempt, row, sum);
    attempt.event(Event::Sum { row, sum });
    Ok(())
}

fn read(attempt: &mut Attempt<'_, Event, u64>, row: u8) -> Result<u64, Waiting> {
    Ok(attempt.read(&counter(row))?.map_or(0, |bytes| number(&bytes)))
}

fn write(attempt: &mut Attempt<'_, Event, u64>, row: u8, sum: u64) {
    attempt.write(counter(row), sum.to_be_bytes().to_vec(), DataClass::Audit, FOR_GOOD);
}

pub(super) fn counter(row: u8) -> Key {
    Key::table("counter").with(&[row])
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes.try_into().unwrap())
}

const FOR_GOOD: Keep = Keep::Never(Reason::UntilDone);
