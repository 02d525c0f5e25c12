//! Notices that accounts are gone, each worked on once at a time; and what attempts that came to
//! nothing have put in memory.

use vocab::PhoneNumber;
use wire::transport::Notice;

use super::{CloudApi, Step};
use crate::{handle::Note, input::NumberJob};

impl CloudApi {
    /// An account is gone. Whether the number's grant is in force makes no difference: what is kept
    /// is kept either way. A copy that comes while its notice is worked on says nothing new.
    pub(super) fn gone(&mut self, place: u64, notice: Notice, step: &mut Step<'_>) {
        let Some(slot) = self.slot_of(&notice.to) else { return };
        let Some(number) = self.number_mut(slot) else { return };
        if number.account.me().is_none() {
            return; // It comes again, after the greeting.
        }
        if number.forgetting.insert(place, notice.phone.clone()).is_none() {
            self.on_number(slot, NumberJob::Gone { place, notice }, step);
        }
    }

    /// An attempt came to nothing: nobody will ask for what it has put in memory.
    pub(super) fn drop_held(&mut self, notes: Vec<Note>) {
        for note in notes {
            if let Note::Held(slot, names) = note
                && let Some(number) = self.number_mut(slot)
            {
                number.account.vault().came_to_nothing(names);
            }
        }
    }

    /// Whether what is kept of somebody is being removed. An envelope that comes meanwhile is left
    /// in the mailbox, and comes again.
    pub(super) fn is_being_forgotten(&self, slot: u32, phone: &PhoneNumber) -> bool {
        let number = usize::try_from(slot).ok().and_then(|slot| self.numbers.get(slot));
        let number = number.and_then(Option::as_ref);
        number.is_some_and(|number| number.forgetting.values().any(|going| going == phone))
    }
}
