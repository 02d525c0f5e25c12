//! What a business is told when the transport does not take its messages.

use serde_json::Value;
use vocab::Micros;
use wire::transport::Status;

use super::world::World;

/// The error of the one status that a message has.
#[track_caller]
fn error(world: &World, wamid: &str) -> Value {
    assert_eq!(world.statuses(wamid), ["failed"]);
    let bodies = world.bodies("shop");
    let mut statuses =
        bodies.iter().map(|body| &body["entry"][0]["changes"][0]["value"]["statuses"][0]);
    statuses.rfind(|status| status["id"] == wamid).unwrap()["errors"][0].clone()
}

#[test]
fn a_full_mailbox_is_a_message_that_cannot_be_delivered() {
    let mut world = World::new();
    world.sends_are = Status::Full;
    let wamid = world.sends(0, "bread");
    let error = error(&world, &wamid);
    assert_eq!(
        (&error["code"], &error["title"]),
        (&131_026.into(), &"Message undeliverable".into())
    );
    assert_eq!(error["error_data"]["details"], "the recipient's mailbox is full");
}

#[test]
fn a_throttled_business_is_told_of_the_spam_rate_limit() {
    let mut world = World::new();
    world.sends_are = Status::Throttled;
    let wamid = world.sends(0, "bread");
    let error = error(&world, &wamid);
    assert_eq!((&error["code"], &error["title"]), (&131_048.into(), &"Spam rate limit hit".into()));
}

#[test]
fn a_rate_delays_a_message_and_fails_none() {
    let mut world = World::new();
    world.sends_are = Status::Limited;
    world.retry_after = Micros::seconds(30);
    let wamid = world.sends(0, "bread");
    world.sends_are = Status::Ok;
    world.pass(Micros::seconds(29));
    assert_eq!(world.statuses(&wamid), Vec::<String>::new());
    world.pass(Micros::seconds(1));
    let mut told = world.statuses(&wamid);
    told.sort();
    assert_eq!(told, ["delivered", "sent"]);
}

#[test]
fn a_number_that_was_throttled_is_rated_low_for_a_week_and_its_business_is_told_once() {
    let mut world = World::new();
    world.configure(0, |config| config.rules.quality = true);
    let rating = |world: &mut World| world.get("/100")["quality_rating"].clone();
    assert_eq!(rating(&mut world), "GREEN");
    world.sends_are = Status::Throttled;
    for _ in 0..2 {
        world.sends(0, "cake!");
    }
    assert_eq!(rating(&mut world), "RED");
    let entries = world.bodies("shop").into_iter().map(|body| body["entry"].clone());
    let entries: Vec<Value> =
        entries.flat_map(|entries| entries.as_array().cloned().unwrap()).collect();
    let changes = entries.iter().map(|entry| entry["changes"][0].clone());
    let told: Vec<Value> =
        changes.filter(|change| change["field"] == "phone_number_quality_update").collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["value"]["event"], "FLAGGED");
    world.pass(Micros::days(8));
    assert_eq!(rating(&mut world), "GREEN");
}
