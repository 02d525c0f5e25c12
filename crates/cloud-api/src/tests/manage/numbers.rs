//! Numbers and accounts as Graph shows them.

use serde_json::{Value, json};
use vocab::{Micros, rate::Rate};

use super::World;
use crate::tests::world::NUMBERS;

#[test]
fn a_number_has_its_usual_fields_and_those_that_are_asked_for() {
    let mut world = World::new();
    let usual = world.get("/v24.0/100");
    assert_eq!(usual["display_phone_number"], format!("+{}", NUMBERS[0]));
    assert_eq!(usual["code_verification_status"], "VERIFIED");
    assert!(usual["status"].is_null());
    let asked = world.get("/v24.0/100/?fields=status,is_pin_enabled,shoe_size,analytics.start(1)");
    let expected = json!({ "id": "100", "status": "CONNECTED", "is_pin_enabled": false });
    assert_eq!(asked, expected);
}

#[test]
fn an_account_lists_its_numbers_by_pages() {
    let mut world = World::new();
    let listed = world.get("/bakery/phone_numbers?fields=id&limit=1");
    assert_eq!(listed["data"], json!([{ "id": "100" }]));
    let after = listed["paging"]["cursors"]["after"].as_str().unwrap();
    let rest = world.get(&format!("/bakery/phone_numbers?after={after}"));
    assert_eq!(rest, json!({ "data": [] }), "nothing has no cursors");
    let first = world.get("/bakery/phone_numbers?fields=id&after=");
    assert_eq!(first["data"], json!([{ "id": "100" }]), "an empty cursor is the beginning");
    world.refused(("GET", "/bakery/phone_numbers?limit=0"), Value::Null, (100, 400));
    assert_eq!(world.get("/bakery?fields=id,name"), json!({ "id": "bakery", "name": "bakery" }));
}

#[test]
fn a_pin_is_set_and_no_row_holds_it() {
    let mut world = World::new();
    world.does("POST", "/100", json!({ "pin": "271828" }));
    assert_eq!(world.get("/100?fields=is_pin_enabled")["is_pin_enabled"], true);
    for (_, value) in world.rows() {
        assert!(!value.windows(6).any(|bytes| bytes == b"271828"));
    }
    for pin in [json!("12345"), json!("12345a"), json!("")] {
        let (code, _) = {
            let answer = world.ask("POST", "/100", &json!({ "pin": pin }));
            (super::body(&answer)["error"]["code"].clone(), answer.status)
        };
        assert!(code == 100 || code == 131_008, "{code}");
    }
    world.refused(("POST", "/100"), json!({ "nothing": 1 }), (100, 400));
}

#[test]
fn an_account_and_an_app_are_managed_so_often_in_an_hour_and_not_more() {
    let mut world = World::new();
    world.configure(0, |config| {
        let (id, secret, business) = ("700".into(), "app secret".into(), "bakery".into());
        config.management.apps.push(crate::App { id, secret, business });
        config.rules.calls = Some(Rate { burst: 3, every: Micros::minutes(20) });
    });
    for _ in 0..3 {
        world.get("/bakery");
        world.get("/700/subscriptions");
    }
    world.refused(("GET", "/bakery"), Value::Null, (80_007, 400));
    world.refused(("GET", "/700/subscriptions"), Value::Null, (4, 400));
    assert!(world.sends(0, "bread").starts_with("wamid."), "messages are another matter");
    world.pass(Micros::minutes(20));
    world.get("/100");
    world.refused(("GET", "/100"), Value::Null, (80_007, 400));
}
