//! Webhooks, billing records and statistics on their way out.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use vocab::{Instant, Micros};

use super::world::{NUMBERS, World};

fn hooks(world: &World) -> Vec<Instant> {
    let to_shop =
        world.served.iter().filter(|(node, _, ask)| *node == 0 && ask.authority == "shop");
    to_shop.map(|(_, at, _)| *at).collect()
}

#[test]
fn a_message_reaches_the_business_in_a_signed_webhook() {
    let mut world = World::new();
    let wamid = world.sends(1, "is there bread?");
    let (_, _, request) =
        world.served.iter().find(|(node, _, ask)| *node == 0 && ask.authority == "shop").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(b"secret").unwrap();
    mac.update(&request.body);
    let hex: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(request.get_header("x-hub-signature-256"), Some(format!("sha256={hex}").as_str()));
    let body = world.bodies("shop").remove(0);
    let message = &body["entry"][0]["changes"][0]["value"]["messages"][0];
    assert_eq!(message["id"], wamid);
    assert_eq!(message["from"], NUMBERS[1]);
    assert_eq!(message["text"]["body"], "is there bread?");
    assert!(world.table("hook").is_empty());
}

#[test]
fn a_webhook_is_tried_ever_more_slowly_until_it_is_taken_also_after_a_restart() {
    let mut world = World::new();
    world.webhook_status = 500;
    world.sends(1, "is there bread?");
    world.pass(Micros::minutes(10));
    let tried = hooks(&world);
    let waits: Vec<u64> = tried.windows(2).map(|two| two[1].0 - two[0].0).collect();
    assert!(waits.len() >= 5, "{waits:?}");
    assert!(waits.windows(2).all(|two| two[1] >= two[0]), "{waits:?}");
    world.webhook_status = 0;
    world.restart(0);
    assert_eq!(world.table("hook").len(), 1);
    world.webhook_status = 200;
    world.pass(Micros::hours(2));
    assert!(world.table("hook").is_empty());
    let done = hooks(&world).len();
    world.pass(Micros::days(1));
    assert_eq!(hooks(&world).len(), done);
}

#[test]
fn no_webhook_takes_the_place_of_another_though_the_clock_went_back_over_a_restart() {
    let mut world = World::new();
    world.webhook_status = 500;
    let before = world.now.wall;
    world.sends(1, "is there bread?");
    world.restart(0);
    world.now.wall = before;
    world.sends(1, "or rolls?");
    assert_eq!(world.table("hook").len(), 2);
}

#[test]
fn what_waited_for_a_business_comes_in_one_webhook_and_nothing_is_missing() {
    let mut world = World::new();
    world.webhook_status = 500;
    let sent: Vec<String> = (0..30).map(|_| world.sends(1, "is there bread?")).collect();
    world.pass(Micros::hours(3));
    let before = world.bodies("shop").len();
    world.webhook_status = 200;
    world.pass(Micros::hours(2));
    let bodies = world.bodies("shop").split_off(before);
    assert!(bodies.len() < 10, "{} requests for 30 messages", bodies.len());
    let entries = bodies.iter().flat_map(|body| body["entry"].as_array().unwrap());
    let mut came: Vec<_> =
        entries.map(|entry| entry["changes"][0]["value"]["messages"][0]["id"].clone()).collect();
    came.sort_by_key(ToString::to_string);
    let mut sent: Vec<serde_json::Value> = sent.into_iter().map(Into::into).collect();
    sent.sort_by_key(ToString::to_string);
    assert_eq!(came, sent);
    assert!(world.table("hook").is_empty());
}

#[test]
fn a_webhook_that_nobody_takes_is_gone_after_seven_days() {
    let mut world = World::new();
    world.webhook_status = 500;
    world.sends(1, "is there bread?");
    world.pass(Micros(Micros::days(7).0 - Micros::minutes(1).0));
    assert_eq!(world.table("hook").len(), 1);
    world.pass(Micros::minutes(1));
    assert!(world.table("hook").is_empty());
    world.pass(Micros::hours(2));
    let tried = hooks(&world).len();
    world.webhook_status = 200;
    world.pass(Micros::days(2));
    assert_eq!(hooks(&world).len(), tried);
}

#[test]
fn a_billing_record_has_a_count_and_neither_number_nor_content() {
    let mut world = World::new();
    let wamid = world.sends(0, "breadandcake");
    let records = world.bodies("billing");
    assert_eq!(records.len(), 1);
    assert_eq!((&records[0]["business"], &records[0]["count"]), (&"bakery".into(), &1.into()));
    let text = records[0].to_string();
    for secret in [NUMBERS[0], NUMBERS[1], "breadandcake", &wamid[6..]] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(world.table("bill").is_empty());
}

#[test]
fn statistics_leave_only_as_cells_of_ten_or_more() {
    let mut world = World::new();
    for _ in 0..9 {
        world.sends(0, "bread");
    }
    world.pass(Micros::hours(1));
    let exports = world.bodies("statistics");
    assert_eq!(exports.len(), 1);
    assert_eq!(exports[0]["cells"].as_array().unwrap().len(), 0);
    world.sends(0, "bread");
    world.pass(Micros::hours(1));
    let cells = world.bodies("statistics")[1]["cells"].clone();
    let kinds: Vec<_> = cells.as_array().unwrap().iter().map(|cell| &cell["kind"]).collect();
    assert_eq!(kinds, ["sent", "delivered"]);
    assert!(cells.as_array().unwrap().iter().all(|cell| cell["count"] == 10));
    world.pass(Micros::hours(5));
    assert_eq!(world.bodies("statistics").len(), 2, "nothing new, nothing exported");
}
