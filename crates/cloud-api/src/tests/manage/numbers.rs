//! Numbers and accounts as Graph shows them.

use serde_json::{Value, json};
use vocab::{Micros, rate::Rate};

use super::World;
use crate::{management::Approval, tests::world::NUMBERS};

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

impl World {
    /// Another name is asked for.
    fn asks_for(&mut self, name: &str) {
        self.does("POST", "/100", json!({ "new_display_name": name }));
    }

    fn names(&mut self) -> Value {
        self.get("/100?fields=verified_name,name_status,new_display_name,new_name_status")
    }

    /// What webhooks of a node told of.
    fn changes(&self, node: usize) -> Vec<Value> {
        let bodies = self.bodies_of(node, "shop").into_iter();
        let entries = bodies.flat_map(|body| body["entry"].as_array().unwrap().clone());
        entries.flat_map(|entry| entry["changes"].as_array().unwrap().clone()).collect()
    }

    /// What the business was told of names.
    fn decided(&self) -> Vec<Value> {
        let told = |change: &Value| change["field"] == "phone_number_name_update";
        let changes = self.changes(0).into_iter().filter(told);
        changes.map(|change| change["value"].clone()).collect()
    }

    /// The name of who wrote the last message that the person has.
    fn seen(&self) -> Option<String> {
        let changes = self.changes(1);
        let mut messages =
            changes.iter().rev().filter(|change| change["value"]["messages"].is_array());
        let contact = &messages.next()?["value"]["contacts"][0];
        contact["profile"]["name"].as_str().map(str::to_owned)
    }

    /// Names are decided about after two hours; this one is rejected.
    fn looks_at_names(&mut self, rejected: &str) {
        let (after, rejects) = (Micros::hours(2), vec![rejected.to_owned()]);
        self.configure(0, |config| config.management.approval = Approval { after, rejects });
    }
}

#[test]
fn another_name_is_looked_at_told_of_and_seen_by_people() {
    let mut world = World::new();
    world.looks_at_names("");
    world.sends(0, "bread");
    assert_eq!(world.seen().as_deref(), Some("bakery"));
    world.asks_for("Bread & Cake");
    let pending = json!({
        "id": "100", "verified_name": "bakery", "name_status": "APPROVED",
        "new_display_name": "Bread & Cake", "new_name_status": "PENDING_REVIEW",
    });
    assert_eq!(world.names(), pending);
    world.pass(Micros::hours(1));
    world.restart(0);
    assert_eq!((world.names(), world.decided()), (pending, Vec::new()));
    world.pass(Micros::hours(1));
    let told = json!({
        "display_phone_number": NUMBERS[0], "decision": "APPROVED",
        "requested_verified_name": "Bread & Cake", "rejection_reason": null,
    });
    assert_eq!(world.decided(), [told]);
    let approved =
        json!({ "id": "100", "verified_name": "Bread & Cake", "name_status": "APPROVED" });
    assert_eq!(world.names(), approved);
    world.there_is_word();
    world.sends(0, "cake");
    assert_eq!(world.seen().as_deref(), Some("Bread & Cake"), "whatever is granted meanwhile");
    assert!(world.table("judge").is_empty());
}

#[test]
fn a_name_that_is_rejected_is_not_had_and_the_newest_that_was_asked_for_counts() {
    let mut world = World::new();
    world.looks_at_names("BREAD!!!");
    world.asks_for("Bread");
    world.pass(Micros::hours(1));
    world.asks_for("BREAD!!!");
    world.pass(Micros::hours(1));
    assert!(world.decided().is_empty(), "nobody asks for the first any more");
    world.pass(Micros::hours(1));
    let told = world.decided();
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&told[0]["decision"], &told[0]["rejection_reason"]),
        (&"REJECTED".into(), &"NAME_FORMAT_UNACCEPTABLE".into())
    );
    let names = world.names();
    assert_eq!(
        (&names["verified_name"], &names["new_name_status"]),
        (&"bakery".into(), &"DECLINED".into())
    );
    world.asks_for("Bread");
    world.pass(Micros::hours(2));
    assert_eq!(world.names()["verified_name"], "Bread");
}

#[test]
fn a_name_has_characters_and_not_too_many() {
    let mut world = World::new();
    world.refused(("POST", "/100"), json!({ "new_display_name": "a".repeat(129) }), (131_009, 400));
    world.refused(("POST", "/100"), json!({ "new_display_name": {} }), (131_009, 400));
    world.refused(("POST", "/100"), json!({ "new_display_name": "" }), (131_008, 400));
    assert!(world.names()["new_display_name"].is_null());
}
