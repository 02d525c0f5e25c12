//! What a dishonest transport does to envelopes on their way: it swaps, replays, withholds,
//! shuffles and makes up.
//!
//! Knows: what anybody who carries envelopes can read of them. Does not know: any key.

use std::collections::{BTreeMap, BTreeSet};

use vocab::{Address, Instant, MessageId, Micros, NoiseKey, Now, PhoneNumber};
use wire::transport::{Ask, Envelope, FromTransport, ToTransport};

use super::{
    forgery,
    scheme::{Scheme, Tally, occasion},
};
use crate::fault::Dishonesty;

/// The longest that a shuffled envelope waits, and that a replayed one does.
const SHUFFLED: Micros = Micros::seconds(3);
const REPLAYED: Micros = Micros::seconds(20);

/// Places of mailboxes that no envelope ever has: an acknowledgement of one means nothing.
const NO_PLACE: u64 = 1 << 62;

/// One transmission of an envelope to its recipient.
type Transmission = (Address, MessageId, u32);

/// What a dishonest transport remembers. It outlives the transport's crashes.
#[derive(Debug)]
pub struct Tampering {
    schemes: Vec<Scheme>,
    tally: Tally,
    /// Links and numbers of businesses' ends: what comes from elsewhere comes from a person.
    ends: (Vec<NoiseKey>, Vec<PhoneNumber>),
    /// What each scheme was done with already, or once and for all.
    struck: BTreeSet<(usize, Transmission)>,
    /// An envelope that waits for another one to change contents with.
    partners: BTreeMap<Address, Parcel>,
    /// Deliveries that are put off.
    later: Vec<(Instant, Parcel)>,
    made_up: u64,
}

/// A delivery.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) link: NoiseKey,
    pub(super) place: u64,
    pub(super) envelope: Envelope,
}

impl Parcel {
    pub(super) fn frame(self) -> (NoiseKey, Vec<u8>) {
        let Self { link, place, envelope } = self;
        (link, FromTransport::Deliver { place, envelope }.encode())
    }

    fn transmission(&self) -> Transmission {
        (self.envelope.to.clone(), self.envelope.id, self.envelope.attempt)
    }
}

/// What becomes of a delivery.
#[derive(Debug)]
pub(super) enum Delivered {
    /// These leave instead of it, if any.
    Instead(Vec<Parcel>),
    /// It never leaves, and the transport forgets it.
    Never,
}

impl Tampering {
    /// A transport that does what `schemes` say; `cloud_api` and `on_premises` are the links and
    /// the numbers of businesses' ends.
    pub fn new(
        schemes: Vec<Scheme>,
        tally: Tally,
        cloud_api: Vec<NoiseKey>,
        on_premises: Vec<PhoneNumber>,
    ) -> Self {
        Self {
            schemes,
            tally,
            ends: (cloud_api, on_premises),
            struck: BTreeSet::new(),
            partners: BTreeMap::new(),
            later: Vec::new(),
            made_up: 0,
        }
    }

    /// Whether there is anything to do at all.
    pub const fn is_idle(&self) -> bool {
        self.schemes.is_empty()
    }

    /// When a delivery that was put off is due.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        self.later.iter().map(|(due, _)| *due).min()
    }

    /// The transport starts again, and its clock with it: what was put off waits for ends to come
    /// back.
    pub(super) fn restarted(&mut self) {
        for (due, _) in &mut self.later {
            *due = Instant(0).after(REPLAYED);
        }
    }

    /// Deliveries that were put off until now.
    pub(super) fn due(&mut self, now: Now) -> Vec<Parcel> {
        let mut due: Vec<(Instant, Parcel)> =
            self.later.extract_if(.., |(due, _)| *due <= now.mono).collect();
        due.sort_by_key(|(at, _)| *at);
        due.into_iter().map(|(_, parcel)| parcel).collect()
    }

    /// The honest transport would deliver `parcel` now.
    pub(super) fn deliver(&mut self, parcel: Parcel, now: Now) -> Delivered {
        if parcel.envelope.payload.ciphertext().is_none() {
            return Delivered::Instead(vec![parcel]);
        }
        let mut further = Vec::new();
        for scheme in self.schemes.clone() {
            let happened = match &scheme.how {
                Dishonesty::Withhold => self.withhold(&scheme, &parcel, now),
                Dishonesty::Swap => self.swap(&scheme, &parcel, now),
                Dishonesty::Shuffle => self.shuffle(&scheme, &parcel, now),
                Dishonesty::Replay => self.replay(&scheme, &parcel, now),
                Dishonesty::Inject => {
                    further.extend(self.inject(&scheme, &parcel, now));
                    None
                }
                Dishonesty::Lie { .. }
                | Dishonesty::Clone
                | Dishonesty::MessageEverybody(_)
                | Dishonesty::Drain { .. } => None,
            };
            if let Some(happened) = happened {
                return happened;
            }
        }
        further.insert(0, parcel);
        Delivered::Instead(further)
    }

    fn first_time(&mut self, scheme: &Scheme, parcel: &Parcel) -> bool {
        self.struck.insert((scheme.index, parcel.transmission()))
    }

    fn was_struck(&self, scheme: &Scheme, parcel: &Parcel) -> bool {
        self.struck.contains(&(scheme.index, parcel.transmission()))
    }

    /// What was withheld once is withheld for good.
    fn withhold(&mut self, scheme: &Scheme, parcel: &Parcel, now: Now) -> Option<Delivered> {
        if self.was_struck(scheme, parcel) {
            return Some(Delivered::Never);
        }
        if !scheme.strikes(now, of(parcel)) {
            return None;
        }
        self.first_time(scheme, parcel);
        self.tally.add(scheme.index);
        Some(Delivered::Never)
    }

    /// An envelope waits until there is another one for the same recipient, and the two change
    /// contents. One that comes again alone, since it was not acknowledged, leaves as it is.
    fn swap(&mut self, scheme: &Scheme, parcel: &Parcel, now: Now) -> Option<Delivered> {
        let to = parcel.envelope.to.clone();
        if let Some(mut partner) = self.partners.remove(&to) {
            if partner.envelope.id == parcel.envelope.id {
                return Some(Delivered::Instead(vec![parcel.clone()]));
            }
            let mut second = parcel.clone();
            if scheme.is_on(now) {
                core::mem::swap(&mut partner.envelope.payload, &mut second.envelope.payload);
                self.tally.add(scheme.index);
            }
            return Some(Delivered::Instead(vec![partner, second]));
        }
        if !scheme.strikes(now, of(parcel)) {
            return None;
        }
        self.partners.insert(to, parcel.clone());
        Some(Delivered::Instead(Vec::new()))
    }

    /// An envelope waits for a while, and others pass it.
    fn shuffle(&mut self, scheme: &Scheme, parcel: &Parcel, now: Now) -> Option<Delivered> {
        if self.was_struck(scheme, parcel) {
            let same = |(_, held): &(Instant, Parcel)| held.envelope.id == parcel.envelope.id;
            let waits = self.later.iter().any(same);
            return waits.then(|| Delivered::Instead(Vec::new()));
        }
        if !scheme.strikes(now, of(parcel)) {
            return None;
        }
        self.first_time(scheme, parcel);
        self.tally.add(scheme.index);
        let due = now.mono.after(within(scheme, parcel, SHUFFLED).min(scheme.left(now)));
        self.later.push((due, parcel.clone()));
        Some(Delivered::Instead(Vec::new()))
    }

    /// An envelope comes again after it was delivered, under its own id or under one that nobody
    /// has seen.
    fn replay(&mut self, scheme: &Scheme, parcel: &Parcel, now: Now) -> Option<Delivered> {
        if scheme.strikes(now, of(parcel)) && self.first_time(scheme, parcel) {
            self.tally.add(scheme.index);
            let [_, _, renamed, ..] = scheme.words(of(parcel));
            let mut again = Parcel { place: self.no_place(), ..parcel.clone() };
            if renamed & 1 == 1 {
                again.envelope.id = forgery::fresh(&mut scheme.rng(of(parcel)));
            }
            let due = now.mono.after(within(scheme, parcel, REPLAYED).min(scheme.left(now)));
            self.later.push((due, again));
        }
        None
    }

    /// A message in the name of a business follows one of its own.
    fn inject(&mut self, scheme: &Scheme, parcel: &Parcel, now: Now) -> Option<Parcel> {
        let Parcel { link, envelope, .. } = parcel;
        let to_person = !self.is_business(*link, &envelope.to);
        if !to_person || !scheme.strikes(now, of(parcel)) || !self.first_time(scheme, parcel) {
            return None;
        }
        let forged = forgery::message(envelope, now.wall, &mut scheme.rng(of(parcel)))?;
        self.tally.add(scheme.index);
        Some(Parcel { link: *link, place: self.no_place(), envelope: forged })
    }

    /// An end asks for something. An injecting transport answers a person's message with a receipt
    /// in the name of its recipient, whatever became of it.
    pub(super) fn asked(&mut self, link: NoiseKey, frame: &ToTransport, now: Now) -> Vec<Parcel> {
        let Ask::Send(envelope) = &frame.ask else { return Vec::new() };
        if envelope.payload.ciphertext().is_none() || self.is_business(link, &envelope.from) {
            return Vec::new();
        }
        let model = Parcel { link, place: 0, envelope: envelope.clone() };
        let mut forged = Vec::new();
        for scheme in self.schemes.clone() {
            let injects = scheme.how == Dishonesty::Inject && scheme.strikes(now, of(&model));
            if injects && self.first_time(&scheme, &model) {
                self.tally.add(scheme.index);
                let (by, to) = (&envelope.to, &envelope.from);
                let of_what = (envelope.id, envelope.attempt);
                let mut rng = scheme.rng(of(&model));
                let envelope = forgery::receipt((by, to), of_what, now.wall, &mut rng);
                forged.push(Parcel { link, place: self.no_place(), envelope });
            }
        }
        forged
    }

    fn is_business(&self, link: NoiseKey, address: &Address) -> bool {
        let (cloud_api, on_premises) = &self.ends;
        cloud_api.contains(&link) || on_premises.contains(&address.phone)
    }

    const fn no_place(&mut self) -> u64 {
        self.made_up = self.made_up.saturating_add(1);
        NO_PLACE.saturating_add(self.made_up)
    }
}

fn of(parcel: &Parcel) -> u64 {
    occasion(parcel.envelope.id, parcel.envelope.attempt)
}

/// A span of time that is drawn for a delivery, at most `most`.
fn within(scheme: &Scheme, parcel: &Parcel, most: Micros) -> Micros {
    let [_, word, ..] = scheme.words(of(parcel));
    Micros(word.checked_rem(most.0).unwrap_or_default())
}
