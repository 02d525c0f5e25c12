//! Ends in order, and starts again: everything is as it was.

use std::thread;

use serde_json::json;

use crate::{
    http,
    people::{People, STOPPED},
    stage::{BUSINESS_TOKEN, CLOUD_API, PHONE_NUMBER_ID, Stage},
    verdict::{Verdict, log_of_transport, prekeys_left},
};

/// Of the pair rate, and of the number's throughput.
const TOO_MANY: [&str; 2] = ["\"code\":131056", "\"code\":130429"];

#[test]
fn sessions_accounts_and_counts_survive_a_restart_of_everything() {
    let mut stage = Stage::set();
    let numbers = ["12015550100", "12015550101"].map(str::to_owned);
    let mut people = People::join(&mut stage, &numbers);
    let converse = |stage: &mut Stage, people: &mut People| {
        for index in 0..2 {
            people.writes(index, "Do you have bread today?");
        }
        people.are_answered(stage);
    };
    converse(&mut stage, &mut people);
    let prekeys = prekeys_left(&log_of_transport(&stage));
    people.restart(&mut stage, Stage::restart);
    converse(&mut stage, &mut people);
    stage.terminate_all();
    for person in &people.0 {
        let counts: Vec<u64> =
            person.written.values().flat_map(|one| one.answers.clone()).collect();
        assert_eq!(counts, [1, 2], "the business counts on where it was");
    }
    // Who asked for a code or started a session anew has forgotten something.
    let verdict = Verdict::of(&stage, &people);
    assert!(verdict.is_clean(), "{verdict}");
    assert_eq!(prekeys_left(&log_of_transport(&stage)), prekeys);
}

#[test]
fn what_the_cloud_api_answered_before_it_was_told_to_end_arrives() {
    let mut stage = Stage::set();
    // As many as it takes for orders to go on: the pair rate lets 45 to each of them through.
    let numbers = [0, 1, 2, 3].map(|person| format!("1201555010{person}"));
    let mut people = People::join(&mut stage, &numbers);
    // Only whom a person wrote to may write to that person freely, for a day.
    for person in 0..numbers.len() {
        people.writes(person, "Do you have bread today?");
    }
    people.are_answered(&mut stage);
    let graph = stage.at.graph;
    let orders = thread::spawn(move || {
        let target = format!("/{PHONE_NUMBER_ID}/messages");
        let answered = (0..).zip(numbers.iter().cycle()).map_while(|(order, number)| {
            let body = json!({
                "messaging_product": "whatsapp", "to": number, "type": "text",
                "text": { "body": format!("order {order} is on its way") },
            });
            let answer = http::post(graph, &target, BUSINESS_TOKEN, &body)?;
            let is_taken = answer.status == 200;
            let is_too_many = TOO_MANY.iter().any(|code| answer.body.contains(code));
            assert!(is_taken || is_too_many, "{answer:?}");
            Some(is_taken.then_some(order))
        });
        answered.flatten().collect::<Vec<u64>>()
    });
    while people.notices().len() < 20 {
        let said = stage.next(STOPPED).expect("orders arrive");
        people.note(&said);
    }
    stage.terminate(CLOUD_API);
    let taken = orders.join().expect("orders are taken, or too many");
    stage.start(CLOUD_API);
    let is_there = |people: &People| {
        let notices = people.notices();
        taken.iter().all(|order| notices.contains_key(order.to_string().as_str()))
    };
    while !is_there(&people) {
        let said =
            stage.next(STOPPED).unwrap_or_else(|| panic!("{taken:?}, but {:?}", people.notices()));
        people.note(&said);
    }
    assert!(people.notices().values().all(|times| *times == 1), "{:?}", people.notices());
    stage.terminate_all();
}

#[test]
fn every_role_tells_operators_that_it_lives_and_serves_and_what_it_did() {
    let mut stage = Stage::set();
    for at in stage.at.operations {
        for page in ["/healthz", "/readyz"] {
            assert_eq!(http::get(at, page).status, 200, "{page}");
        }
        let metrics = http::get(at, "/metrics").body;
        let counted = metrics.lines().any(|line| line.starts_with("blindpost_inputs_total{"));
        assert!(counted, "{metrics}");
        assert_eq!(http::get(at, "/messages").status, 404);
    }
    stage.terminate_all();
}
