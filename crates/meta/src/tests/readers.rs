//! Stories about a reader.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use hop::{
    Input, Unreachable,
    http::{Request, Response, Route},
    router,
};
use serde_json::json;
use vocab::{DataClass, Micros, limits::RESEND_FIRST, marker};

use super::{new_auto_reply, new_billing, new_manager, new_statistics, node::Node, wake};
use crate::{
    AutoReply, Billing, BusinessManager, Statistics, auto_reply, billing, manager,
    reader::{Ask, Config, Event, NoValues, Reader, asks_for},
    statistics,
};

const SERVERS: [(&str, &[Route]); 4] = [
    ("business-manager", manager::ROUTES),
    ("auto-reply", auto_reply::ROUTES),
    ("billing", billing::ROUTES),
    ("statistics", statistics::ROUTES),
];

fn parameters() -> BTreeMap<&'static str, Vec<String>> {
    BTreeMap::from([
        ("id", vec!["bakery".to_string(), "florist".to_string()]),
        ("phone_number_id", vec!["1001".to_string(), "1002".to_string()]),
        ("hash", vec!["0".repeat(64)]),
        ("user", vec!["nobody".to_string()]),
        ("service", vec![auto_reply::SERVICE.to_string()]),
    ])
}

fn everything() -> Vec<Arc<Ask>> {
    let asks = SERVERS.map(|(name, routes)| asks_for(routes, name, &parameters()).unwrap());
    asks.concat()
}

fn reader(name: &str, rounds: u32) -> Reader {
    Reader::new(config(name, rounds))
}

fn config(name: &str, rounds: u32) -> Config {
    Config {
        name: name.to_string(),
        token: format!("{name}-token"),
        asks: everything(),
        first: Micros::seconds(10),
        every: Micros::minutes(1),
        rounds,
        one_in: 1,
    }
}

/// Answers everything that is asked; how many questions that were.
fn answer_all(node: &mut Node<Reader>, answer: impl Fn(&Request) -> Response) -> usize {
    let mut questions = 0;
    while let Some((_, request)) = node.requests.front() {
        let response = answer(request);
        node.answer(Ok(response));
        questions += 1;
    }
    questions
}

#[test]
fn a_reader_asks_every_route_of_every_server_with_its_own_token() {
    let mut node = Node::start(reader("ads", 1));
    assert!(node.requests.is_empty(), "not before its time");
    wake(&mut node);

    let mut reached = BTreeSet::new();
    for (_, request) in &node.requests {
        assert_eq!(request.token(), Some("ads-token"));
        let (name, routes) =
            SERVERS.into_iter().find(|(name, _)| *name == request.authority).unwrap();
        let (route, _) = router::find(routes, &request.method, request.path()).unwrap();
        reached.insert((name, route.method, route.pattern));
    }
    let all = SERVERS
        .iter()
        .flat_map(|(name, routes)| routes.iter().map(|route| (*name, route.method, route.pattern)));
    assert_eq!(reached, all.collect());
    // Two businesses with two ids each: 2 + 4 + 4 + 4 + 2 + 2, five times 2, 1 + 2 + 1 + 1, then
    // 2 + 2 + 1, and 2, and 2.
    assert_eq!(node.requests.len(), 42);
}

#[test]
fn a_reader_that_asks_a_part_asks_of_every_class_and_in_time_everything() {
    let name = |ask: &Request| (ask.authority.clone(), ask.method.clone(), ask.target.clone());
    let all: BTreeSet<_> = everything()
        .iter()
        .map(|ask| (ask.authority.clone(), ask.method.clone(), ask.target.clone()))
        .collect();
    let classes: BTreeSet<DataClass> = everything().iter().map(|ask| ask.class).collect();
    let mut node = Node::start(Reader::new(Config { one_in: 4, ..config("ads", 40) }));
    let mut reached = BTreeSet::new();
    for _round in 0..40 {
        wake(&mut node);
        assert!(node.requests.len() <= 42usize.div_ceil(4) + classes.len());
        reached.extend(node.requests.iter().map(|(_, request)| name(request)));
        node.events.clear();
        answer_all(&mut node, |_| router::Refusal::Forbidden.response());
        let asked = node.events.iter().filter_map(|event| match event {
            Event::Asked { class, .. } => Some(*class),
            Event::Unanswered { .. } | Event::RoundEnded { .. } => None,
        });
        assert_eq!(asked.collect::<BTreeSet<_>>(), classes);
    }
    assert_eq!(reached, all);
}

#[test]
fn a_round_goes_on_after_a_restart_and_ends_at_the_last() {
    let mut node = Node::start(reader("ads", 2));
    wake(&mut node);
    node.restart(reader("ads", 2));
    let asked = answer_all(&mut node, |_| router::Refusal::Forbidden.response());
    assert_eq!(asked, 42, "a round that had not ended is asked again");
    let refused = |event: &&Event| matches!(event, Event::Asked { status: 403, .. });
    assert_eq!(node.events.iter().filter(refused).count(), 42);

    node.restart(reader("ads", 2));
    assert!(node.requests.is_empty(), "the second round is not due");
    assert_eq!(node.wake_at.map(|at| at.0), Some(Micros::minutes(1).0));
    wake(&mut node);
    assert_eq!(answer_all(&mut node, |_| Response::empty(200)), 42);
    assert_eq!(node.wake_at, None);
    let ended = Event::RoundEnded { name: "ads".to_string(), rounds: 2 };
    assert_eq!(node.events.last(), Some(&ended));
}

#[test]
fn a_question_that_nobody_answers_is_repeated_and_then_given_up_as_no_attempt() {
    let config = Config {
        name: "ads".to_string(),
        token: "ads-token".to_string(),
        asks: asks_for(billing::ROUTES, "billing", &BTreeMap::new()).unwrap(),
        first: Micros(0),
        every: Micros::minutes(1),
        rounds: 1,
        one_in: 1,
    };
    let mut node = Node::start(Reader::new(config));
    node.answer(Ok(Response::empty(403)));
    for _attempt in 0..4 {
        node.answer(Err(Unreachable));
        assert!(node.requests.is_empty());
        assert!(node.wake_at.is_some_and(|at| at >= node.now.mono.after(RESEND_FIRST)));
        wake(&mut node);
    }
    node.answer(Err(Unreachable));
    let unanswered = node.events.iter().filter(|one| matches!(one, Event::Unanswered { .. }));
    assert_eq!((unanswered.count(), node.requests.len(), node.wake_at), (1, 0, None));
}

#[test]
fn a_reader_follows_a_list_to_its_end() {
    let mut node = Node::start(reader("whatsapp", 1));
    wake(&mut node);
    let page = |request: &Request| match (request.authority.as_str(), request.target.as_str()) {
        ("billing", "/records") if request.method == "GET" => {
            let body = json!({ "records": [], "paging": { "next": "/records?after=a1" } });
            Response::json(200, body.to_string().into_bytes())
        }
        _ => Response::empty(403),
    };
    assert_eq!(answer_all(&mut node, page), 43);
    let followed = |one: &Event| {
        matches!(one, Event::Asked { target, method, .. }
            if target == "/records?after=a1" && method == "GET")
    };
    assert!(node.events.iter().any(followed));
}

#[test]
fn every_body_that_a_reader_sends_is_one_that_its_server_takes_from_those_who_may() {
    let mut node = Node::start(reader("ads", 1));
    wake(&mut node);
    let requests: Vec<Request> = node.requests.iter().map(|(_, one)| one.clone()).collect();
    let mut servers = Servers::start();
    for mut request in requests.into_iter().filter(|one| !one.body.is_empty()) {
        assert!(!tagged(&request.body), "a reader carries no tag of its own");
        let who = match (request.authority.as_str(), request.target.contains("florist")) {
            ("business-manager" | "auto-reply", true) => "business:florist",
            ("auto-reply", _) if request.path() == "/messages" => "cloud-api",
            ("business-manager" | "auto-reply", false) => "business:bakery",
            _ => "cloud-api",
        };
        request.headers.retain(|(name, _)| name != "authorization");
        let request = request.bearer(&format!("{who}-token"));
        let (what, status) = (format!("{request:?}"), servers.request(request).status);
        // One number cannot be two businesses', nor have two ids, but the body was understood.
        assert!(matches!(status, 200 | 404 | 409), "{what}: {status}");
    }
}

/// The servers beside the path.
struct Servers {
    manager: Node<BusinessManager>,
    auto_reply: Node<AutoReply>,
    billing: Node<Billing>,
    statistics: Node<Statistics>,
}

impl Servers {
    fn start() -> Self {
        Self {
            manager: Node::start(new_manager()),
            auto_reply: Node::start(new_auto_reply()),
            billing: Node::start(new_billing()),
            statistics: Node::start(new_statistics()),
        }
    }

    fn request(&mut self, request: Request) -> Response {
        match request.authority.as_str() {
            "business-manager" => self.manager.request(request),
            "auto-reply" => self.auto_reply.request(request),
            "billing" => self.billing.request(request),
            _ => self.statistics.request(request),
        }
    }
}

fn tagged(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    DataClass::TABLE.into_iter().filter_map(marker::tag).any(|tag| text.contains(tag))
}

#[test]
fn a_parameter_without_a_value_is_an_error_that_names_it() {
    let only_ids = BTreeMap::from([("id", vec!["bakery".to_string()]), ("hash", vec![])]);
    let missing = asks_for(manager::ROUTES, "business-manager", &only_ids).unwrap_err();
    let pattern = "/businesses/{id}/numbers/{phone_number_id}";
    assert_eq!(missing, NoValues { parameter: "phone_number_id".to_string(), pattern });
}

#[test]
fn a_reader_that_may_read_is_served_and_one_that_may_not_is_refused() {
    let mut servers = Servers::start();
    let mut counts = BTreeMap::new();
    for name in ["ads", "rest-of-meta"] {
        let mut node = Node::start(reader(name, 1));
        wake(&mut node);
        while let Some((_, request)) = node.requests.front().cloned() {
            let response = servers.request(request);
            node.answer(Ok(response));
        }
        let served =
            node.events.iter().filter(|event| matches!(event, Event::Asked { status: 200, .. }));
        counts.insert(name, served.count());
    }
    // The rest of Meta reads the businesses, the system users of two, the billing rows and the
    // statistics; ads read nothing.
    assert_eq!(counts, BTreeMap::from([("ads", 0), ("rest-of-meta", 5)]));
}

#[test]
fn a_reader_of_many_asks_so_much_at_once_and_in_the_end_everything() {
    let ask = |number: usize| {
        Arc::new(Ask {
            authority: "billing".to_string(),
            method: "GET".to_string(),
            target: format!("/records?business=b{number}"),
            class: DataClass::Billing,
        })
    };
    let asks: Vec<Arc<Ask>> = (0..1_700).map(ask).collect();
    let mut node = Node::start(Reader::new(Config { asks: asks.clone(), ..config("ads", 1) }));
    wake(&mut node);
    assert_eq!(node.requests.len(), 500);
    assert_eq!(node.wake_at, None, "the next answer wakes it");
    let mut asked = Vec::new();
    // The last one waits for long, and the rest goes on.
    let (slow, _) = node.requests.pop_back().unwrap();
    while let Some((_, request)) = node.requests.front() {
        asked.push(request.target.clone());
        assert!(node.requests.len() <= 499);
        node.answer(Ok(router::Refusal::Forbidden.response()));
    }
    assert_eq!(asked.len(), 1_699);
    node.give(Input::Response { id: slow, outcome: Ok(Response::empty(403)) });
    asked.push(asks[499].target.clone());
    asked.sort();
    let mut all: Vec<String> = asks.iter().map(|ask| ask.target.clone()).collect();
    all.sort();
    assert_eq!(asked, all);
    assert!(matches!(node.events.last(), Some(Event::RoundEnded { rounds: 1, .. })));
}
