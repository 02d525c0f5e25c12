//! Every type of message goes out and is opened at the other end, which answers with a receipt.

use endpoint::Happening;
use serde_json::{Value, json};

use super::body;
use crate::{
    Event,
    tests::world::{NUMBERS, World},
};

fn interactive(kind: &str, action: &Value) -> Value {
    let text = json!({ "text": "Shall it be sliced?" });
    json!({ "type": "interactive", "interactive": {
        "type": kind, "body": text, "footer": { "text": "Your bakery" }, "action": action,
    } })
}

/// One message of each interactive type.
fn interactives() -> Vec<Value> {
    let reply = |id: &str| json!({ "type": "reply", "reply": { "id": id, "title": id } });
    let row = |id: &str| json!({ "id": id, "title": id, "description": "fresh" });
    let card = |index: u32| {
        json!({ "card_index": index, "type": "cta_url", "action": { "buttons": [
            { "type": "quick_reply", "quick_reply": { "id": "a", "title": "This one" } },
        ] } })
    };
    let named = |kind: &str| interactive(kind, &json!({ "name": kind }));
    let mut products = interactive(
        "product_list",
        &json!({
            "catalog_id": "1",
            "sections": [{ "title": "Bread", "product_items": [{ "product_retailer_id": "rye" }] }],
        }),
    );
    products["interactive"]["header"] = json!({ "type": "text", "text": "Fresh today" });
    vec![
        interactive("button", &json!({ "buttons": [reply("yes"), reply("no")] })),
        interactive(
            "list",
            &json!({ "button": "Choose", "sections": [
            { "title": "Bread", "rows": [row("rye"), row("oat")] },
            { "title": "Cake", "rows": [row("nut")] },
        ] }),
        ),
        interactive(
            "cta_url",
            &json!({ "name": "cta_url", "parameters": {
            "display_text": "Our site", "url": "https://bakery.example/",
        } }),
        ),
        interactive(
            "flow",
            &json!({ "name": "flow", "parameters": {
            "flow_message_version": "3", "flow_id": 12, "flow_cta": "Book", "flow_token": "t",
        } }),
        ),
        interactive("location_request_message", &json!({ "name": "send_location" })),
        interactive(
            "address_message",
            &json!({
                "name": "address_message", "parameters": { "country": "IN" },
            }),
        ),
        interactive("product", &json!({ "catalog_id": "1", "product_retailer_id": "rye" })),
        products,
        named("catalog_message"),
        interactive("carousel", &json!({ "cards": [card(0), card(1)] })),
        named("call_permission_request"),
        named("voice_call"),
        named("request_contact_info"),
    ]
}

/// One message of each type that needs no file.
fn messages() -> Vec<Value> {
    let mut messages = vec![
        json!({ "text": { "body": "no type is text" } }),
        json!({ "type": "text", "text": { "body": "see https://x.example", "preview_url": true } }),
        json!({ "type": "location", "location": {
            "latitude": "52.5", "longitude": 13.4, "name": "Bakery", "address": "Main Street 1",
        } }),
        json!({ "type": "contacts", "contacts": [{
            "name": { "formatted_name": "Ada L.", "first_name": "Ada" },
            "phones": [{ "phone": "+49 30 1", "type": "WORK" }],
        }] }),
        json!({ "type": "template", "template": {
            "name": "hello_world", "language": { "code": "en_US", "policy": "deterministic" },
            "components": [],
        } }),
    ];
    messages.extend(interactives());
    messages
}

#[test]
fn every_type_of_message_is_delivered() {
    let mut world = World::in_touch();
    for message in messages() {
        let wamid = world.accepts(&message);
        world.status(&wamid, "delivered");
    }
}

#[test]
fn a_reaction_and_a_quotation_name_the_message_that_they_are_about() {
    let mut world = World::in_touch();
    let asked = world.sends(1, "is there bread?");
    let react = |emoji: &str| {
        let reaction = json!({ "message_id": asked, "emoji": emoji });
        json!({ "type": "reaction", "reaction": reaction })
    };
    for message in [react("👍"), react("")] {
        let wamid = world.accepts(&message);
        world.status(&wamid, "delivered");
    }
    world.accepts(&json!({
        "text": { "body": "there is" }, "context": { "message_id": asked },
    }));
    // The person's end writes webhooks as well: they show what came.
    let came: Vec<Value> = world.served_by(1);
    let came = &came[came.len() - 3..];
    assert_eq!(came[0]["reaction"], json!({ "message_id": asked, "emoji": "👍" }));
    assert_eq!(came[1]["reaction"], json!({ "message_id": asked }));
    assert_eq!(came[2]["context"]["id"], asked);
}

#[test]
fn a_file_that_came_can_be_sent_on_by_its_id() {
    let mut world = World::in_touch();
    let file = super::inbound::media(wire::content::MediaKind::Document);
    world.person_sends_file(file, super::inbound::BILL);
    let id = world.wrote()["document"]["id"].clone();
    let wamid = world.accepts(&json!({
        "type": "document", "document": { "id": id, "caption": "yours", "filename": "a.pdf" },
    }));
    world.status(&wamid, "delivered");
    let came = world.served_by(1).pop().unwrap();
    assert_eq!(came["document"]["filename"], "a.pdf");
    assert_eq!(came["document"]["caption"], "yours");
    let header = json!({ "type": "document", "document": { "id": id } });
    let mut offer = interactives().remove(0);
    offer["interactive"]["header"] = header;
    let wamid = world.accepts(&offer);
    world.status(&wamid, "delivered");
}

#[test]
fn the_answer_names_the_recipient_as_written_and_as_it_is_known() {
    let mut world = World::in_touch();
    let to = "+49 (151) 1234-5678";
    let answer = body(&world.send(&json!({ "to": to, "text": { "body": "bread" } })));
    assert_eq!(answer["contacts"], json!([{ "input": to, "wa_id": NUMBERS[1] }]));
    assert_eq!(answer["messages"].as_array().unwrap().len(), 1);
    assert_eq!(answer["messages"][0]["message_status"], Value::Null);
    let template = json!({ "type": "template", "template": {
        "name": "hello_world", "language": { "code": "en_US" },
    } });
    let answer = body(&world.send(&template));
    assert_eq!(answer["messages"][0]["message_status"], "accepted");
}

#[test]
fn a_message_is_marked_as_read_with_a_typing_indicator_or_without() {
    let mut world = World::in_touch();
    let wamid = world.sends(1, "is there bread?");
    let typing =
        json!({ "status": "read", "message_id": wamid, "typing_indicator": { "type": "text" } });
    let is_typing = |world: &World| {
        let typing = |event: &Event| {
            matches!(event, Event::Happened { happening: Happening::Typing { .. }, .. })
        };
        world.nodes[1].events.iter().filter(|event| typing(event)).count()
    };
    assert_eq!(body(&world.send(&typing)), json!({ "success": true }));
    assert_eq!(is_typing(&world), 1);
    world.send(&json!({ "status": "read", "message_id": wamid }));
    assert_eq!(is_typing(&world), 1);
    let wrong =
        json!({ "status": "read", "message_id": wamid, "typing_indicator": { "type": "x" } });
    world.refuses(&wrong, (131_009, 400));
    world.refuses(&json!({ "status": "read" }), (131_008, 400));
}

#[test]
fn marking_a_message_marks_what_came_before_it_and_nothing_after() {
    let mut world = World::in_touch();
    let wamids: Vec<String> = (0..3).map(|_| world.sends(1, "is there bread?")).collect();
    let read = |wamid: &str| json!({ "status": "read", "message_id": wamid });
    let is_read = |world: &World, wamid: &str| {
        let of = |entry: &Value| {
            let status = &entry["changes"][0]["value"]["statuses"][0];
            status["id"] == wamid && status["status"] == "read"
        };
        world.all_bodies(1).iter().any(|body| body["entry"].as_array().unwrap().iter().any(of))
    };
    world.send(&read(&wamids[1]));
    assert_eq!([0, 1, 2].map(|one| is_read(&world, &wamids[one])), [true, true, false]);
    assert_eq!(world.table("unread").len(), 1);
    world.send(&read(&wamids[0]));
    assert!(!is_read(&world, &wamids[2]));
    world.send(&read(&wamids[2]));
    assert!(is_read(&world, &wamids[2]) && world.table("unread").is_empty());
}

impl World {
    /// Bodies of the webhooks of a node.
    fn all_bodies(&self, node: usize) -> Vec<Value> {
        let is = |one: &&(usize, vocab::Instant, hop::http::Request)| {
            one.0 == node && one.2.authority == "shop"
        };
        let served = self.served.iter().filter(is);
        served.map(|(_, _, request)| serde_json::from_slice(&request.body).unwrap()).collect()
    }

    /// Messages in the webhooks of a node.
    fn served_by(&self, node: usize) -> Vec<Value> {
        let message = |body: Value| body["entry"][0]["changes"][0]["value"]["messages"][0].clone();
        self.all_bodies(node).into_iter().map(message).filter(Value::is_object).collect()
    }
}
