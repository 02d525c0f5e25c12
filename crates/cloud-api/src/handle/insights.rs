//! What is counted for the analytics of an account, where it asks for that.

use hop::Waiting;
use vocab::{Address, DataClass, Keep, Reason, limits};

use super::Attempted;
use crate::{
    number::Number,
    rows::{
        TagRow,
        cells::{self, Cell, Step},
    },
    users,
    webhook::statuses::charged,
};

/// A message arrived: what it is charged as, whether it began a conversation, its template.
pub(super) fn delivered(
    number: &Number,
    attempt: &mut Attempted<'_>,
    to: &Address,
    tag: &TagRow,
) -> Result<(), Waiting> {
    if !number.insights {
        return Ok(());
    }
    let (category, charged) = (tag.category(), charged(tag));
    count(number, attempt, Cell::Volume(category, charged))?;
    let name = users::name(number, &to.phone);
    let goes_on = cells::conversation(number.grant.slot, &name, category);
    // The row may lie on the desk longer than in the store, so that its time is judged here too.
    let began = attempt.read(&goes_on)?.and_then(|at| at.try_into().ok()).map(u64::from_be_bytes);
    let now = attempt.now().wall;
    if began.is_none_or(|at| now.since(vocab::UnixMicros(at)) >= limits::SERVICE_WINDOW) {
        let (class, keep) = (DataClass::ConnectionMetadata, Keep::For(limits::SERVICE_WINDOW));
        attempt.write(goes_on, now.0.to_be_bytes().to_vec(), class, keep);
        count(number, attempt, Cell::Conversations(category, charged))?;
    }
    template(number, attempt, tag, Step::Delivered)
}

/// A message with a template got further; nothing for one without.
pub(super) fn template(
    number: &Number,
    attempt: &mut Attempted<'_>,
    tag: &TagRow,
    step: Step,
) -> Result<(), Waiting> {
    if tag.template == 0 {
        Ok(())
    } else {
        count(number, attempt, Cell::Template(tag.template, step))
    }
}

fn count(number: &Number, attempt: &mut Attempted<'_>, cell: Cell) -> Result<(), Waiting> {
    let key = cells::cell(&number.grant.business, attempt.now().wall.day(), cell);
    let before = attempt.read(&key)?.and_then(|bytes| bytes.try_into().ok());
    let count = before.map_or(0, u64::from_be_bytes).saturating_add(1);
    let (class, keep) = (DataClass::Statistics, Keep::Never(Reason::Aggregate));
    attempt.write(key, count.to_be_bytes().to_vec(), class, keep);
    Ok(())
}
