//! Each fault does what it says, for as long as it says, and is counted.

mod links;
mod nodes;
mod spread;
mod webhooks;

use hop::{Act, Effect, ExchangeId, Input, http};
use rand_core::CryptoRng;
use store::{Answer, Refusal};
use vocab::{Micros, Now};

use crate::{
    fault::{Fault, LinkFault, NodeFault, On, WebhookFault, What},
    kernel::{Builder, Kernel, Time},
    node::{Handle, HopNode},
    toy::{Ask, EPOCH, Memory, Notebook, Toy, after, key, link, millis, now, put, say, send},
};

type Effects = Vec<Effect<String>>;

/// Ticks of `a`: one each 10 ms, the first at 10 ms.
const TICKS: u64 = 50;

/// At each tick writes a frame to `b`, posts to it and stores three rows.
fn ticker(memory: &mut Memory, input: Input<Ask>, clock: Now, _: &mut dyn CryptoRng) -> Effects {
    match input {
        Input::Boot | Input::Wake => {
            let tick = u64::from(input == Input::Wake);
            memory.count += tick;
            let more = memory.count < TICKS;
            memory.wake_at = more.then(|| clock.mono.after(Micros::millis(10)));
            if tick == 0 { Vec::new() } else { at_a_tick(memory.count) }
        }
        Input::Stored { answer, .. } => match answer {
            Answer::Done(_) => Vec::new(),
            Answer::Unavailable(Refusal::Full) => vec![now(say("full"))],
            other => vec![now(say(format!("{other:?}")))],
        },
        Input::Response { id, outcome } => {
            let status = outcome.map_or(0, |response| response.status);
            vec![now(say(format!("answer {} {status}", id.0)))]
        }
        Input::Link { up, .. } => vec![now(say(if up { "up" } else { "down" }))],
        Input::Command(Ask(_, text)) => vec![now(say(format!("{text} {}", clock.wall.0)))],
        Input::Frame { .. } | Input::Request { .. } | Input::Joined { .. } => Vec::new(),
    }
}

fn at_a_tick(count: u64) -> Effects {
    let mut request = http::Request::new("b", "POST", "/webhook");
    request.body = count.to_string().into_bytes();
    let id = ExchangeId(count);
    let mut effects = vec![now(send(key(2), &format!("{count:04}")))];
    effects.push(now(Act::Request { id, request }));
    for (tx, part) in (count * 3..).zip(["one", "three", "two"]) {
        effects.push(now(put(tx, &format!("{count:04} {part}"), None)));
    }
    effects.push(after(count * 3 + 2, say(format!("stored {count}"))));
    effects
}

/// Says what it hears and is asked.
fn listener(memory: &mut Memory, input: Input<Ask>, clock: Now, _: &mut dyn CryptoRng) -> Effects {
    match input {
        Input::Frame { bytes, .. } => {
            memory.count += 1;
            vec![now(say(format!("heard {}", String::from_utf8_lossy(&bytes))))]
        }
        Input::Request { id, request } => {
            let asked = say(format!("asked {}", String::from_utf8_lossy(&request.body)));
            let response = http::Response::empty(200);
            vec![now(asked), now(Act::Reply { id, response })]
        }
        Input::Link { up, .. } => vec![now(say(if up { "up" } else { "down" }))],
        Input::Command(Ask(_, text)) => vec![now(say(format!("{text} {}", clock.wall.0)))],
        _ => Vec::new(),
    }
}

struct Story {
    kernel: Kernel,
    a: Handle<Toy>,
    b: Handle<Toy>,
    notebook: std::sync::Arc<std::sync::Mutex<Notebook>>,
}

/// `a` and `b`, 5 ms apart by link and by HTTP.
fn story(seed: u64, plan: &[Fault]) -> Story {
    let notebook = Notebook::new();
    let mut builder = Builder::new(seed, EPOCH);
    let node = |step| HopNode::new(move || Toy::new(step)).with_observer(notebook.clone());
    let (a, b) = (builder.hop("a", key(1), node(ticker)), builder.hop("b", key(2), node(listener)));
    builder.link(a.id(), b.id(), link(Micros::millis(5)));
    let mut kernel = builder.build().unwrap();
    kernel.afflict(plan).unwrap();
    Story { kernel, a, b, notebook }
}

impl Story {
    fn hits(&self) -> Vec<u64> {
        self.kernel.fault_hits().into_iter().map(|(_, hits)| hits).collect()
    }

    /// When `host` told something that begins with `word`, and the rest of it.
    fn told(&self, host: Handle<Toy>, word: &str) -> Vec<(Time, String)> {
        let all = self.notebook.lock().unwrap().0.clone();
        let told =
            all.into_iter().filter(|(_, by, text)| *by == host.id() && text.starts_with(word));
        told.map(|(at, _, text)| (at, text[word.len()..].trim().to_owned())).collect()
    }

    /// What `b` heard, by the number in it, and when.
    fn heard(&self) -> Vec<(u64, Time)> {
        let heard = self.told(self.b, "heard").into_iter();
        heard.map(|(at, text)| (text.parse().unwrap(), at)).collect()
    }

    fn statuses(&self) -> Vec<(u64, u16)> {
        let told = self.told(self.a, "answer").into_iter();
        told.map(|(_, text)| {
            let (number, status) = text.split_once(' ').unwrap();
            (number.parse().unwrap(), status.parse().unwrap())
        })
        .collect()
    }
}

/// All that happens under `plan`, and whatever follows from it.
fn run(plan: &[Fault]) -> Story {
    let mut story = story(1, plan);
    story.kernel.run_until(millis(60_000), &mut ());
    story
}

fn fault(from: u64, until: u64, what: What) -> Fault {
    Fault { at: Micros::millis(from), lasts: Micros::millis(until - from), what }
}

fn on_all(how: LinkFault) -> What {
    What::Link { on: On::All, how }
}

fn at_node(node: &str, how: NodeFault) -> What {
    What::Node { node: node.to_owned(), how }
}

fn at_webhooks(how: WebhookFault) -> What {
    What::Webhook { node: "b".to_owned(), rate_ppm: 1_000_000, how }
}

/// Numbers of ticks in whose frames nothing can have changed: those that were sent outside.
fn outside(from: u64, until: u64) -> Vec<u64> {
    (1..=TICKS).filter(|tick| !(from..until).contains(&(tick * 10))).collect()
}

fn numbers(heard: &[(u64, Time)]) -> Vec<u64> {
    heard.iter().map(|(number, _)| *number).collect()
}

#[test]
fn a_fault_at_a_node_that_there_is_not_is_an_error_and_none_of_the_plan_happens() {
    let mut story = story(1, &[]);
    let plan = [
        fault(0, 1_000, on_all(LinkFault::Loss(1_000_000))),
        fault(0, 10, at_node("c", NodeFault::Pause)),
    ];
    let refused = story.kernel.afflict(&plan).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "fault 2 of the plan is about \"c\", but there is no such node"
    );
    story.kernel.run_until(millis(1_000), &mut ());
    assert_eq!(story.heard().len() as u64, TICKS);
    assert_eq!(story.hits().len(), 0);
}

#[test]
fn a_plan_whose_faults_strike_nothing_changes_nothing_that_nodes_are_told() {
    let calm = run(&[]);
    let idle = run(&[
        fault(2_000, 3_000, on_all(LinkFault::Loss(1_000_000))),
        fault(0, 1_000, on_all(LinkFault::Loss(0))),
        fault(100, 200, at_node("b", NodeFault::Crash { torn: true })),
    ]);
    assert_eq!(idle.notebook.lock().unwrap().0, calm.notebook.lock().unwrap().0);
    assert_eq!(idle.hits(), [0, 0, 0]);
}
