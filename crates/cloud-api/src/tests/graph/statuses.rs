//! What statuses say beside how far a message got.

use serde_json::{Value, json};

use crate::tests::world::{NUMBERS, World};

fn hello_world() -> Value {
    json!({ "type": "template", "biz_opaque_callback_data": "order 7 @ \"shop\"", "template": {
        "name": "hello_world", "language": { "code": "en_US" },
    } })
}

#[test]
fn a_status_names_the_person_twice_and_repeats_what_the_business_gave_along() {
    let mut world = World::in_touch();
    let user = world.values()[0]["contacts"][0]["user_id"].clone();
    let wamid = world.accepts(&hello_world());
    for status in ["sent", "delivered"] {
        let one = world.status(&wamid, status);
        assert_eq!(one["recipient_id"], NUMBERS[1]);
        assert_eq!(one["recipient_user_id"], user);
        assert_eq!(one["biz_opaque_callback_data"], "order 7 @ \"shop\"");
        assert!(one["timestamp"].as_str().unwrap().parse::<u64>().is_ok());
    }
    let value = world.values().into_iter().rfind(|value| value["statuses"].is_array()).unwrap();
    let contact = json!({ "profile": { "name": "" }, "wa_id": NUMBERS[1], "user_id": user });
    assert_eq!(value["contacts"], json!([contact]));
}

#[test]
fn an_answer_is_free_and_a_template_is_charged_by_its_category_and_the_window() {
    let pricing = |world: &mut World, message: &Value| {
        let wamid = world.accepts(message);
        let sent = world.status(&wamid, "sent")["pricing"].clone();
        assert_eq!(world.status(&wamid, "delivered")["pricing"], sent);
        assert_eq!(sent["pricing_model"], "PMP");
        (sent["billable"] == true, sent["type"].clone(), sent["category"].clone())
    };
    let free: Value = "free_customer_service".into();
    let mut world = World::in_touch();
    let answer = json!({ "text": { "body": "there is" } });
    assert_eq!(pricing(&mut world, &answer), (false, free.clone(), "service".into()));
    assert_eq!(pricing(&mut world, &hello_world()), (false, free, "utility".into()));
    let mut world = World::strict();
    let regular = (true, "regular".into(), "utility".into());
    assert_eq!(pricing(&mut world, &hello_world()), regular);
    let bills = world.bodies("billing");
    assert_eq!(bills[0]["category"], "utility");
}

#[test]
fn up_to_version_23_statuses_speak_of_a_conversation() {
    let mut world = World::in_touch();
    let wamid = world.accepts(&hello_world());
    assert_eq!(world.status(&wamid, "sent")["conversation"], Value::Null);
    world.configure(0, |config| config.rules.conversations = true);
    let wamid = world.accepts(&hello_world());
    let sent = world.status(&wamid, "sent")["conversation"].clone();
    assert_eq!(sent["origin"], json!({ "type": "utility" }));
    assert!(sent["expiration_timestamp"].is_string());
    let delivered = world.status(&wamid, "delivered")["conversation"].clone();
    assert_eq!((&delivered["id"], &delivered["expiration_timestamp"]), (&sent["id"], &Value::Null));
}

#[test]
fn a_message_that_was_read_says_so_without_a_price() {
    let mut world = World::in_touch();
    let wamid = world.accepts(&json!({ "text": { "body": "there is" } }));
    world.person_reads(&wamid);
    assert_eq!(world.status(&wamid, "read")["pricing"], Value::Null);
}

impl World {
    /// The person's end says that a message was read.
    fn person_reads(&mut self, wamid: &str) {
        let body = json!({
            "messaging_product": "whatsapp", "status": "read", "message_id": wamid,
        });
        let request = hop::http::Request::new("cloud", "POST", "/200/messages")
            .bearer(crate::tests::world::TOKENS[1])
            .json(body.to_string().into_bytes());
        assert_eq!(self.call(1, request).status, 200);
    }
}
