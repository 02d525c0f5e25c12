//! Frames of the transport, and the number that each is for.

use hop::Act;
use wire::transport::{FromTransport, Status};

use super::{CloudApi, Step};
use crate::input::NumberJob;

impl CloudApi {
    pub(super) fn frame(&mut self, bytes: &[u8], step: &mut Step<'_>) {
        match FromTransport::decode(bytes) {
            Ok(FromTransport::Answer { id, status: Status::Limited, retry_after, .. }) => {
                self.courier.later(id, retry_after, step.now.mono);
            }
            Ok(FromTransport::Answer { id, status, bundle, .. }) => {
                let Some(slot) = slot_of_request(id) else { return };
                let Some(number) = self.number_mut(slot) else { return };
                if number.hello == Some(id) {
                    number.hello = None;
                    self.courier.answered(id);
                } else if number.account.me().is_none() || self.courier.waits_for(id) {
                    // Any other is an acknowledgement's, or a copy: no row need be read.
                    self.on_number(slot, NumberJob::Answer { id, status, bundle }, step);
                }
            }
            Ok(FromTransport::Piece { id, bytes }) => self.piece(id, bytes, step),
            Ok(FromTransport::Deliver { place, envelope }) => {
                if let Some(slot) = self.slot_of(&envelope.to).filter(|slot| self.is_live(*slot))
                    && !self.is_being_forgotten(slot, &envelope.from.phone)
                {
                    let work = NumberJob::Deliver { place, envelope: Box::new(envelope) };
                    self.on_number(slot, work, step);
                }
            }
            Ok(FromTransport::Gone { place, notice }) => self.gone(place, notice, step),
            Ok(FromTransport::PrekeysLow { address, one_time, kem_one_time }) => {
                if let Some(slot) = self.slot_of(&address) {
                    let work = NumberJob::PrekeysLow { one_time, kem: kem_one_time };
                    self.on_number(slot, work, step);
                }
            }
            Err(why) => step.at_once(Act::Log(format!("a frame of the transport: {why}"))),
        }
    }

    fn piece(&mut self, id: u64, bytes: Vec<u8>, step: &mut Step<'_>) {
        let Some(slot) = slot_of_request(id) else { return };
        let is_early = self.number_mut(slot).is_some_and(|number| number.account.me().is_none());
        if is_early || self.courier.waits_for(id) {
            self.on_number(slot, NumberJob::Piece { id, bytes }, step);
        }
    }
}

/// The place of the number that made a request: its id says so.
fn slot_of_request(id: u64) -> Option<u32> {
    u32::try_from(id.checked_rem(endpoint::account::SLOTS)?).ok()
}
