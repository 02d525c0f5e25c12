//! HTTP exchanges end exactly once, whatever happens to their messages.

use std::sync::{Arc, Mutex};

use hop::{Act, Effect, Input, http};
use rand_core::CryptoRng;
use vocab::{Micros, Now};

use crate::{
    kernel::{Builder, Kernel, Time},
    net::{Latency, LinkConfig},
    node::{Handle, HopNode},
    toy::{Ask, EPOCH, Everything, Memory, Notebook, Toy, get, key, link, millis, now, say, words},
    view::Stream,
};

type Effects = Vec<Effect<String>>;

/// Asks whom it is told to ask and says how it ended.
fn asker(memory: &mut Memory, input: Input<Ask>, _: Now, _: &mut dyn CryptoRng) -> Effects {
    match input {
        Input::Command(Ask(_, authority)) => {
            memory.count += 1;
            vec![now(get(memory.count, authority))]
        }
        Input::Response { id, outcome } => {
            let outcome = outcome.map_or(0, |response| response.status);
            vec![now(say(format!("{} ended {outcome}", id.0)))]
        }
        _ => Vec::new(),
    }
}

/// Answers every request twice, to see that the second answer goes nowhere.
fn server(memory: &mut Memory, input: Input<Ask>, _: Now, _: &mut dyn CryptoRng) -> Effects {
    match input {
        Input::Request { id, .. } => {
            memory.count += 1;
            let reply = || now(Act::Reply { id, response: http::Response::empty(204) });
            vec![now(say(format!("asked {}", memory.count))), reply(), reply()]
        }
        _ => Vec::new(),
    }
}

/// Takes requests and never answers.
fn silent(_: &mut Memory, input: Input<Ask>, _: Now, _: &mut dyn CryptoRng) -> Effects {
    match input {
        Input::Request { .. } => vec![now(say("asked in vain"))],
        _ => Vec::new(),
    }
}

struct Story {
    kernel: Kernel,
    asker: Handle<Toy>,
    server: Handle<Toy>,
    notebook: Arc<Mutex<Notebook>>,
}

fn story(config: LinkConfig, commands: impl IntoIterator<Item = (u64, &'static str)>) -> Story {
    let notebook = Notebook::new();
    let mut builder = Builder::new(1, EPOCH);
    let script = commands.into_iter().map(|(at, authority)| (millis(at), Ask(0, authority)));
    let node = |step| HopNode::new(move || Toy::new(step)).with_observer(notebook.clone());
    let asker = builder.hop("asker", key(1), node(asker).with_script(script));
    let server = builder.hop("server", key(2), node(server));
    builder.hop("silent", key(3), node(silent));
    builder.http(asker.id(), server.id(), config).alias("shop.example", server.id());
    Story { kernel: builder.build().unwrap(), asker, server, notebook }
}

fn good() -> LinkConfig {
    link(Micros::millis(10))
}

#[test]
fn a_request_finds_its_server_by_any_of_its_names_and_is_answered_once() {
    let mut story = story(good(), [(100, "server"), (200, "shop.example")]);
    let mut seen = Everything::default();
    story.kernel.run_until(Time(Micros::minutes(5).0), &mut seen);
    assert_eq!(words(&story.notebook), ["asked 1", "1 ended 204", "asked 2", "2 ended 204"]);
    assert_eq!(story.notebook.lock().unwrap().0[1].0, millis(120));
    let streams: Vec<_> = seen.views.iter().map(|view| (view.stream, view.number)).collect();
    let exchange = |number| {
        let streams =
            [Stream::RequestOut, Stream::RequestIn, Stream::ResponseOut, Stream::ResponseIn];
        streams.map(|stream| (stream, number))
    };
    let expected: Vec<_> = [exchange(0), exchange(1)].concat();
    let http: Vec<_> = streams.into_iter().filter(|(s, _)| *s != Stream::AppIn).collect();
    assert_eq!(http, expected);
}

#[test]
fn nobody_answers_under_a_name_that_nobody_has() {
    let mut story = story(good(), [(100, "nobody")]);
    story.kernel.run_until(millis(200), &mut ());
    assert_eq!(words(&story.notebook), ["1 ended 0"]);
}

#[test]
fn an_answer_that_does_not_come_is_given_up_once_after_thirty_seconds() {
    let mut story = story(good(), [(100, "silent")]);
    story.kernel.run_until(Time(Micros::minutes(5).0), &mut ());
    assert_eq!(words(&story.notebook), ["asked in vain", "1 ended 0"]);
    let gave_up = story.notebook.lock().unwrap().0[1].0;
    assert_eq!(gave_up, millis(100).after(Micros::seconds(30)));
}

#[test]
fn an_answer_after_the_deadline_is_dropped() {
    let slow = LinkConfig::perfect("http", Latency::Fixed(Micros::seconds(20)));
    let mut story = story(slow, [(100, "server")]);
    story.kernel.run_until(Time(Micros::minutes(5).0), &mut ());
    assert_eq!(words(&story.notebook), ["asked 1", "1 ended 0"]);
}

#[test]
fn every_exchange_ends_exactly_once_however_bad_the_network() {
    let bad = LinkConfig {
        loss_ppm: 200_000,
        duplicate_ppm: 300_000,
        reorder_ppm: 200_000,
        reorder_delay: (Micros::seconds(1), Micros::seconds(40)),
        ..good()
    };
    let mut story = story(bad, (1..=200).map(|at| (at * 50, "server")));
    story.kernel.run_until(Time(Micros::minutes(5).0), &mut ());
    let told = words(&story.notebook);
    let (mut answered, mut given_up) = (0, 0);
    for exchange in 1..=200 {
        let ends: Vec<_> =
            told.iter().filter(|text| text.starts_with(&format!("{exchange} ended"))).collect();
        assert_eq!(ends.len(), 1, "exchange {exchange} ended {ends:?}");
        if ends[0].ends_with("204") { answered += 1 } else { given_up += 1 }
    }
    assert!(answered > 80 && given_up > 40, "{answered} answered, {given_up} given up");
    let asked = told.iter().filter(|text| text.starts_with("asked")).count();
    assert!(asked > 180, "the server was asked {asked} times");
}

#[test]
fn a_server_that_is_down_or_goes_down_is_known_before_the_deadline() {
    let mut story = story(good(), [(100, "server"), (195, "silent"), (200, "server")]);
    let down = Micros::millis(50);
    story.kernel.crash_at(story.server.id(), millis(105), down);
    let silent = story.kernel.hosts().find(|(_, name)| *name == "silent").unwrap().0;
    story.kernel.crash_at(silent, millis(220), down);
    story.kernel.run_until(millis(300), &mut ());
    let told = words(&story.notebook);
    assert_eq!(told, ["1 ended 0", "asked in vain", "asked 1", "3 ended 204", "2 ended 0"]);
}

#[test]
fn an_answer_to_an_earlier_life_is_not_taken_for_one_to_this() {
    let mut story = story(good(), [(100, "server"), (116, "silent")]);
    story.kernel.crash_at(story.asker.id(), millis(112), Micros::millis(2));
    story.kernel.run_until(Time(Micros::minutes(1).0), &mut ());
    // Both exchanges are number 1 to the hop, which was made anew between them.
    assert_eq!(words(&story.notebook), ["asked 1", "asked in vain", "1 ended 0"]);
    let ended = story.notebook.lock().unwrap().0[2].0;
    assert_eq!(ended, millis(116).after(Micros::seconds(30)));
}

#[test]
fn a_host_without_network_reaches_nobody_and_is_reached_by_nobody() {
    let mut story = story(good(), [(150, "server"), (300, "server")]);
    story.kernel.offline(story.asker.id(), millis(100), millis(200));
    story.kernel.offline(story.server.id(), millis(250), millis(400));
    story.kernel.run_until(Time(Micros::minutes(1).0), &mut ());
    assert_eq!(words(&story.notebook), ["1 ended 0", "2 ended 0"]);
    let told = story.notebook.lock().unwrap().0.clone();
    assert_eq!(told[0].0, millis(151));
    assert_eq!(told[1].0, millis(300).after(Micros::seconds(30)));
}
