//! The name that people see of a number, and another that its business asks for: somebody looks at
//! that one first.

use hop::Waiting;
use prost::Message as _;
use rand_core::CryptoRng;
use serde_json::{Map, Value, json};
use vocab::{DataClass, Keep, Reason, UnixMicros};

use super::{Context, documents};
use crate::{
    config::Config,
    handle::{Attempted, Note, grants, happenings},
    number::Number,
    rows::{
        GrantRow,
        manage::{self, Document, PendingRow},
    },
    webhook,
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

/// Decides about a name, and tells the business.
pub(in crate::handle) fn judge(
    config: &Config,
    number: &Number,
    attempt: &mut Attempted<'_>,
    pending: &PendingRow,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let (slot, grant) = (pending.slot, &number.grant);
    let key = manage::pending_name(slot);
    let waits = attempt.read(&key)?.and_then(|row| PendingRow::decode(row.as_slice()).ok());
    // Another was asked for meanwhile, and is decided about in its own time.
    if waits.is_none_or(|waits| UnixMicros(waits.at) > attempt.now().wall || waits != *pending) {
        return Ok(());
    }
    attempt.delete(key);
    let is_rejected = config.management.approval.rejects.contains(&pending.new_name);
    if is_rejected {
        put(attempt, slot, &pending.new_name, "DECLINED");
    } else {
        attempt.delete(manage::document(slot, Document::Name));
        grants::change(
            attempt,
            GrantRow { name: pending.new_name.clone(), ..grant.clone() },
            grant,
        );
    }
    let decision = if is_rejected { "REJECTED" } else { "APPROVED" };
    let value = json!({
        "display_phone_number": grant.display_phone_number,
        "decision": decision,
        "requested_verified_name": pending.new_name,
        "rejection_reason": is_rejected.then_some("NAME_FORMAT_UNACCEPTABLE"),
    });
    let at = attempt.now().wall;
    let body = webhook::account(grant, "phone_number_name_update", &value, at);
    happenings::hook(number, attempt, body, format!("name {decision}"), rng).map(drop)
}
