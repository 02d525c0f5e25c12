//! The person in front of a hop: commands, reactions, and what was typed and shown.

use std::sync::{Arc, Mutex};

use hop::{Act, Effect, Input};
use rand_core::CryptoRng;
use store::TxId;
use vocab::{Micros, Now};

use crate::{
    kernel::{Builder, Kernel},
    node::{Application, Handle, HopNode},
    toy::{
        Ask, EPOCH, Everything, Memory, Notebook, Toy, after, key, millis, now, put, say, words,
    },
    view::Stream,
};

type Effects = Vec<Effect<String>>;

/// Takes a command, makes it durable, and says so.
fn careful(memory: &mut Memory, input: Input<Ask>, _: Now, _: &mut dyn CryptoRng) -> Effects {
    match input {
        Input::Command(Ask(token, text)) => {
            memory.count += 1;
            let tx = memory.count;
            vec![
                now(say(format!("given {text}"))),
                now(put(tx, text, None)),
                after(tx, say(format!("durable {token}"))),
            ]
        }
        Input::Stored { tx: TxId(_), .. } => vec![now(Act::Log("stored a row".to_owned()))],
        _ => Vec::new(),
    }
}

/// Tells a friend once about everything that became durable.
struct Gossip(u64);

impl Application<Toy> for Gossip {
    fn on_event(&mut self, event: &String, _now: Now) -> Vec<(Micros, Ask)> {
        if event.starts_with("durable 1") && self.0 > 0 {
            self.0 -= 1;
            return vec![(Micros::millis(30), Ask(50, "reaction"))];
        }
        Vec::new()
    }
}

struct Story {
    kernel: Kernel,
    host: Handle<Toy>,
    notebook: Arc<Mutex<Notebook>>,
}

fn story(script: &[(u64, u128, &'static str)]) -> Story {
    let notebook = Notebook::new();
    let mut builder = Builder::new(1, EPOCH);
    let script = script.iter().map(|(at, token, text)| (millis(*at), Ask(*token, text)));
    let node = HopNode::new(|| Toy::new(careful))
        .with_script(script)
        .with_application(Gossip(1))
        .with_observer(notebook.clone());
    let host = builder.hop("person", key(1), node);
    Story { kernel: builder.build().unwrap(), host, notebook }
}

#[test]
fn commands_are_given_at_their_time_and_a_person_reacts_to_what_they_led_to() {
    let mut story = story(&[(10, 1, "first"), (20, 2, "second")]);
    story.kernel.run_until(millis(200), &mut ());
    let expected =
        ["given first", "durable 1", "given second", "durable 2", "given reaction", "durable 50"];
    assert_eq!(words(&story.notebook), expected);
    assert_eq!(story.kernel.node(story.host).unwrap().open_commands(), 0);
}

#[test]
fn a_command_that_was_not_durable_at_a_crash_is_given_again_in_order_and_no_other() {
    let mut story =
        story(&[(10, 7, "before"), (40, 8, "not durable"), (40, 9, "nor this"), (60, 11, "later")]);
    story.kernel.crash_at(story.host.id(), millis(40).after(Micros(20)), Micros::millis(5));
    story.kernel.run_until(millis(50), &mut ());
    let expected = [
        "given before",
        "durable 7",
        "given not durable",
        "given nor this",
        "given not durable",
        "given nor this",
        "durable 8",
        "durable 9",
    ];
    assert_eq!(words(&story.notebook), expected);
    story.kernel.crash_at(story.host.id(), millis(55), Micros(1));
    story.kernel.run_until(millis(59), &mut ());
    assert_eq!(words(&story.notebook), expected);
}

#[test]
fn a_command_whose_time_comes_while_the_host_is_down_is_given_when_it_is_up() {
    let mut story = story(&[(10, 0, "before"), (40, 0, "meanwhile"), (41, 5, "too")]);
    story.kernel.crash_at(story.host.id(), millis(30), Micros::millis(50));
    story.kernel.crash_at(story.host.id(), millis(80), Micros::millis(50));
    story.kernel.run_until(millis(300), &mut ());
    let given: Vec<_> =
        words(&story.notebook).into_iter().filter(|text| text.starts_with("given")).collect();
    assert_eq!(given, ["given before", "given meanwhile", "given too"]);
}

#[test]
fn a_reaction_survives_a_crash_of_the_node() {
    let mut story = story(&[(10, 1, "first")]);
    story.kernel.crash_at(story.host.id(), millis(20), Micros::millis(5));
    story.kernel.run_until(millis(200), &mut ());
    let told = words(&story.notebook);
    assert_eq!(told, ["given first", "durable 1", "given reaction", "durable 50"]);
}

#[test]
fn a_command_can_be_added_while_the_world_runs() {
    let mut story = story(&[(500, 0, "much later")]);
    story.kernel.run_until(millis(100), &mut ());
    story.kernel.command(story.host, millis(50), Ask(3, "late"));
    story.kernel.run_until(millis(200), &mut ());
    assert_eq!(words(&story.notebook), ["given late", "durable 3"]);
    let given_at = story.notebook.lock().unwrap().0[0].0;
    assert_eq!(given_at, millis(100).after(Micros(1)));
}

#[test]
fn what_was_typed_shown_and_logged_is_seen_and_events_are_rendered() {
    let mut story = story(&[(10, 0, "show me")]);
    let mut seen = Everything::default();
    story.kernel.run_until(millis(100), &mut seen);
    let texts: Vec<_> = seen
        .views
        .iter()
        .filter(|view| view.stream != Stream::Store)
        .map(|view| (view.stream.name(), String::from_utf8(view.bytes.clone()).unwrap()))
        .collect();
    let expected = [("app-in", "show me"), ("log", "stored a row")];
    assert_eq!(texts, expected.map(|(stream, text)| (stream, text.to_owned())));
    let told = seen.events.iter().filter(|(.., event)| event.kind == "toy");
    let kinds: Vec<_> = told.map(|(.., event)| event.fields["text"].clone()).collect();
    assert_eq!(kinds, ["given show me", "durable 0"]);
}

#[cfg(feature = "mutants")]
#[test]
fn without_its_guard_an_effect_leaves_before_its_transaction() {
    let notebook = Notebook::new();
    let mut builder = Builder::new(1, EPOCH);
    let node = HopNode::new(|| Toy::new(careful))
        .with_script([(millis(10), Ask(1, "first"))])
        .with_observer(notebook.clone())
        .with_mutant(crate::node::Mutant::EffectBeforeTransaction);
    builder.hop("person", key(1), node);
    builder.build().unwrap().run_until(millis(10), &mut ());
    assert_eq!(words(&notebook), ["given first", "durable 1"]);
}
