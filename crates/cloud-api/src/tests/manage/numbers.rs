//! Numbers and accounts as Graph shows them.

use serde_json::{Value, json};

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
