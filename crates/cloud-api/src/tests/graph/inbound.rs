//! What a business is told of the messages of a person.

use serde_json::{Value, json};
use sha2::Digest as _;
use vocab::MessageId;
use wire::content::{
    Answer, Body, ChoiceKind, Media, MediaKind, Object, ObjectKind, Offer, OfferKind,
};

use super::World;
use crate::{base64, graph::wamid, tests::world::NUMBERS};

pub(crate) const BILL: &[u8] = b"%PDF-1.7 three loaves of bread";

pub(crate) fn media(kind: MediaKind) -> Media {
    Media {
        kind,
        blob: vec![1; 32],
        key: [2; 32],
        digest: [3; 32],
        file_digest: [0xfb; 32],
        size: 67,
        mime_type: "application/pdf".into(),
        caption: "the bill".into(),
        filename: "bill.pdf".into(),
        voice: true,
        animated: true,
    }
}

fn answer(kind: ChoiceKind) -> Body {
    Body::Answer(Answer {
        kind,
        id: "1".into(),
        title: "Rye".into(),
        description: "fresh".into(),
        json: br#"{"flow_token":"t"}"#.to_vec(),
    })
}

fn object(kind: ObjectKind, json: &str) -> Body {
    Body::Object(Object { kind, json: json.into() })
}

#[test]
fn a_message_says_who_wrote_and_what_it_answers() {
    let mut world = World::in_touch();
    let sent = world.sends(0, "shall it be sliced?");
    let id = world.person_sends(answer(ChoiceKind::Button), MessageId::from_hex(&sent[6..]));
    let value = world.values().pop().unwrap();
    let message = &value["messages"][0];
    let user = message["from_user_id"].as_str().unwrap();
    let (country, digits) = user.split_once('.').unwrap();
    assert!(country == "DE" && digits.len() == 20 && digits.parse::<u64>().is_ok(), "{user}");
    assert_eq!(
        value["contacts"],
        json!([{
            "profile": { "name": "person" }, "wa_id": NUMBERS[1], "user_id": user,
        }])
    );
    assert_eq!((&message["id"], &message["from"]), (&id.into(), &NUMBERS[1].into()));
    assert_eq!(message["context"], json!({ "from": NUMBERS[0], "id": sent }));
    assert_eq!(
        value["metadata"],
        json!({
            "display_phone_number": NUMBERS[0], "phone_number_id": "100",
        })
    );
}

#[test]
fn every_kind_of_message_has_its_documented_form() {
    let mut world = World::in_touch();
    let reply = json!({ "id": "1", "title": "Rye" });
    let row = json!({ "id": "1", "title": "Rye", "description": "fresh" });
    let flow = json!({
        "name": "flow", "body": "Rye", "response_json": "{\"flow_token\":\"t\"}",
    });
    let reaction = Body::Reaction(wire::content::Reaction {
        message: MessageId([9; 16]),
        emoji: "👍".into(),
    });
    let cases: Vec<(Body, &str, Value)> = vec![
        (Body::text("a / é @ 5% <".into()), "text", json!({ "body": "a / é @ 5% <" })),
        (reaction, "reaction", json!({ "message_id": wamid(MessageId([9; 16])), "emoji": "👍" })),
        (
            answer(ChoiceKind::Button),
            "interactive",
            json!({ "type": "button_reply", "button_reply": reply }),
        ),
        (
            answer(ChoiceKind::Row),
            "interactive",
            json!({ "type": "list_reply", "list_reply": row }),
        ),
        (
            answer(ChoiceKind::Flow),
            "interactive",
            json!({ "type": "nfm_reply", "nfm_reply": flow }),
        ),
        (answer(ChoiceKind::QuickReply), "button", json!({ "payload": "1", "text": "Rye" })),
        (
            object(ObjectKind::Location, r#"{"latitude":1.5,"longitude":2}"#),
            "location",
            json!({ "latitude": 1.5, "longitude": 2 }),
        ),
        (object(ObjectKind::Contacts, "[{}]"), "contacts", json!([{}])),
        (object(ObjectKind::Order, r#"{"catalog_id":"1"}"#), "order", json!({ "catalog_id": "1" })),
        (
            object(ObjectKind::System, r#"{"type":"user_changed_number"}"#),
            "system",
            json!({ "type": "user_changed_number" }),
        ),
    ];
    for (body, kind, expected) in cases {
        world.person_sends(body, None);
        let message = world.wrote();
        assert_eq!((&message["type"], &message[kind]), (&kind.into(), &expected));
    }
}

#[test]
fn a_file_comes_with_its_digest_and_an_id_of_its_own() {
    let mut world = World::in_touch();
    let mut ids = Vec::new();
    let kinds = [
        (MediaKind::Image, "image"),
        (MediaKind::Audio, "audio"),
        (MediaKind::Video, "video"),
        (MediaKind::Document, "document"),
        (MediaKind::Sticker, "sticker"),
    ];
    for (kind, name) in kinds {
        world.person_sends_file(media(kind), BILL);
        let message = world.wrote();
        let file = &message[name];
        assert_eq!(message["type"], name);
        assert_eq!(file["sha256"], base64::encode(&sha2::Sha256::digest(BILL)));
        assert_eq!(file["mime_type"], "application/pdf");
        assert_eq!(file["voice"] == true, name == "audio");
        assert_eq!(file["animated"] == true, name == "sticker");
        ids.push(file["id"].as_str().unwrap().to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), world.table("media").len()), (5, 5));
    world.pass(vocab::limits::MEDIA_RECEIVED_AGE);
    assert!(world.table("media").is_empty());
}

#[test]
fn what_has_no_form_is_told_as_unsupported() {
    let mut world = World::in_touch();
    let offer = Body::Offer(Box::new(Offer {
        kind: OfferKind::Interactive,
        name: "button".into(),
        text: "buy this".into(),
        choices: Vec::new(),
        header: None,
        json: b"{}".to_vec(),
    }));
    for body in [offer, object(ObjectKind::Order, "no json")] {
        world.person_sends(body, None);
        let message = world.wrote();
        assert_eq!(message["type"], "unsupported");
        assert_eq!(message["errors"][0]["code"], 131_051);
    }
}

#[test]
fn the_body_that_is_signed_is_ascii_with_the_escapes_of_meta() {
    let mut world = World::in_touch();
    world.person_sends(Body::text("é 😀 a@b 5% </p>".into()), None);
    let mut served = world.served.iter();
    let (_, _, request) =
        served.rfind(|(node, _, ask)| *node == 0 && ask.authority == "shop").unwrap();
    let body = String::from_utf8(request.body.clone()).unwrap();
    assert!(body.contains(r"\u00e9 \ud83d\ude00 a\u0040b 5\u0025 \u003C\/p>"), "{body}");
    assert!(request.get_header("x-hub-signature-256").unwrap().starts_with("sha256="));
}
