//! What each route takes and answers, as data.

use hop::http::Route;
use serde_json::Value;

use super::{answers, bodies, schema};

/// Where a schema comes from.
type Schema = fn() -> Value;

/// A route's parameters and answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) method: &'static str,
    pub(super) pattern: &'static str,
    pub(super) query: &'static [Parameter],
    pub(super) body: Body,
    /// What an answer holds; `None` for a file.
    pub(super) answer: Option<Schema>,
    /// What a refusal with 400 holds, where it is more than an error.
    pub(super) refused: Option<Schema>,
    /// Whether it is served without a token.
    pub(super) is_open: bool,
}

/// What a body may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body {
    None,
    Json(Schema),
    /// With a file.
    Multipart(Schema),
    /// Parameters, or a piece of a file.
    JsonOrBytes(Schema),
}

/// A parameter of a query.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) schema: Schema,
    pub(super) doc: &'static str,
}

/// The shape of a route: a loose one where nobody said more.
pub(super) fn shape(route: &Route) -> &'static Shape {
    let is_meant = |shape: &&Shape| (shape.method, shape.pattern) == (route.method, route.pattern);
    let loose = if route.method == "POST" { &LOOSE_POST } else { &LOOSE };
    SHAPES.iter().find(is_meant).unwrap_or(loose)
}

const LOOSE: Shape = Shape::get("", &[], schema::object);
const LOOSE_POST: Shape = Shape::post("", Json(bodies::nothing), schema::object);

impl Shape {
    const fn get(pattern: &'static str, query: &'static [Parameter], answer: Schema) -> Self {
        let (body, answer) = (Body::None, Some(answer));
        Self { method: "GET", pattern, query, body, answer, refused: None, is_open: false }
    }

    const fn post(pattern: &'static str, body: Body, answer: Schema) -> Self {
        Self { method: "POST", body, ..Self::get(pattern, &[], answer) }
    }

    const fn delete(pattern: &'static str, query: &'static [Parameter]) -> Self {
        Self { method: "DELETE", ..Self::get(pattern, query, answers::success) }
    }
}

const fn parameter(name: &'static str, schema: Schema, doc: &'static str) -> Parameter {
    Parameter { name, schema, doc }
}

const FIELDS: Parameter = parameter("fields", schema::text, "Names of fields, with commas.");
const LIMIT: Parameter = parameter("limit", schema::integer, "At most so many, up to 1000.");
const AFTER: Parameter = parameter("after", schema::text, "Those behind this cursor.");
const NUMBER: Parameter = parameter("phone_number_id", schema::text, "Only a file of this number.");
const NAME: Parameter = parameter("name", schema::text, "The name of a template.");
const GRANT: &[Parameter] = &[
    parameter("grant_type", schema::text, "client_credentials"),
    parameter("client_id", schema::text, "The id of an app."),
    parameter("client_secret", schema::text, "Its secret."),
];
const TEMPLATES: &[Parameter] = &[
    FIELDS,
    LIMIT,
    AFTER,
    NAME,
    parameter("language", schema::text, "Only in this language."),
    parameter("status", schema::text, "Only with this status."),
    parameter("category", schema::text, "Only of this category."),
    parameter("summary", schema::text, "Anything: with counts."),
];

use Body::{Json, JsonOrBytes, Multipart};

/// Every route whose shape is known.
pub(super) const SHAPES: &[Shape] = &[
    Shape::post("/{phone_number_id}/messages", Json(bodies::message), answers::messages),
    Shape::post(
        "/{phone_number_id}/marketing_messages",
        Json(bodies::marketing),
        answers::accepted,
    ),
    Shape::get("/{phone_number_id}/message_history", &[], answers::history),
    // Numbers.
    Shape::post("/{phone_number_id}/register", Json(bodies::register), answers::success),
    Shape::post("/{phone_number_id}/deregister", Json(bodies::nothing), answers::success),
    Shape::post("/{phone_number_id}/request_code", Json(bodies::request_code), answers::success),
    Shape::post("/{phone_number_id}/verify_code", Json(bodies::verify_code), answers::success),
    Shape::get("/{phone_number_id}/settings", &[], answers::settings),
    Shape::post("/{phone_number_id}/settings", Json(bodies::settings), answers::success),
    Shape::get("/{phone_number_id}/whatsapp_business_profile", &[FIELDS], answers::profile),
    Shape::post(
        "/{phone_number_id}/whatsapp_business_profile",
        Json(bodies::profile),
        answers::success,
    ),
    Shape::get("/{phone_number_id}/whatsapp_business_encryption", &[], answers::encryption),
    Shape::post(
        "/{phone_number_id}/whatsapp_business_encryption",
        Json(bodies::encryption),
        answers::success,
    ),
    Shape::get("/{phone_number_id}/whatsapp_commerce_settings", &[], answers::commerce),
    Shape::post(
        "/{phone_number_id}/whatsapp_commerce_settings",
        Json(bodies::commerce),
        answers::success,
    ),
    Shape::get("/{phone_number_id}/conversational_automation", &[], answers::automation),
    Shape::post(
        "/{phone_number_id}/conversational_automation",
        Json(bodies::automation),
        answers::success,
    ),
    Shape::get("/{phone_number_id}/block_users", &[LIMIT, AFTER], answers::blocked),
    Shape {
        refused: Some(answers::not_blocked),
        ..Shape::post("/{phone_number_id}/block_users", Json(bodies::blocking), answers::blocking)
    },
    Shape {
        body: Json(bodies::blocking),
        answer: Some(answers::blocking),
        refused: Some(answers::not_blocked),
        ..Shape::delete("/{phone_number_id}/block_users", &[])
    },
    Shape::get("/{phone_number_id}/message_qrdls", &[], answers::links),
    Shape::post("/{phone_number_id}/message_qrdls", Json(bodies::link), answers::link),
    Shape::get("/{phone_number_id}/message_qrdls/{id}", &[], answers::links),
    Shape::delete("/{phone_number_id}/message_qrdls/{id}", &[]),
    Shape::post("/{phone_number_id}/media", Multipart(bodies::upload), answers::id),
    Shape { answer: None, ..Shape::get("/media/{id}", ADDRESS, answers::id) },
    // WhatsApp business accounts.
    Shape::get("/{id}/phone_numbers", &[FIELDS, LIMIT, AFTER], answers::numbers),
    Shape::get("/{id}/message_templates", TEMPLATES, answers::templates),
    Shape::post("/{id}/message_templates", Json(bodies::template), answers::made_template),
    Shape::delete("/{id}/message_templates", &[NAME]),
    Shape::get("/{id}/subscribed_apps", &[], answers::subscribed),
    Shape::post("/{id}/subscribed_apps", Json(bodies::subscribed), answers::success),
    Shape::delete("/{id}/subscribed_apps", &[]),
    // Apps.
    Shape { is_open: true, ..Shape::get("/oauth/access_token", GRANT, answers::token) },
    Shape {
        is_open: true,
        ..Shape::post("/oauth/access_token", Json(bodies::token), answers::token)
    },
    Shape::get("/{id}/subscriptions", &[], answers::subscriptions),
    Shape::post("/{id}/subscriptions", Json(bodies::subscription), answers::success),
    Shape::delete("/{id}/subscriptions", &[]),
    Shape::post("/{id}/uploads", Json(bodies::begin_upload), answers::id),
    // Whatever has an id.
    Shape::get("/{id}", &[FIELDS, NUMBER], answers::thing),
    Shape::post("/{id}", JsonOrBytes(bodies::change), answers::changed),
    Shape::delete("/{id}", &[NUMBER]),
];

/// What the address of a file is made of.
const ADDRESS: &[Parameter] = &[
    parameter("ext", schema::text, "Until when it is valid."),
    parameter("hash", schema::text, "What shows that it was made here."),
];
