//! What became of messages, and of the webhooks that told it.

use serde_json::{Value, json};
use vocab::{Micros, limits};

use super::World;
use crate::{management::App, tests::world::send};

fn world() -> World {
    let mut world = World::new();
    world.configure(0, |config| {
        config.rules.history = true;
        let [id, secret, business] = ["7", "secret", "bakery"].map(str::to_owned);
        config.management.apps = vec![App { id, secret, business }];
    });
    world
}

impl World {
    /// The states of the webhooks about a message, by its status.
    fn states(&mut self, wamid: &str) -> Vec<(String, String)> {
        let fields = "id,message_id,events{delivery_status,webhook_update_state}";
        let listed =
            self.get(&format!("/v24.0/100/message_history?message_id={wamid}&fields={fields}"));
        let message = &listed["data"][0];
        assert_eq!(message["message_id"], wamid);
        let name = message["id"].as_str().unwrap().to_owned();
        let edges = self.get(&format!("/v24.0/{name}/events"));
        let events = message["events"]["data"].as_array().unwrap();
        let nodes = edges["data"].as_array().unwrap();
        assert_eq!(events.len(), nodes.len());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        for (event, edge) in events.iter().zip(nodes) {
            let node = &edge["node"];
            assert_eq!(edge["cursor"], node["id"]);
            assert_eq!(event["timestamp"], node["occurrence_timestamp"]);
            for same in ["id", "delivery_status", "webhook_update_state", "webhook_uri"] {
                assert_eq!(event[same], node[same]);
            }
            assert_eq!(node["application"]["id"], "7");
            assert_eq!(node["webhook_uri"], "http://shop/webhook");
        }
        let state =
            |event: &Value| (text(&event["delivery_status"]), text(&event["webhook_update_state"]));
        events.iter().map(state).collect()
    }
}

#[test]
fn the_history_tells_how_far_a_message_got_and_whether_the_business_was_told() {
    let mut world = world();
    let wamid = world.sends(0, "bread");
    let states = world.states(&wamid);
    let delivered = |status: &str| (status.to_owned(), "DELIVERED".to_owned());
    assert_eq!(states, [delivered("SENT"), delivered("DELIVERED")]);
    let listed = world.get("/100/message_history");
    assert_eq!(listed["data"][0]["message_id"], wamid);
    assert!(listed["data"][0]["events"].is_null());
}

#[test]
fn a_webhook_that_was_neither_taken_nor_refused_yet_is_pending() {
    let mut world = world();
    world.silent = Some("shop");
    let wamid = world.sends(0, "bread");
    let pending = |status: &str| (status.to_owned(), "PENDING".to_owned());
    assert_eq!(world.states(&wamid), [pending("SENT"), pending("DELIVERED")]);
    world.late_answers();
    let states = world.states(&wamid);
    assert!(states.iter().all(|(_, one)| one == "DELIVERED"), "{states:?}");
}

#[test]
fn a_webhook_that_is_refused_is_retrying_until_it_is_taken_or_its_time_is_over() {
    let mut world = world();
    world.webhook_status = 500;
    let wamid = world.sends(0, "bread");
    let both = |world: &mut World, state: &str| {
        let states = world.states(&wamid);
        assert_eq!(states.len(), 2);
        assert!(states.iter().all(|(_, one)| one == state), "{states:?} are not {state}");
    };
    both(&mut world, "RETRYING");
    world.restart(0);
    both(&mut world, "RETRYING");
    world.webhook_status = 200;
    world.pass(Micros::hours(2));
    both(&mut world, "DELIVERED");
    world.webhook_status = 0;
    let wamid = world.sends(0, "cake");
    world.pass(limits::WEBHOOK_AGE);
    world.pass(Micros::hours(2));
    let states = world.states(&wamid);
    assert!(states.iter().all(|(_, one)| one == "FAILED"), "{states:?}");
}

#[test]
fn a_message_that_failed_says_why_and_what_nobody_sent_has_no_history() {
    let mut world = world();
    world.sends_are = wire::transport::Status::Full;
    let answer = world.call(0, send(0, "bread"));
    let wamid = super::body(&answer)["messages"][0]["id"].as_str().unwrap().to_owned();
    let listed = world.get(&format!("/100/message_history?message_id={wamid}"));
    let event = &listed["data"][0]["events"]["data"][0];
    assert_eq!(event["delivery_status"], "FAILED");
    assert_eq!(event["error_description"], "Message undeliverable");
    let nothing =
        world.get("/100/message_history?message_id=wamid.00000000000000000000000000000000");
    assert_eq!(nothing["data"], json!([]));
    assert_eq!(world.plainly("GET", "/123/events", Value::Null), (100, 400));
}
