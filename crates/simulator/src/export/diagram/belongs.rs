//! What of all that goes over links belongs to one conversation.

use std::collections::BTreeSet;

use vocab::{Address, MessageId};
use wire::transport::{Ask, Envelope, FromTransport, Payload, ToTransport};

use super::Names;
use crate::{
    actor::Actor,
    export::flow::Passing,
    kernel::{HostId, WireId},
    view::{View, Way},
    watch::Host,
};

/// Answers that are waited for, and places in mailboxes, that are remembered.
const REMEMBERED: usize = 4_096;

/// Follows one conversation.
#[derive(Debug)]
pub(super) struct Belongs {
    person: String,
    business: String,
    hop3: String,
    /// Requests of an end to the transport whose answers belong.
    asked: BTreeSet<(HostId, u64)>,
    /// Places in an end's mailbox.
    places: BTreeSet<(HostId, u64)>,
    /// Messages of the conversation.
    ids: BTreeSet<MessageId>,
    /// HTTP exchanges.
    exchanges: BTreeSet<(HostId, WireId)>,
}

impl Belongs {
    pub(super) const fn new(person: String, business: String, hop3: String) -> Self {
        Self {
            person,
            business,
            hop3,
            asked: BTreeSet::new(),
            places: BTreeSet::new(),
            ids: BTreeSet::new(),
            exchanges: BTreeSet::new(),
        }
    }

    pub(super) fn ends(&self) -> (&str, &str) {
        (&self.person, &self.business)
    }

    /// The place of a host from left to right, along the path of a message.
    pub(super) fn column(&self, host: &Host) -> usize {
        let name = &host.name;
        if *name == self.person {
            0
        } else if host.actor == Actor::Transport {
            1
        } else if *name == self.hop3 {
            2
        } else {
            3
        }
    }

    /// Whether what somebody typed or was shown belongs: it names the other end's number.
    pub(super) fn at_home(&self, view: &View, hosts: &[Host], names: &Names) -> bool {
        let other = match hosts.get(view.host.index()).map(|host| &host.name) {
            Some(name) if *name == self.person => &self.business,
            Some(name) if *name == self.business => &self.person,
            Some(_) | None => return false,
        };
        names_number_of(&view.bytes, other, names)
    }

    /// Whether a message that leaves belongs.
    pub(super) fn message(
        &mut self,
        view: &View,
        (http, from, to, _): Passing,
        hosts: &[Host],
        names: &Names,
    ) -> bool {
        let name = |id: HostId| hosts.get(id.index()).map(|host| &*host.name).unwrap_or_default();
        let ends = [&*self.person, &self.business, &self.hop3];
        let is_end = |id: HostId| ends.contains(&name(id));
        if http {
            let both = is_end(from) && is_end(to);
            return both && self.exchange(view, names);
        }
        if is_end(from) {
            ToTransport::decode(&view.bytes).is_ok_and(|frame| self.asks(from, &frame, names))
        } else if is_end(to) {
            FromTransport::decode(&view.bytes).is_ok_and(|frame| self.told(to, &frame, names))
        } else {
            false
        }
    }

    fn exchange(&mut self, view: &View, names: &Names) -> bool {
        let Way::Exchange { asker, wire } = view.way else { return false };
        let key = (asker, wire);
        let known = self.exchanges.contains(&key);
        let about = known
            || names_number_of(&view.bytes, &self.person, names)
            || self.names_message(&view.bytes);
        if about && !known {
            remember(&mut self.exchanges, key);
        }
        about
    }

    fn asks(&mut self, end: HostId, frame: &ToTransport, names: &Names) -> bool {
        let about = match &frame.ask {
            Ask::Send(envelope) => self.carries(envelope, names),
            Ask::Fetch { address } => self.is_of(address, names),
            Ask::Ack { places, .. } => {
                places.iter().any(|place| self.places.contains(&(end, *place)))
            }
            Ask::Report { by, about, .. } => self.between(by.digits(), about.digits(), names),
            Ask::Block { by, blocked, .. } => self.between(by.digits(), blocked.digits(), names),
            Ask::DeleteAccount { phone } => {
                self.is_of(&Address::first_device(phone.clone()), names)
            }
            Ask::PutPiece { by, .. } => self.is_of(&Address::first_device(by.clone()), names),
            Ask::GetPiece { by, of, .. } => self.between(by.digits(), of.digits(), names),
            Ask::Register { .. }
            | Ask::RequestCode { .. }
            | Ask::Publish { .. }
            | Ask::Hello { .. } => false,
        };
        if about {
            remember(&mut self.asked, (end, frame.id));
        }
        about
    }

    fn told(&mut self, end: HostId, frame: &FromTransport, names: &Names) -> bool {
        match frame {
            FromTransport::Answer { id, .. } | FromTransport::Piece { id, .. } => {
                self.asked.contains(&(end, *id))
            }
            FromTransport::Deliver { place, envelope } => {
                let about = self.carries(envelope, names);
                if about {
                    remember(&mut self.places, (end, *place));
                }
                about
            }
            FromTransport::Gone { place, notice } => {
                let about = self.between(notice.to.phone.digits(), notice.phone.digits(), names);
                if about {
                    remember(&mut self.places, (end, *place));
                }
                about
            }
            FromTransport::PrekeysLow { .. } => false,
        }
    }

    fn carries(&mut self, envelope: &Envelope, names: &Names) -> bool {
        let (from, to) = (envelope.from.phone.digits(), envelope.to.phone.digits());
        let about = self.between(from, to, names);
        if about && !matches!(envelope.payload, Payload::Receipt { .. }) {
            remember(&mut self.ids, envelope.id);
        }
        about
    }

    fn between(&self, a: &str, b: &str, names: &Names) -> bool {
        let name = |digits: &str| names.get(digits).map(|name| &**name);
        let (a, b) = (name(a), name(b));
        let (person, business) = (Some(&*self.person), Some(&*self.business));
        (a, b) == (person, business) || (a, b) == (business, person)
    }

    /// Of an address at which one of the two is.
    fn is_of(&self, address: &Address, names: &Names) -> bool {
        let name = names.get(address.phone.digits());
        name.is_some_and(|name| *name == self.person || *name == self.business)
    }

    /// Whether bytes hold the id of a message of the conversation, as the Cloud API writes it.
    fn names_message(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        text.split("wamid.").skip(1).any(|rest| {
            let hex: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
            MessageId::from_hex(&hex).is_some_and(|id| self.ids.contains(&id))
        })
    }
}

fn names_number_of(bytes: &[u8], name: &str, names: &Names) -> bool {
    let mut numbers = names.iter().filter(|(_, known)| *known == name);
    numbers.any(|(digits, _)| memchr::memmem::find(bytes, digits.as_bytes()).is_some())
}

/// Keeps a set small by forgetting its least: ids and counts of what is oldest.
fn remember<T: Ord>(set: &mut BTreeSet<T>, one: T) {
    set.insert(one);
    if set.len() > REMEMBERED {
        set.pop_first();
    }
}
