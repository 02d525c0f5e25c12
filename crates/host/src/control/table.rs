//! The calls of the control API as data: what is served and what its description says.

use serde_json::Value;

use super::schemas;

/// Where a schema comes from.
type Schema = fn() -> Value;

/// A call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    pub(super) method: &'static str,
    /// The path below the root, perhaps with `{user}` in it.
    pub(super) path: &'static str,
    pub(super) does: Does,
    /// What it does, in a sentence.
    pub(super) summary: &'static str,
    pub(super) query: &'static [Parameter],
    /// The schema of its body; `None` where it takes none.
    pub(super) body: Option<Schema>,
    /// The schema of its answer.
    pub(super) answer: Schema,
}

/// A parameter of a query.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    /// Its type in JSON Schema.
    pub(super) kind: &'static str,
    pub(super) doc: &'static str,
}

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    Inbound,
    Messages,
    Webhooks,
    Users,
    User,
    SetPersona,
    Read,
    Play,
    Flow,
    Marketing,
    Block,
    Report,
    ChangePhone,
    Clock,
    Advance,
    Faults,
    SetFaults,
    Break,
    Reset,
    Ready,
    Snapshots,
    Snapshot,
    Restore,
    OpenApi,
    GraphOpenApi,
}

impl Call {
    /// Whether a path is this call's; the user in it, or nothing.
    pub(super) fn fits<'p>(&self, path: &'p str) -> Option<&'p str> {
        let Some((before, after)) = self.path.split_once("{user}") else {
            return (self.path == path).then_some("");
        };
        let user = path.strip_prefix(before)?.strip_suffix(after)?;
        (!user.is_empty() && !user.contains('/')).then_some(user)
    }

    const fn get(path: &'static str, does: Does, answer: Schema, summary: &'static str) -> Self {
        Self { method: "GET", path, does, summary, query: &[], body: None, answer }
    }

    const fn post(
        path: &'static str,
        does: Does,
        (body, answer): (Schema, Schema),
        summary: &'static str,
    ) -> Self {
        Self { method: "POST", path, does, summary, query: &[], body: Some(body), answer }
    }
}

const fn parameter(name: &'static str, kind: &'static str, doc: &'static str) -> Parameter {
    Parameter { name, kind, doc }
}

const MESSAGES: &[Parameter] = &[
    parameter("user", "string", "The number of a person, whoever wrote."),
    parameter("from", "string", "The number of a person who wrote."),
    parameter("to", "string", "The number of a person who was written to."),
    parameter("phone_number_id", "string", "A number of a business."),
    parameter("direction", "string", "inbound (to the business) or outbound."),
    parameter("type", "string", "The type of a message."),
    parameter("contains", "string", "Words that occur in a text of the message."),
    parameter("wamid", "string", "One message."),
    parameter("status", "string", "A status that the message has."),
    parameter("count", "integer", "With wait_ms: how many messages are waited for; 1 by default."),
    parameter("wait_ms", "integer", "How long is waited at most, up to 25000; 0 by default."),
];

const WEBHOOKS: &[Parameter] = &[
    parameter("after", "integer", "The number of a delivery: only those after it."),
    parameter("phone_number_id", "string", "A number of a business that they tell of."),
    parameter("user", "string", "The number of a person whom they tell of."),
    parameter("wamid", "string", "A message that they tell of."),
    parameter("field", "string", "Their field, such as messages."),
    parameter("delivered", "boolean", "Whether they were answered with 2xx."),
    parameter("count", "integer", "With wait_ms: how many are waited for; 1 by default."),
    parameter("wait_ms", "integer", "How long is waited at most, up to 25000; 0 by default."),
];

/// Every call there is.
pub(super) const CALLS: &[Call] = &[
    Call::post(
        "/inbound",
        Does::Inbound,
        (schemas::inbound, schemas::wamid),
        "A simulated person writes to the business.",
    ),
    Call {
        query: MESSAGES,
        ..Call::get("/messages", Does::Messages, schemas::messages, "What passed, oldest first.")
    },
    Call {
        query: WEBHOOKS,
        ..Call::get(
            "/webhooks",
            Does::Webhooks,
            schemas::webhooks,
            "Requests that delivered webhooks, or were to, oldest first.",
        )
    },
    Call::get("/users", Does::Users, schemas::users, "The simulated people."),
    Call::get("/users/{user}", Does::User, schemas::user, "One of them."),
    Call::post(
        "/users/{user}",
        Does::SetPersona,
        (schemas::persona, schemas::user),
        "What a person does by themselves from now on.",
    ),
    Call::post(
        "/users/{user}/read",
        Does::Read,
        (schemas::which, schemas::success),
        "A person reads a message, or everything that was shown.",
    ),
    Call::post(
        "/users/{user}/play",
        Does::Play,
        (schemas::which, schemas::success),
        "A person listens to a voice message.",
    ),
    Call::post(
        "/users/{user}/flow",
        Does::Flow,
        (schemas::flow_step, schemas::flow_seen),
        "A person opens a flow that was shown, or goes on with the one that is open.",
    ),
    Call::post(
        "/users/{user}/marketing",
        Does::Marketing,
        (schemas::marketing, schemas::wamid),
        "A person stops marketing of the business, or wants it again.",
    ),
    Call::post(
        "/users/{user}/block",
        Does::Block,
        (schemas::block, schemas::success),
        "A person blocks the business, or does so no longer.",
    ),
    Call::post(
        "/users/{user}/report",
        Does::Report,
        (schemas::which, schemas::success),
        "A person reports the business.",
    ),
    Call::post(
        "/users/{user}/change_phone",
        Does::ChangePhone,
        (schemas::nothing, schemas::success),
        "A person sets up the app anew: another identity under the same number.",
    ),
    Call::get("/clock", Does::Clock, schemas::clock, "Which clock, and its date."),
    Call::post(
        "/clock",
        Does::Advance,
        (schemas::advance, schemas::clock),
        "Moves a virtual clock; answered when all that was due is done.",
    ),
    Call::get("/faults", Does::Faults, schemas::faults, "What goes wrong on purpose."),
    Call::post(
        "/faults",
        Does::SetFaults,
        (schemas::faults, schemas::faults),
        "What goes wrong on purpose from now on; an empty object for nothing.",
    ),
    Call::post(
        "/break",
        Does::Break,
        (schemas::store, schemas::success),
        "A store fails for good: the process says so and ends.",
    ),
    Call::post(
        "/reset",
        Does::Reset,
        (schemas::reset, schemas::success),
        "Forgets what passed, what people do by themselves, and what goes wrong.",
    ),
    Call::get("/snapshots", Does::Snapshots, schemas::snapshots, "Names of what was put aside."),
    Call::post(
        "/snapshot",
        Does::Snapshot,
        (schemas::snapshot, schemas::success),
        "Puts aside the whole world's state under a name.",
    ),
    Call::post(
        "/restore",
        Does::Restore,
        (schemas::snapshot, schemas::success),
        "Puts back the whole world's state that was put aside.",
    ),
    Call::get("/ready", Does::Ready, schemas::object, "How to use what runs, secrets included."),
    Call::get("/openapi.json", Does::OpenApi, schemas::object, "This description."),
    Call::get(
        "/graph.openapi.json",
        Does::GraphOpenApi,
        schemas::object,
        "The description of the Cloud API.",
    ),
];
