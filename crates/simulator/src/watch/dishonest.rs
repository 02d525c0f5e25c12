//! What is seen of those who do not keep to the protocol, and of those who find out.

use std::collections::{BTreeMap, BTreeSet};

use keys::PublicKey;
use vocab::{Instant, MessageId, Now, UnixMicros};
use wire::{
    signal::{PreKeySignalMessage, SignalMessage},
    transport::{Ask, Payload, ToTransport},
};

use super::Watch;
use crate::{
    adversary::{Tally, Thief},
    kernel::HostId,
    view::{Stream, View},
};

/// What is seen of those who do not keep to the protocol.
#[derive(Debug, Default)]
pub struct Dishonest {
    /// How often each did something.
    pub tally: Tally,
    /// What every clock shows at virtual time 0.
    pub start: UnixMicros,
    /// Copies of devices, by the device.
    pub thieves: BTreeMap<HostId, Vec<Thief>>,
    /// What a device that was copied sealed since, in order.
    pub sealed: BTreeMap<HostId, Vec<Sealed>>,
    /// What two sides found who compared their codes.
    pub compared: Vec<Compared>,
    /// Requests of businesses that write to everybody, by the index in the plan.
    pub(crate) orders: BTreeMap<MessageId, usize>,
    /// Messages of which the writer's end was told that they arrived.
    pub(crate) told: BTreeSet<MessageId>,
}

/// A message that left a device.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The message.
    pub id: MessageId,
    /// When it left, in microseconds of virtual time.
    pub at_us: u64,
    /// Under which key of the ratchet.
    pub ratchet_key: PublicKey,
}

/// Two people read their codes to each other.
#[derive(Clone, Debug)]
pub struct Compared {
    /// A person.
    pub person: String,
    /// A business.
    pub business: String,
    /// When, in microseconds of virtual time.
    pub at_us: u64,
    /// The digits that the person's device shows and those that the business's end does; `None` if
    /// one of them does not know the other yet.
    pub codes: Option<(String, String)>,
}

impl Watch {
    /// A copy of a device hears what the device hears; what the device sends shows when its keys
    /// are new.
    pub(super) fn overhear(&mut self, view: &View) {
        let Dishonest { thieves, sealed, start, .. } = &mut self.dishonest;
        let Some(thieves) = thieves.get_mut(&view.host) else { return };
        match view.stream {
            Stream::FrameIn => {
                let wall = start.after(vocab::Micros(view.at.0));
                for thief in thieves {
                    let mono = Instant(view.at.0.saturating_sub(thief.made_us));
                    thief.frame(&view.bytes, Now { mono, wall }, view.at.0);
                }
            }
            Stream::FrameOut => sealed.entry(view.host).or_default().extend(sealed_in(view)),
            Stream::RequestIn
            | Stream::RequestOut
            | Stream::ResponseIn
            | Stream::ResponseOut
            | Stream::Store
            | Stream::Erased
            | Stream::AppIn
            | Stream::AppOut
            | Stream::Log => {}
        }
    }

    /// A business's command is durable: one of a business that writes to everybody counts, once.
    pub(super) fn ordered(&mut self, request: MessageId) {
        if let Some(index) = self.dishonest.orders.remove(&request) {
            self.dishonest.tally.add(index);
        }
    }
}

/// The message in a frame to the transport, by its header.
fn sealed_in(view: &View) -> Option<Sealed> {
    let ToTransport { ask: Ask::Send(envelope), .. } = ToTransport::decode(&view.bytes).ok()?
    else {
        return None;
    };
    let message = match &envelope.payload {
        Payload::Message(bytes) => SignalMessage::parse(bytes).ok()?,
        Payload::PreKey(bytes) => PreKeySignalMessage::parse(bytes).ok()?.message,
        Payload::Receipt { .. } => return None,
    };
    let ratchet_key = PublicKey::decode_lenient(message.ratchet_key).ok()?;
    Some(Sealed { id: envelope.id, at_us: view.at.0, ratchet_key })
}
