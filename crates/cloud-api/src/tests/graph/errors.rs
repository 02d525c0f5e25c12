//! Every error that a call to send is refused with, and every one that comes as a status.

use serde_json::{Value, json};
use vocab::Micros;
use wire::{
    content::{Body, Object, ObjectKind},
    transport::Status,
};

use super::{body, refused};
use crate::{
    rows::{self, Category, GrantRow, TemplateRow, TemplateStatus},
    tests::world::{NUMBERS, World},
};

fn text() -> Value {
    json!({ "type": "text", "text": { "body": "bread" } })
}

#[test]
fn what_is_missing_is_131008_and_named() {
    let mut world = World::in_touch();
    let interactive =
        |interactive: Value| json!({ "type": "interactive", "interactive": interactive });
    let cases = [
        (json!({ "to": null, "text": { "body": "a" } }), "to"),
        (json!({ "type": "text" }), "text"),
        (json!({ "text": {} }), "text.body"),
        (json!({ "text": { "body": "" } }), "text.body"),
        (json!({ "type": "image", "image": {} }), "image.id"),
        (json!({ "type": "location", "location": { "latitude": 1 } }), "location.longitude"),
        (json!({ "type": "contacts" }), "contacts"),
        (
            json!({ "type": "contacts", "contacts": [{ "name": { "formatted_name": "Ada" } }] }),
            "contacts[0].name.first_name",
        ),
        (json!({ "type": "reaction", "reaction": { "emoji": "👍" } }), "reaction.message_id"),
        (interactive(json!({ "type": "button" })), "interactive.action"),
        (
            interactive(json!({ "type": "button", "body": { "text": "a" }, "action": {} })),
            "interactive.action.buttons",
        ),
        (
            interactive(json!({ "type": "location_request_message",
                "action": { "name": "send_location" } })),
            "interactive.body",
        ),
        (json!({ "type": "template", "template": { "name": "a" } }), "template.language"),
    ];
    for (message, name) in cases {
        let details = world.refuses(&message, (131_008, 400));
        assert_eq!(details, format!("The parameter {name} is required."));
    }
}

#[test]
fn a_value_that_cannot_be_is_131009_and_named() {
    let mut world = World::in_touch();
    let buttons = |buttons: Value| {
        json!({ "type": "interactive", "interactive": {
            "type": "button", "body": { "text": "a" }, "action": { "buttons": buttons },
        } })
    };
    let reply =
        |id: &str, title: &str| json!({ "type": "reply", "reply": { "id": id, "title": title } });
    let cases = [
        (json!({ "to": "12", "text": { "body": "a" } }), "to"),
        (json!({ "to": null, "recipient": "49151", "text": { "body": "a" } }), "recipient"),
        (json!({ "recipient_type": "crowd", "text": { "body": "a" } }), "recipient_type"),
        (json!({ "text": { "body": ["a"] } }), "text.body"),
        (json!({ "text": { "body": "a".repeat(4_097) } }), "text.body"),
        (json!({ "text": "a" }), "text"),
        (json!({ "text": { "body": "a", "preview_url": "x" } }), "text.preview_url"),
        (
            json!({ "text": { "body": "a" }, "context": { "message_id": "x" } }),
            "context.message_id",
        ),
        (json!({ "type": "image", "image": { "link": "ftp://a" } }), "image.link"),
        (json!({ "type": "audio", "audio": { "id": "1", "caption": "a" } }), "audio.caption"),
        (json!({ "type": "image", "image": { "id": "1" } }), "id"),
        (
            json!({ "type": "location", "location": { "latitude": 91, "longitude": 0 } }),
            "location.latitude",
        ),
        (json!({ "type": "contacts", "contacts": [] }), "contacts"),
        (
            json!({ "type": "interactive", "interactive": { "type": "x", "action": {} } }),
            "interactive.type",
        ),
        (buttons(json!([reply("1", "a"), reply("1", "b")])), "interactive.action.buttons"),
        (
            buttons(json!([reply("1", &"a".repeat(21))])),
            "interactive.action.buttons[0].reply.title",
        ),
        (buttons(json!([])), "interactive.action.buttons"),
        (
            json!({ "text": { "body": "a" }, "biz_opaque_callback_data": "a".repeat(513) }),
            "biz_opaque_callback_data",
        ),
    ];
    for (message, name) in cases {
        let details = world.refuses(&message, (131_009, 400));
        assert!(details.starts_with(&format!("Parameter {name}: ")), "{name}: {details}");
    }
}

#[test]
fn a_request_of_another_product_or_form_is_100_and_an_unknown_type_131051() {
    let mut world = World::in_touch();
    world.refuses(&json!({ "messaging_product": null, "text": { "body": "a" } }), (100, 400));
    world.refuses(&json!({ "messaging_product": "messenger" }), (100, 400));
    world.refuses(&json!({ "recipient_type": "group", "text": { "body": "a" } }), (100, 400));
    let long = "ä".repeat(1_000);
    let contact = json!({ "name": { "formatted_name": long, "first_name": long } });
    let contacts = json!({ "type": "contacts", "contacts": vec![contact; 20] });
    let details = world.refuses(&contacts, (131_009, 400));
    assert!(details.contains("bytes"), "{details}");
    world.refuses(&json!({ "type": "poll", "poll": {} }), (131_051, 400));
}

#[test]
fn a_business_does_not_write_to_itself_or_to_a_user_that_nobody_is() {
    let mut world = World::in_touch();
    let itself = json!({ "to": NUMBERS[0], "text": { "body": "a" } });
    world.refuses(&itself, (131_021, 400));
    let nobody = json!({
        "to": null, "recipient": "DE.13491208655302741918", "text": { "body": "a" },
    });
    world.refuses(&nobody, (131_026, 400));
}

#[test]
fn a_number_that_is_not_registered_sends_nothing() {
    let mut world = World::in_touch();
    let row = GrantRow {
        slot: 0,
        phone_number_id: "100".into(),
        business: "bakery".into(),
        display_phone_number: NUMBERS[0].into(),
        live: true,
        deregistered: true,
        restriction: 0,
        storage: String::new(),
        services: Vec::new(),
        name: String::new(),
    };
    world.put(rows::grant(0), prost::Message::encode_to_vec(&row));
    world.refuses(&text(), (133_010, 400));
}

#[test]
fn a_number_that_the_platform_restricts_is_told_why_until_it_is_not_restricted() {
    let mut world = World::in_touch();
    let statuses = [
        (33, 400),
        (368, 403),
        (130_497, 403),
        (131_005, 403),
        (131_031, 403),
        (131_037, 400),
        (131_042, 400),
        (131_045, 500),
        (131_057, 500),
    ];
    assert_eq!(statuses.map(|(code, _)| code), crate::errors::codes::RESTRICTIONS);
    for (code, status) in statuses {
        world.restricts(code);
        world.refuses(&text(), (code, status));
    }
    // What this server knows nothing of restricts nothing.
    for none in [0, 131_047] {
        world.restricts(none);
        world.accepts(&text());
    }
}

#[test]
fn a_message_to_a_number_without_an_account_fails_with_131026_and_leaves_nothing() {
    let mut world = World::strict();
    world.sends_are = Status::NotFound;
    with_template(&mut world, TemplateStatus::Approved, Category::Utility);
    let mut message = template("ready", &words("Ada", "bread"));
    message["biz_opaque_callback_data"] = "order 7".into();
    let wamid = world.accepts(&message);
    assert_eq!(world.failure(&wamid)["code"], 131_026);
    for table in ["pair", "win", "tag", "kept", "sent"] {
        assert!(world.table(table).is_empty(), "{table}");
    }
}

#[test]
fn the_46th_message_at_once_to_one_person_is_131056_and_6_seconds_later_one_more_goes() {
    let mut world = World::in_touch();
    for _ in 0..45 {
        world.accepts(&text());
    }
    world.refuses(&text(), (131_056, 400));
    world.pass(Micros::seconds(6));
    world.accepts(&text());
    world.refuses(&text(), (131_056, 400));
    world.pass(Micros::seconds(6 * 45));
    assert!(world.table("pair").is_empty(), "what is whole again is not kept");
}

#[test]
fn the_81st_message_at_once_of_one_number_is_130429() {
    let mut world = World::strict();
    world.configure(0, |config| config.rules.pair = None);
    let answers: Vec<_> = (0..81).map(|_| world.send(&text())).collect();
    assert!(answers[..80].iter().all(|answer| answer.status == 200));
    refused(&answers[80], (130_429, 400));
    assert_eq!(body(&answers[80])["error"]["error_subcode"], 2_494_055);
    world.pass(Micros::millis(13));
    world.accepts(&text());
}

/// The bakery has this template.
pub(in crate::tests) fn with_template(
    world: &mut World,
    status: TemplateStatus,
    category: Category,
) {
    let components = json!([
        { "type": "BODY", "text": "Hello {{1}}, your {{2}} is ready." },
        { "type": "BUTTONS", "buttons": [{ "type": "QUICK_REPLY", "text": "Stop" }] },
    ]);
    let row = TemplateRow {
        name: "ready".into(),
        language: "en".into(),
        category: category.into(),
        status: status.into(),
        components: components.to_string().into_bytes(),
    };
    let key = rows::template("bakery", "ready", "en");
    world.put(key, prost::Message::encode_to_vec(&row));
}

pub(in crate::tests) fn template(name: &str, components: &Value) -> Value {
    json!({ "type": "template", "template": {
        "name": name, "language": { "code": "en" }, "components": components,
    } })
}

impl World {
    /// Business Manager says how the platform restricts the bakery's number.
    fn restricts(&mut self, code: u32) {
        self.restriction = code;
        let told = hop::http::Request::new("cloud", "POST", "/grants_changed");
        assert_eq!(self.call(0, told.bearer("token of the manager")).status, 200);
    }
}

pub(in crate::tests) fn words(first: &str, second: &str) -> Value {
    let word = |text: &str| json!({ "type": "text", "text": text });
    json!([{ "type": "body", "parameters": [word(first), word(second)] }])
}

#[test]
fn a_template_that_is_not_there_or_not_approved_is_132001() {
    let mut world = World::in_touch();
    world.refuses(&template("missing", &json!([])), (132_001, 404));
    for status in [TemplateStatus::Pending, TemplateStatus::Rejected] {
        with_template(&mut world, status, Category::Utility);
        world.refuses(&template("ready", &words("Ada", "bread")), (132_001, 404));
    }
    with_template(&mut world, TemplateStatus::Paused, Category::Utility);
    world.refuses(&template("ready", &words("Ada", "bread")), (132_015, 400));
    with_template(&mut world, TemplateStatus::Disabled, Category::Utility);
    world.refuses(&template("ready", &words("Ada", "bread")), (132_016, 400));
}

#[test]
fn parameters_that_do_not_fit_a_template_are_told_apart() {
    let mut world = World::in_touch();
    with_template(&mut world, TemplateStatus::Approved, Category::Utility);
    world.refuses(&template("ready", &json!([])), (132_000, 400));
    let long = "a".repeat(1_025);
    world.refuses(&template("ready", &words("Ada", &long)), (132_005, 400));
    let odd = json!([{ "type": "body", "parameters": [{ "type": "video_call" }] }]);
    world.refuses(&template("ready", &odd), (132_012, 400));
    let mut button = words("Ada", "bread");
    button.as_array_mut().unwrap().push(json!({
        "type": "button", "sub_type": "url", "index": "0",
        "parameters": [{ "type": "text", "text": "x" }],
    }));
    world.refuses(&template("ready", &button), (132_012, 400));
    button[1]["sub_type"] = "quick_reply".into();
    button[1]["parameters"] = json!([{ "type": "payload", "payload": "STOP" }]);
    let wamid = world.accepts(&template("ready", &button));
    world.status(&wamid, "delivered");
    assert_eq!(world.history(), ["Hello Ada, your bread is ready."]);
}

#[test]
fn a_one_time_password_does_not_go_to_a_user_id() {
    let mut world = World::in_touch();
    with_template(&mut world, TemplateStatus::Approved, Category::Authentication);
    let user = world.values()[0]["contacts"][0]["user_id"].clone();
    let mut message = template("ready", &words("Ada", "code"));
    message["to"] = Value::Null;
    message["recipient"] = user;
    world.refuses(&message, (131_062, 400));
}

#[test]
fn out_of_the_window_a_message_is_accepted_and_fails_with_131047_and_a_template_goes() {
    let mut world = World::strict();
    let wamid = world.accepts(&text());
    assert_eq!(world.failure(&wamid)["code"], 131_047);
    assert!(world.carried.is_empty());
    with_template(&mut world, TemplateStatus::Approved, Category::Utility);
    let wamid = world.accepts(&template("ready", &words("Ada", "bread")));
    world.status(&wamid, "delivered");
}

#[test]
fn marketing_fails_with_131050_for_who_wants_none_and_all_else_goes() {
    let mut world = World::in_touch();
    let phone = vocab::PhoneNumber::parse(NUMBERS[1]).unwrap();
    let name = endpoint::vault::name_under(&[7; 32], &phone);
    with_template(&mut world, TemplateStatus::Approved, Category::Marketing);
    let wamid = world.accepts(&template("ready", &words("Ada", "cake")));
    world.status(&wamid, "delivered");
    world.put(rows::marketing_stop(0, &name), vec![1]);
    let wamid = world.accepts(&template("ready", &words("Ada", "cake")));
    assert_eq!(world.failure(&wamid)["code"], 131_050);
    world.accepts(&text());
    with_template(&mut world, TemplateStatus::Approved, Category::Utility);
    let wamid = world.accepts(&template("ready", &words("Ada", "bread")));
    world.status(&wamid, "delivered");
}

/// The person says in the app whether the business may advertise.
fn prefers(world: &mut World, value: &str) -> Value {
    let said = json!({
        "type": "user_preferences", "category": "marketing_messages", "value": value,
    });
    let object = Object { kind: ObjectKind::System, json: said.to_string().into_bytes() };
    world.person_sends(Body::Object(object), None);
    world.bodies("shop").pop().unwrap()["entry"][0]["changes"][0].clone()
}

#[test]
fn a_person_stops_marketing_in_the_app_and_wants_it_again() {
    let mut world = World::strict();
    with_template(&mut world, TemplateStatus::Approved, Category::Marketing);
    let told = prefers(&mut world, "stop");
    assert_eq!(told["field"], "user_preferences");
    let preference = &told["value"]["user_preferences"][0];
    assert_eq!(preference["detail"], "User requested to stop marketing messages");
    assert_eq!((&preference["wa_id"], &preference["value"]), (&json!(NUMBERS[1]), &json!("stop")));
    assert_eq!(preference["category"], "marketing_messages");
    assert!(preference["timestamp"].is_u64() && preference["user_id"].is_string());
    assert_eq!(told["value"]["contacts"][0]["wa_id"], NUMBERS[1]);
    assert!(world.table("win").is_empty(), "a preference opens no window");
    for (key, value) in world.rows() {
        let digits = NUMBERS[1].as_bytes();
        let occurs = |bytes: &[u8]| bytes.windows(digits.len()).any(|part| part == digits);
        assert!(!occurs(key.as_bytes()) && !occurs(&value), "{key:?}");
    }
    let wamid = world.accepts(&template("ready", &words("Ada", "cake")));
    assert_eq!(world.failure(&wamid)["code"], 131_050);
    let told = prefers(&mut world, "resume");
    assert_eq!(told["value"]["user_preferences"][0]["value"], "resume");
    assert!(world.table("stop").is_empty());
    let wamid = world.accepts(&template("ready", &words("Ada", "cake")));
    world.status(&wamid, "delivered");
}

#[test]
fn a_person_is_sent_so_much_marketing_in_a_day_and_more_fails_with_131049() {
    let mut world = World::strict();
    with_template(&mut world, TemplateStatus::Approved, Category::Marketing);
    for _ in 0..10 {
        let wamid = world.accepts(&template("ready", &words("Ada", "cake")));
        world.status(&wamid, "delivered");
    }
    let wamid = world.accepts(&template("ready", &words("Ada", "cake")));
    assert_eq!(world.failure(&wamid)["code"], 131_049);
    world.pass(Micros::minutes(144));
    let wamid = world.accepts(&template("ready", &words("Ada", "cake")));
    world.status(&wamid, "delivered");
    world.pass(Micros::days(1));
    assert!(world.table("mkt").is_empty());
}

#[test]
fn the_interface_for_marketing_takes_templates_that_advertise_and_nothing_else() {
    let mut world = World::strict();
    let post = |world: &mut World, message: &Value| world.post("marketing_messages", message);
    refused(&post(&mut world, &text()), (100, 400));
    let read = json!({ "status": "read", "message_id": "wamid.0" });
    refused(&post(&mut world, &read), (131_055, 400));
    with_template(&mut world, TemplateStatus::Approved, Category::Utility);
    let message = template("ready", &words("Ada", "bread"));
    refused(&post(&mut world, &message), (134_100, 400));
    with_template(&mut world, TemplateStatus::Approved, Category::Marketing);
    let answer = post(&mut world, &message);
    assert_eq!(body(&answer)["messages"][0]["message_status"], "accepted");
}

#[test]
fn media_behind_a_link_fails_with_131053_where_no_address_is_allowed() {
    let mut world = World::in_touch();
    let link = json!({ "link": "https://bakery.example/bread.png" });
    let wamid = world.accepts(&json!({ "type": "image", "image": link }));
    assert_eq!(world.failure(&wamid)["code"], 131_053);
}

#[test]
fn a_stale_identity_key_hash_fails_with_137000_and_the_right_one_goes() {
    let mut world = World::in_touch();
    let with = |hash: &str| json!({ "recipient_identity_key_hash": hash, "text": { "body": "a" } });
    let wamid = world.accepts(&with("stale"));
    assert_eq!(world.failure(&wamid)["code"], 137_000);
    let pin = world.rows().into_iter().find(|(key, _)| key.starts_with(&store::Key::table("pin")));
    let wamid = world.accepts(&with(&crate::handle::identity_hash(&pin.unwrap().1)));
    world.status(&wamid, "delivered");
}

#[test]
fn what_the_transport_does_not_take_fails_with_131026_or_131048() {
    for (status, code) in [(Status::Full, 131_026), (Status::Throttled, 131_048)] {
        let mut world = World::in_touch();
        world.sends_are = status;
        let wamid = world.accepts(&text());
        assert_eq!(world.failure(&wamid)["code"], code);
    }
}
