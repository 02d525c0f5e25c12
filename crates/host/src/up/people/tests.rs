//! What people say and press, and what they do by themselves.

use serde_json::{Value, json};
use vocab::MessageId;
use wire::content::{Body, Choice, ChoiceKind, Offer, OfferKind};

use super::{Persona, Says, Unsayable, reaction, says};

const SHOWN: MessageId = MessageId([7; 16]);

fn choice(kind: ChoiceKind, id: &str) -> Choice {
    let text = |text: &str| text.to_owned();
    Choice { kind, id: text(id), title: text("What stands there"), description: text("and why") }
}

/// What a person means who was shown these choices in one message.
fn read(message: &Value, shown: &[Choice]) -> Result<Says, Unsayable> {
    says::read(message.as_object().unwrap(), &|quoted, (kind, id)| {
        let fits = |choice: &&Choice| choice.kind == kind && id.is_none_or(|id| choice.id == id);
        let choice = shown.iter().find(fits).filter(|_| quoted.is_none_or(|id| id == SHOWN))?;
        Some((SHOWN, choice.clone()))
    })
}

#[test]
fn what_is_pressed_says_what_really_stood_there_and_quotes_where() {
    let shown = [
        choice(ChoiceKind::Button, "b"),
        choice(ChoiceKind::Row, "r"),
        choice(ChoiceKind::QuickReply, "q"),
        choice(ChoiceKind::Flow, "f"),
    ];
    let reply = json!({ "id": "b", "title": "Something else" });
    let list = json!({ "id": "r", "title": "Something else" });
    let flow = json!({ "name": "flow", "body": "Sent", "response_json": "{\"a\":1}" });
    for (id, message) in [
        ("b", json!({ "type": "button_reply", "button_reply": reply })),
        ("r", json!({ "type": "list_reply", "list_reply": list })),
        ("f", json!({ "type": "nfm_reply", "nfm_reply": flow })),
    ] {
        let says = read(&json!({ "type": "interactive", "interactive": message }), &shown).unwrap();
        let Body::Answer(answer) = says.body else { panic!("{id}: no answer") };
        assert_eq!((answer.id.as_str(), answer.title.as_str()), (id, "What stands there"));
        assert_eq!(says.quoted, Some(SHOWN));
        assert_eq!(answer.json.is_empty(), id != "f");
    }
    let button = json!({ "type": "button", "button": { "payload": "q", "text": "x" } });
    assert!(read(&button, &shown).is_ok());
}

#[test]
fn nobody_presses_what_they_were_not_shown() {
    let shown = [choice(ChoiceKind::Button, "b")];
    let press = |id: &str, context: Value| {
        let reply = json!({ "type": "button_reply", "button_reply": { "id": id } });
        read(&json!({ "type": "interactive", "interactive": reply, "context": context }), &shown)
    };
    assert!(press("b", json!(null)).is_ok());
    let refused = press("c", json!(null)).unwrap_err();
    let why = "this person was shown no button_reply with id c to press";
    assert_eq!(refused.to_string(), why);
    let elsewhere = json!({ "id": cloud_api::wamid(MessageId([8; 16])) });
    assert!(matches!(press("b", elsewhere), Err(Unsayable::NotOffered { .. })));
    let row = json!({ "type": "list_reply", "list_reply": { "id": "b" } });
    let row = read(&json!({ "type": "interactive", "interactive": row }), &shown);
    assert!(matches!(row, Err(Unsayable::NotOffered { .. })));
}

#[test]
fn what_means_nothing_is_refused_with_the_part_that_is_wrong() {
    for (part, message) in [
        ("type", json!({})),
        ("type", json!({ "type": "telepathy" })),
        ("text", json!({ "type": "text" })),
        ("text.body", json!({ "type": "text", "text": { "body": "" } })),
        ("text", json!({ "type": "text", "text": { "body": "a".repeat(1_000_000) } })),
        ("context.id", json!({ "type": "text", "text": { "body": "a" }, "context": {} })),
        ("location.longitude", json!({ "type": "location", "location": { "latitude": 1 } })),
        (
            "location.latitude",
            json!({ "type": "location", "location": { "latitude": 91, "longitude": 1 } }),
        ),
        ("contacts", json!({ "type": "contacts", "contacts": [] })),
        ("reaction.message_id", json!({ "type": "reaction", "reaction": { "message_id": "x" } })),
        ("image.data", json!({ "type": "image", "image": { "id": "1" } })),
        ("audio.data", json!({ "type": "audio", "audio": { "data": "no Base64" } })),
        ("video.data", json!({ "type": "video", "video": { "data": "" } })),
        ("audio.voice", json!({ "type": "audio", "audio": { "data": "aaaa", "voice": 1 } })),
        ("interactive.type", json!({ "type": "interactive", "interactive": { "type": "x" } })),
    ] {
        match read(&message, &[]) {
            Err(Unsayable::Form { name, .. }) => assert_eq!(name, part, "{message}"),
            other => panic!("{message}: {other:?}"),
        }
    }
}

#[test]
fn a_file_is_shown_by_what_it_is_and_not_by_what_it_holds() {
    let image = json!({ "data": "YnJlYWQ=", "caption": "fresh", "mime_type": "image/png" });
    let says = read(&json!({ "type": "image", "image": image }), &[]).unwrap();
    assert_eq!(says.file.unwrap(), b"bread");
    let Body::Media(media) = says.body else { panic!("no file") };
    assert_eq!((media.caption.as_str(), media.mime_type.as_str()), ("fresh", "image/png"));
    let digest = "985604c2b60243122c24d4e18363e6434c535923be05f760204a1aef023aae9b";
    assert_eq!(says.said.object["sha256"], digest);
    assert_eq!(
        (&says.said.object["file_size"], &says.said.object["data"]),
        (&5.into(), &json!(null))
    );
}

#[test]
fn a_person_presses_what_can_be_pressed_and_answers_as_long_as_there_is_an_answer() {
    let mut persona =
        Persona { reads: true, presses: true, answers: ["One".to_owned()].into_iter().collect() };
    let offer = |choices: Vec<Choice>| {
        let (name, text) = ("button".to_owned(), "Which?".to_owned());
        let kind = OfferKind::Interactive;
        Body::Offer(Box::new(Offer { kind, name, text, choices, header: None, json: Vec::new() }))
    };
    let choices = vec![choice(ChoiceKind::Link, "l"), choice(ChoiceKind::Button, "b")];
    let pressed = reaction(&mut persona, SHOWN, &offer(choices)).says.unwrap();
    assert!(matches!(pressed.body, Body::Answer(answer) if answer.id == "b"));
    let only_a_link = offer(vec![choice(ChoiceKind::Link, "l")]);
    let answered = reaction(&mut persona, SHOWN, &only_a_link).says.unwrap();
    assert_eq!(answered.body.words(), "One");
    let last = reaction(&mut persona, SHOWN, &Body::text("And?".to_owned()));
    assert!(last.says.is_none() && last.reads && !last.listens);
    let ignores = reaction(&mut Persona::default(), SHOWN, &only_a_link);
    assert!(ignores.says.is_none() && !ignores.reads);
}
