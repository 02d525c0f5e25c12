//! What the rules remember of a person, for how long, and under which name.

use serde_json::{Value, json};
use vocab::{Micros, PhoneNumber};

use super::{World, body};
use crate::tests::world::NUMBERS;

fn text() -> Value {
    json!({ "text": { "body": "bread" } })
}

#[test]
fn the_window_closes_24_hours_after_the_last_message_and_opens_with_the_next() {
    let mut world = World::in_touch();
    world.pass(Micros(Micros::days(1).0 - 1));
    let wamid = world.accepts(&text());
    world.status(&wamid, "delivered");
    world.pass(Micros(1));
    assert!(world.table("win").is_empty());
    let wamid = world.accepts(&text());
    assert_eq!(world.failure(&wamid)["code"], 131_047);
    world.sends(1, "still there?");
    let wamid = world.accepts(&text());
    world.status(&wamid, "delivered");
}

#[test]
fn a_person_is_reached_by_user_id_as_long_as_what_they_wrote_is_known() {
    let mut world = World::in_touch();
    let user = world.values()[0]["contacts"][0]["user_id"].clone();
    let message = json!({ "to": null, "recipient": user, "text": { "body": "bread" } });
    let answer = world.send(&message);
    let answer = body(&answer);
    assert_eq!(answer["contacts"], json!([{ "input": user, "user_id": user }]));
    let wamid = answer["messages"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(world.status(&wamid, "delivered")["recipient_user_id"], user);
    // The number wins where both are given.
    let both = json!({ "recipient": user, "text": { "body": "bread" } });
    assert_eq!(body(&world.send(&both))["contacts"][0]["wa_id"], NUMBERS[1]);
    world.pass(vocab::limits::CONTACT_KEPT);
    assert!(world.table("user").is_empty());
    world.refuses(&message, (131_026, 400));
}

#[test]
fn neither_number_nor_user_id_stands_in_a_row_of_the_rules() {
    let mut world = World::in_touch();
    let user = world.values()[0]["contacts"][0]["user_id"].as_str().unwrap().to_owned();
    let digits: u64 = user[3..].parse().unwrap();
    world.accepts(&text());
    for table in ["win", "pair", "user"] {
        assert_eq!(world.table(table).len(), 1, "{table}");
    }
    let wanted = [&user.as_bytes()[3..], NUMBERS[1].as_bytes(), &digits.to_be_bytes()];
    for (key, value) in world.rows() {
        for wanted in wanted {
            let occurs = |bytes: &[u8]| bytes.windows(wanted.len()).any(|part| part == wanted);
            assert!(!occurs(key.as_bytes()) && !occurs(&value), "{key:?}");
        }
    }
    let other = PhoneNumber::parse("4915112345679").unwrap();
    assert_ne!(world.values()[0]["contacts"][0]["user_id"], other.digits());
}

#[test]
fn without_rules_nothing_is_remembered_and_nothing_withheld() {
    let mut world = World::new();
    for _ in 0..100 {
        let wamid = world.sends(0, "bread");
        world.status(&wamid, "delivered");
    }
    assert!(world.table("win").is_empty() && world.table("pair").is_empty());
}

#[test]
fn of_somebody_who_deleted_the_account_no_rule_remembers_anything() {
    let mut world = World::in_touch();
    let wamid = world.accepts(&json!({
        "text": { "body": "bread" }, "biz_opaque_callback_data": "order 7",
    }));
    let phone = PhoneNumber::parse(NUMBERS[1]).unwrap();
    let name = endpoint::vault::name_under(&[7; 32], &phone);
    world.put(crate::rows::marketing_stop(0, &name), vec![1]);
    let tables = ["win", "pair", "user", "unread", "stop", "tag"];
    assert!(tables.iter().all(|table| !world.table(table).is_empty()));
    world.status(&wamid, "delivered");
    world.leaves(1_000);
    for table in tables {
        assert!(world.table(table).is_empty(), "{table}");
    }
}
