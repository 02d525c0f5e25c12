//! The name that people see of a number, and another that its business asks for: somebody looks at
//! that one first.

use hop::Waiting;
use prost::Message as _;
use serde_json::{Map, Value, json};
use vocab::{DataClass, Keep, Reason};

use super::{Context, Decision, documents};
use crate::{
    handle::{Attempted, Note, grants},
    rows::{
        GrantRow,
        manage::{self, Document, PendingRow},
    },
};

/// How the name that was asked for is called, in calls and in answers.
pub(super) const NEW_NAME: &str = "new_display_name";
const STATUS: &str = "new_name_status";

/// Asks for another name, in the place of one that nobody has looked at yet.
pub(super) fn ask(context: &Context<'_>, attempt: &mut Attempted<'_>, new_name: String) {
    let slot = context.slot();
    put(attempt, slot, &new_name, "PENDING_REVIEW");
    let at = attempt.now().wall.after(context.config.management.approval.after).0;
    let pending = PendingRow { slot, at, new_name, ..PendingRow::default() };
    let (class, keep) = (DataClass::BusinessInformation, Keep::Never(Reason::UntilDone));
    attempt.write(manage::pending_name(slot), pending.encode_to_vec(), class, keep);
    attempt.note(Note::Judge(pending));
}

fn put(attempt: &mut Attempted<'_>, slot: u32, name: &str, status: &str) {
    let members = [(NEW_NAME, name), (STATUS, status)];
    let members = members.map(|(member, value)| (member.to_owned(), Value::from(value)));
    documents::put(attempt, slot, Document::Name, &Map::from_iter(members));
}

/// The name that was asked for last, as Graph shows it, and how that stands; nothing once the
/// number has it.
pub(super) fn asked(attempt: &mut Attempted<'_>, slot: u32) -> Result<Map<String, Value>, Waiting> {
    documents::get(attempt, slot, Document::Name)
}

/// What becomes of the name that a number asked for.
pub(super) fn decide(
    grant: &GrantRow,
    attempt: &mut Attempted<'_>,
    new_name: &str,
    is_rejected: bool,
) -> Decision {
    if is_rejected {
        put(attempt, grant.slot, new_name, "DECLINED");
    } else {
        attempt.delete(manage::document(grant.slot, Document::Name));
        grants::change(attempt, GrantRow { name: new_name.to_owned(), ..grant.clone() }, grant);
    }
    let decision = if is_rejected { "REJECTED" } else { "APPROVED" };
    let value = json!({
        "display_phone_number": grant.display_phone_number,
        "decision": decision,
        "requested_verified_name": new_name,
        "rejection_reason": is_rejected.then_some("NAME_FORMAT_UNACCEPTABLE"),
    });
    Decision { field: "phone_number_name_update", value, item: format!("name {decision}") }
}
