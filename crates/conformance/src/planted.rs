//! What planted mistakes do to a device, as far as it is more than a guard taken away.

use keys::mutant::{self, planted};
use serde_json::Value;
use signal::MessageKind;
use wire::signal::PreKeySignalMessage;

use crate::{device::Device, fields::Address};

impl Device {
    /// The answer to a message that was opened before, by a device that does not ask again.
    pub(crate) fn opened_again(&self, bytes: &[u8]) -> Option<Value> {
        self.opened.get(bytes).cloned()
    }

    /// What a device with a mistake keeps of a message that it opened.
    pub(crate) fn after_opening(&mut self, bytes: &[u8], answer: &Value) {
        if planted(mutant::OPENED_AGAIN) {
            self.opened.insert(bytes.to_vec(), answer.clone());
        }
    }

    /// What a device with a mistake does to itself when it refuses a message.
    pub(crate) fn after_refusal(&mut self, peer: &Address, kind: MessageKind, bytes: &[u8]) {
        if planted(mutant::REFUSED_DROPS_SESSION) {
            self.sessions.remove(peer);
        }
        if planted(mutant::REFUSED_USES_KEYS)
            && kind == MessageKind::PreKey
            && let Ok(message) = PreKeySignalMessage::parse(bytes)
            && let Some(id) = message.pre_key_id
        {
            self.shelf.one_time.remove(&id);
        }
    }
}
