//! What Graph offers a business, and how much of it there is here: data from which
//! `docs/reference/graph.md` is made.
//!
//! The list follows Meta's published description (v23.0) and the facts page, cloud-api.md section
//! 1.2.

use std::fmt::Write as _;

use hop::http::Route;
use vocab::DataClass;

/// How much of an operation there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// All that its documentation says, as far as it makes sense on one machine.
    Done,
    /// What the note does not except.
    Partial,
    /// Nothing: it is answered with Graph's error 100.
    Out,
}

/// One operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    /// The method in capitals.
    pub(crate) method: &'static str,
    /// The path, with `{name}` where a segment is a parameter.
    pub(crate) pattern: &'static str,
    /// What has the id that is the whole path; empty where the path says it.
    pub(crate) object: &'static str,
    /// How much of it there is.
    pub(crate) state: State,
    /// What is missing, or why it is.
    pub(crate) note: &'static str,
}

use State::{Done, Out, Partial};

/// Every operation, in the order of the page.
pub(crate) const OPERATIONS: &[Operation] = &[
    of("POST", "/{phone_number_id}/messages", Done, ""),
    of("POST", "/{phone_number_id}/marketing_messages", Done, ""),
    of("POST", "/{phone_number_id}/messages_encrypted", Out, "no encrypted bodies"),
    of("GET", "/{phone_number_id}/message_history", Done, ""),
    of("GET", "/{id}/events", Done, ""),
    of("GET", "/{phone_number_id}/block_users", Partial, "lists blocks of the last 30 days"),
    of("POST", "/{phone_number_id}/block_users", Done, ""),
    of("DELETE", "/{phone_number_id}/block_users", Done, ""),
    of("POST", "/{phone_number_id}/media", Partial, "files of up to 3 MiB"),
    of("GET", "/media/{id}", Done, ""),
    on("GET", "a number", Done, ""),
    on("POST", "a number", Partial, "its PIN, its name and its webhooks"),
    on("GET", "an account", Partial, "counts by day, without costs"),
    on("GET", "a template", Done, ""),
    on("POST", "a template", Done, ""),
    on("GET", "a flow", Partial, "no metrics"),
    on("POST", "a flow", Done, ""),
    on("DELETE", "a flow", Done, ""),
    on("GET", "a file", Done, ""),
    on("DELETE", "a file", Done, ""),
    on("GET", "an upload", Done, ""),
    on("POST", "an upload", Done, ""),
    of("POST", "/{phone_number_id}/register", Done, ""),
    of("POST", "/{phone_number_id}/deregister", Done, ""),
    of("POST", "/{phone_number_id}/request_code", Done, ""),
    of("POST", "/{phone_number_id}/verify_code", Done, ""),
    of("GET", "/{phone_number_id}/settings", Done, ""),
    of("POST", "/{phone_number_id}/settings", Partial, "no calling, no payload encryption"),
    of("GET", "/{phone_number_id}/whatsapp_business_profile", Done, ""),
    of("POST", "/{phone_number_id}/whatsapp_business_profile", Partial, "pictures are not shown"),
    of("GET", "/{phone_number_id}/whatsapp_business_encryption", Done, ""),
    of("POST", "/{phone_number_id}/whatsapp_business_encryption", Done, ""),
    of("GET", "/{phone_number_id}/whatsapp_commerce_settings", Done, ""),
    of("POST", "/{phone_number_id}/whatsapp_commerce_settings", Done, ""),
    of("GET", "/{phone_number_id}/conversational_automation", Done, ""),
    of("POST", "/{phone_number_id}/conversational_automation", Done, ""),
    of("GET", "/{phone_number_id}/message_qrdls", Partial, "no pictures"),
    of("POST", "/{phone_number_id}/message_qrdls", Partial, "no pictures"),
    of("GET", "/{phone_number_id}/message_qrdls/{id}", Partial, "no pictures"),
    of("DELETE", "/{phone_number_id}/message_qrdls/{id}", Done, ""),
    of("GET", "/{phone_number_id}/business_compliance_info", Out, "India alone"),
    of("POST", "/{phone_number_id}/business_compliance_info", Out, "India alone"),
    of("GET", "/{phone_number_id}/official_business_account", Out, "nobody reviews"),
    of("POST", "/{phone_number_id}/official_business_account", Out, "nobody reviews"),
    of("GET", "/{phone_number_id}/call_permissions", Out, "no calls"),
    of("POST", "/{phone_number_id}/calls", Out, "no calls"),
    of("GET", "/{phone_number_id}/groups", Out, "no groups"),
    of("POST", "/{phone_number_id}/groups", Out, "no groups"),
    of("GET", "/{phone_number_id}/username", Out, "no user names"),
    of("GET", "/{id}/phone_numbers", Done, ""),
    of("POST", "/{id}/phone_numbers", Out, "Business Manager grants numbers"),
    of("GET", "/{id}/message_templates", Done, ""),
    of("POST", "/{id}/message_templates", Partial, "no library, no change of category by Meta"),
    of("DELETE", "/{id}/message_templates", Done, ""),
    of("GET", "/{id}/subscribed_apps", Partial, "one app for each account"),
    of("POST", "/{id}/subscribed_apps", Done, ""),
    of("DELETE", "/{id}/subscribed_apps", Done, ""),
    of("GET", "/{id}/flows", Partial, "previews show nothing"),
    of("POST", "/{id}/flows", Done, ""),
    of("GET", "/{id}/assets", Done, ""),
    of("POST", "/{id}/assets", Partial, "properties of single components are not looked at"),
    of("POST", "/{id}/publish", Done, ""),
    of("POST", "/{id}/deprecate", Done, ""),
    of("POST", "/{id}/migrate_flows", Out, "one account for each business"),
    of("GET", "/{id}/activities", Out, "the audit is the operator's"),
    of("GET", "/{id}/schedules", Out, "no schedules"),
    of("POST", "/{id}/schedules", Out, "no schedules"),
    of("GET", "/{id}/assigned_users", Out, "Business Manager knows roles"),
    of("POST", "/{id}/assigned_users", Out, "Business Manager knows roles"),
    of("DELETE", "/{id}/assigned_users", Out, "Business Manager knows roles"),
    of("GET", "/{id}/solutions", Out, "no partners"),
    of("GET", "/{id}/owned_whatsapp_business_accounts", Out, "no partners"),
    of("GET", "/{id}/client_whatsapp_business_accounts", Out, "no partners"),
    of("GET", "/{id}/preverified_numbers", Out, "no partners"),
    of("POST", "/{id}/add_phone_numbers", Out, "no partners"),
    of("GET", "/{id}/connected_client_businesses", Out, "no partners"),
    of("GET", "/oauth/access_token", Partial, "client_credentials alone"),
    of("POST", "/oauth/access_token", Partial, "client_credentials alone"),
    of("GET", "/{id}/subscriptions", Partial, "of whatsapp_business_account alone"),
    of("POST", "/{id}/subscriptions", Partial, "of whatsapp_business_account alone"),
    of("DELETE", "/{id}/subscriptions", Partial, "of whatsapp_business_account alone"),
    of("POST", "/{id}/uploads", Partial, "files of up to 3 MiB"),
];

const fn of(
    method: &'static str,
    pattern: &'static str,
    state: State,
    note: &'static str,
) -> Operation {
    Operation { method, pattern, object: "", state, note }
}

/// An operation whose path is an id alone.
const fn on(
    method: &'static str,
    object: &'static str,
    state: State,
    note: &'static str,
) -> Operation {
    Operation { method, pattern: "/{id}", object, state, note }
}

impl Operation {
    fn fits(&self, path: &str) -> bool {
        let (method, pattern) = (self.method, self.pattern);
        let route = Route { method, pattern, class: DataClass::BusinessInformation, doc: "" };
        route.parameters(path.strip_suffix('/').unwrap_or(path)).is_some()
    }
}

/// Whether a path is that of an operation that is not here.
pub(crate) fn is_out(path: &str) -> bool {
    OPERATIONS.iter().any(|operation| operation.state == Out && operation.fits(path))
}

/// The reference page.
pub fn page() -> String {
    let mut page = String::from(HEAD);
    // Writing to a String cannot fail.
    for operation in OPERATIONS {
        let Operation { method, pattern, object, state, note } = operation;
        let state = match state {
            Done => "done",
            Partial => "partial",
            Out => "out",
        };
        let object = if object.is_empty() { String::new() } else { format!(" ({object})") };
        let _ = writeln!(page, "| {method} | `{pattern}`{object} | {state} | {note} |");
    }
    page
}

/// What stands above the table.
const HEAD: &str = concat!(
    "# Graph operations\n\n",
    "Made from `OPERATIONS` in `crates/cloud-api/src/graph/operations.rs` by ",
    "`cargo run -q -p cloud-api --example graph_page`; a test compares the two, and both with the ",
    "routes.\n\nPaths may begin with any version or none. `{phone_number_id}` is a number, `{id}` ",
    "whatever else has an id. What is *out* is answered with Graph's error 100.\n\n",
    "Meta's description has 97 operations. The rows below are those whose path the facts page or ",
    "an SDK names; for groups, calls, signups, user names and partners those name few paths or ",
    "none, and a path that nobody names is answered with error 2500. So the page says of every ",
    "operation that a client is known to call what becomes of it, and cannot say that it has all ",
    "97.\n\n",
    "| method | path | state | what is missing, or why |\n|---|---|---|---|\n",
);

#[cfg(test)]
mod tests {
    use super::{OPERATIONS, State, page};
    use crate::ROUTES;

    #[test]
    fn what_is_done_has_a_route_and_what_is_out_has_none() {
        for operation in OPERATIONS {
            let has = ROUTES.iter().any(|route| {
                (route.method, route.pattern) == (operation.method, operation.pattern)
            });
            assert_eq!(has, operation.state != State::Out, "{operation:?}");
            assert_eq!(operation.note.is_empty(), operation.state == State::Done, "{operation:?}");
        }
        let known = |pattern: &str| OPERATIONS.iter().any(|one| one.pattern == pattern);
        let is_own = |pattern: &str| {
            pattern == crate::graph::GRANTS_CHANGED || crate::graph::flows::is_for_apps(pattern)
        };
        for route in ROUTES.iter().filter(|route| !is_own(route.pattern)) {
            assert!(known(route.pattern), "{}", route.pattern);
        }
    }

    #[test]
    fn the_page_is_what_the_operations_say() {
        let found = include_str!("../../../../docs/reference/graph.md");
        let command = "cargo run -q -p cloud-api --example graph_page > docs/reference/graph.md";
        assert!(found == page(), "the page is not what the operations say; run `{command}`");
    }
}
