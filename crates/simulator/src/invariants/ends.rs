//! Both ends of a conversation beside each other: what their stores say of one session.

use endpoint::rows::MeRow;
use signal::{
    IdentityKeyPair, Incoming, KemPreKey, NoTrace, OneTimePreKey, OpenContext, OpenRandomness,
    PartRefs, PreKeys, Profile, RestoreError, SealRandomness, Session, SignedPreKey,
};
use vocab::PhoneNumber;

use super::{
    Ended, Outcome,
    disk::{End, Ends},
    queue::Queue,
};
use crate::{
    fault::{Family, Fault},
    scenario::DeedKind,
    watch::{envelopes::Private, time},
};

/// Where nothing is on its way, what one end seals the other opens.
pub(super) fn in_step(ended: &Ended<'_>) -> Outcome {
    let queue = Queue::new(ended);
    let mut against = Vec::new();
    let mut compared = 0_usize;
    let mut ends = Ends::new(ended);
    let people = ended.scenario.people.iter().filter(|_| ended.watch.notes);
    for person in people {
        let Some(device) = ends.of(&person.name) else { continue };
        let Some(phone) = ended.watch.phone(&person.name) else { continue };
        if queue.says(phone.digits()) {
            continue;
        }
        for business in &ended.scenario.businesses {
            let Some(number) = ended.watch.phone(&business.name) else { continue };
            let Some(end) = ends.of(&business.name) else { continue };
            let pair = Pair { ends: [&device, &end], phones: [&phone, &number], ended };
            for (from, to) in [(0, 1), (1, 0)] {
                match pair.opens(from, to) {
                    None => {}
                    Some(Ok(())) => compared = compared.saturating_add(1),
                    Some(Err(why)) => {
                        let names = [&person.name, &business.name];
                        let (from, to) = (names.get(from), names.get(to));
                        against.push(format!("what {from:?} seals now, {to:?} cannot open: {why}"));
                    }
                }
            }
        }
    }
    Outcome::unless(against, format!("{compared} ways in which one end opens what the other seals"))
}

/// Two ends and their numbers.
struct Pair<'e, 'r> {
    ends: [&'e End; 2],
    phones: [&'e PhoneNumber; 2],
    ended: &'e Ended<'r>,
}

impl Pair<'_, '_> {
    /// Whether what `from` seals opens at `to`; `None` if there is no session between them, or one
    /// of them is not any more who the other knows.
    fn opens(&self, from: usize, to: usize) -> Option<Result<(), String>> {
        let (ours, theirs) = (*self.ends.get(from)?, *self.ends.get(to)?);
        let sender = session(ours, self.phones.get(to)?)?;
        let receiver = session(theirs, self.phones.get(from)?)?;
        let (mut sender, receiver) = match (sender, receiver) {
            (Ok(sender), Ok(receiver)) => (sender, receiver),
            (Err(why), _) | (_, Err(why)) => return Some(Err(format!("rows of a session: {why}"))),
        };
        let (me, them) = (identity(ours.me.as_ref()?)?, identity(theirs.me.as_ref()?)?);
        if sender.remote_identity() != them.public() || receiver.remote_identity() != me.public() {
            return None;
        }
        let now_seconds =
            self.ended.scenario.start.after(vocab::Micros(self.ended.world.kernel.end().0));
        let now_seconds = now_seconds.seconds();
        let random = SealRandomness { braid: [7; 64] };
        let sealed = sender.seal(&[0x80; 16], random, now_seconds, None, &mut NoTrace).ok()?;
        let incoming = match Incoming::parse(sealed.kind, &sealed.bytes) {
            Ok(incoming) => incoming,
            Err(why) => return Some(Err(why.to_string())),
        };
        let context = OpenContext {
            profiles: &[Profile::V3, Profile::V4, Profile::V4Spqr],
            ours: &them,
            our_registration_id: theirs.me.as_ref()?.registration_id,
            prekeys: &Named::by(&incoming, theirs),
            pinned: None,
            remote_registration_id: None,
            addresses: None,
            now_seconds,
        };
        let random = OpenRandomness { ratchet: [9; 32] };
        let opened = Session::try_open(Some(&receiver), &incoming, &context, random, &mut NoTrace);
        Some(opened.map(drop).map_err(|why| why.to_string()))
    }
}

fn identity(me: &MeRow) -> Option<IdentityKeyPair> {
    IdentityKeyPair::from_bytes(&me.identity).ok()
}

/// The session of an end with a number, from its rows.
fn session(end: &End, with: &PhoneNumber) -> Option<Result<Session, RestoreError>> {
    let peer = end.name(with);
    let part = |part: u8| end.disk.get(&end.keys.session(&peer, 1, part)).unwrap_or_default();
    let [turn, skipped, archive, pending, exchange, hot] = [0, 1, 2, 3, 4, 5].map(part);
    if turn.is_empty() {
        return None;
    }
    Some(Session::restore(PartRefs { hot, turn, skipped, archive, pending, exchange }))
}

/// The private prekeys that a first flight names, as far as its addressee still has them: who
/// knew a message already has not begun the session that it came in again.
#[derive(Default)]
struct Named {
    signed: Option<SignedPreKey>,
    one_time: Option<OneTimePreKey>,
    kem: Option<KemPreKey>,
}

impl Named {
    fn by(incoming: &Incoming<'_>, end: &End) -> Self {
        let Incoming::PreKey(first) = incoming else { return Self::default() };
        let row = |key| end.disk.get(&key);
        let keys = end.keys;
        let signed = row(keys.signed(first.signed_pre_key_id));
        let one_time = first.pre_key_id.and_then(|id| row(keys.one_time(id)));
        let kem = first.kem.and_then(|kem| row(keys.kem(kem.pre_key_id)));
        Self {
            signed: signed.and_then(|bytes| SignedPreKey::from_bytes(bytes).ok()),
            one_time: one_time.and_then(|bytes| OneTimePreKey::from_bytes(bytes).ok()),
            kem: kem.and_then(|bytes| KemPreKey::from_bytes(bytes).ok()),
        }
    }
}

impl PreKeys for Named {
    fn signed(&self, id: u32) -> Option<&SignedPreKey> {
        self.signed.as_ref().filter(|prekey| prekey.id() == id)
    }

    fn one_time(&self, id: u32) -> Option<&OneTimePreKey> {
        self.one_time.as_ref().filter(|prekey| prekey.id() == id)
    }

    fn kem(&self, id: u32) -> Option<&KemPreKey> {
        self.kem.as_ref().filter(|prekey| prekey.id() == id)
    }

    fn base_key_seen(&self, _kem: Option<u32>, _signed: u32, _base: &keys::PublicKey) -> bool {
        false
    }
}

/// A message opens when it comes, unless an end lost its session or is another than before. `None`
/// where bytes are changed on their way or somebody is dishonest.
pub(super) fn opens_first(ended: &Ended<'_>) -> Option<Outcome> {
    let scenario = ended.scenario;
    let changed = |fault: &Fault| fault.family() == Family::Dishonest;
    let forged = !scenario.impostors.is_empty() && !scenario.rules.business_sender_check;
    // An attacker sends what nobody can open.
    let junk = !scenario.attackers.is_empty();
    if forged || junk || scenario.faults.iter().any(changed) {
        return None;
    }
    let excused = |person: &str, business: &str, at_us: u64| {
        scenario.deeds.iter().any(|deed| {
            deed.who == person
                && deed.at.0 <= at_us
                && match deed.what {
                    DeedKind::Reinstall | DeedKind::DeleteAccount => true,
                    DeedKind::LoseSession => deed.about.as_deref() == Some(business),
                    DeedKind::AskAgain
                    | DeedKind::CompareCodes
                    | DeedKind::ClaimRead
                    | DeedKind::Report
                    | DeedKind::Block
                    | DeedKind::Unblock => false,
                }
        })
    };
    let mut against = Vec::new();
    for one in &ended.watch.story.not_opened {
        let entry = ended.watch.journal.of_id(one.id);
        let entry = entry.and_then(|index| ended.watch.journal.entries().get(index));
        let pair = entry.map(|entry| (entry.from.as_str(), entry.to.as_str()));
        let excused =
            pair.is_some_and(|(a, b)| excused(a, b, one.at_us) || excused(b, a, one.at_us));
        if !excused {
            let (id, from, at, when) = (one.id, &one.from, &one.at, time(one.at_us));
            against.push(format!(
                "message {id} from {from} did not open at {at}, {when}: {}",
                one.why
            ));
        }
    }
    against.truncate(20);
    let refused = ended.watch.story.not_opened.len();
    Some(Outcome::unless(against, format!("{refused} messages did not open, each for a reason")))
}

/// A one-time private key began one session and is gone from its owner's store.
pub(super) fn one_time_key_spent(ended: &Ended<'_>) -> Outcome {
    let found = ended.watch.findings.iter().filter(|one| one.invariant == "one-time-key-spent");
    let mut against: Vec<String> = found.map(|one| one.evidence.clone()).collect();
    let spent = &ended.watch.envelopes.spent;
    let mut ends = Ends::new(ended);
    let mut end: Option<(String, Option<End>)> = None;
    for (digits, private) in spent.keys() {
        let Some(whose) = ended.watch.names.get(digits) else { continue };
        if end.as_ref().is_none_or(|(known, _)| known != whose) {
            end = Some((whose.clone(), ends.of(whose)));
        }
        let Some((_, Some(end))) = &end else { continue };
        let key = match private {
            Private::Curve(id) => end.keys.one_time(*id),
            Private::Kem(id) => end.keys.kem(*id),
        };
        if end.disk.get(&key).is_some() {
            against.push(format!("{private:?} of {whose} began a session and is still there"));
        }
    }
    against.truncate(20);
    Outcome::unless(
        against,
        format!("{} one-time private keys began one session each", spent.len()),
    )
}
