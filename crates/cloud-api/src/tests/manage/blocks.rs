//! Whom a business blocks.

use hop::Input;
use serde_json::{Value, json};
use vocab::{Address, Micros, NoiseKey, PhoneNumber};
use wire::transport::{FromTransport, Notice};

use super::{World, body};
use crate::{Rules, tests::world::NUMBERS};

const BLOCK: (&str, &str) = ("POST", "/v24.0/100/block_users");

fn users(users: &[&str]) -> Value {
    let user = |user: &&str| json!({ "user": user });
    let users: Vec<Value> = users.iter().map(user).collect();
    json!({ "messaging_product": "whatsapp", "block_users": users })
}

fn strict() -> World {
    let mut world = World::new();
    world.configure(0, |config| config.rules = Rules::default());
    world
}

#[test]
fn what_a_blocked_person_sends_does_not_arrive() {
    let mut world = strict();
    world.sends(1, "hello");
    let answer = world.posts(BLOCK.1, users(&[NUMBERS[1]]));
    let user = json!({ "input": NUMBERS[1], "wa_id": NUMBERS[1] });
    assert_eq!(answer["block_users"], json!({ "added_users": [user] }));
    let before = world.bodies("shop").len();
    world.sends(1, "are you there?");
    assert_eq!(world.bodies("shop").len(), before);

    let listed = world.get("/100/block_users");
    assert_eq!(listed["data"][0]["input"], NUMBERS[1]);
    let answer = world.asked("DELETE", BLOCK.1, users(&[NUMBERS[1]]));
    assert_eq!(answer["block_users"], json!({ "added_users": [user], "removed_users": [user] }));
    assert_eq!(world.get("/100/block_users")["data"], json!([]));
    world.sends(1, "and now?");
    assert_eq!(world.bodies("shop").len(), before + 1);
}

#[test]
fn only_who_wrote_within_a_day_is_blocked_and_a_part_that_fails_is_139100() {
    let mut world = strict();
    world.sends(1, "hello");
    let answer = world.ask(BLOCK.0, BLOCK.1, &users(&[NUMBERS[1], "15550000000", "nobody"]));
    let answered = body(&answer);
    assert_eq!((answer.status, &answered["error"]["code"]), (400, &139_100.into()));
    assert_eq!(answered["block_users"]["added_users"].as_array().unwrap().len(), 1);
    let failed = &answered["block_users"]["failed_users"];
    let codes = [&failed[0]["errors"][0]["code"], &failed[1]["errors"][0]["code"]];
    assert_eq!(json!(codes), json!([131_047, 131_009]));
    world.pass(Micros::days(1));
    let answer = world.ask(BLOCK.0, BLOCK.1, &users(&[NUMBERS[1]]));
    let code = &body(&answer)["block_users"]["failed_users"][0]["errors"][0]["code"];
    assert_eq!((answer.status, code), (400, &131_047.into()));
}

#[test]
fn a_full_list_is_139101() {
    let mut world = strict();
    world.sends(1, "hello");
    world.configure(0, |config| config.management.block_limit = 1);
    world.posts(BLOCK.1, users(&[NUMBERS[1]]));
    world.refused(BLOCK, users(&[NUMBERS[1]]), (139_101, 400));
    world.refused(BLOCK, users(&[]), (131_009, 400));
    world.refused(BLOCK, json!({ "block_users": [] }), (100, 400));
}

#[test]
fn the_list_holds_no_number_in_clear_and_none_for_longer_than_30_days() {
    let mut world = strict();
    world.sends(1, "hello");
    world.posts(BLOCK.1, users(&[NUMBERS[1]]));
    for (key, value) in world.rows() {
        let digits = NUMBERS[1].as_bytes();
        let holds = |bytes: &[u8]| bytes.windows(digits.len()).any(|part| part == digits);
        assert!(!holds(key.as_bytes()) && !holds(&value), "{key:?}");
    }
    assert_eq!(world.table("blk").len(), 1);
    world.pass(Micros::days(30));
    assert!(world.table("blk").is_empty());
}

#[test]
fn of_somebody_who_left_no_block_is_listed() {
    let mut world = strict();
    world.sends(1, "hello");
    world.posts(BLOCK.1, users(&[NUMBERS[1]]));
    let [to, phone] = NUMBERS.map(|number| PhoneNumber::parse(number).unwrap());
    let notice = Notice { to: Address::first_device(to), phone, ids: Vec::new() };
    let bytes = FromTransport::Gone { place: 1_000, notice }.encode();
    world.give(0, Input::Frame { from: NoiseKey([99; 32]), bytes });
    assert!(world.table("blk").is_empty());
}
