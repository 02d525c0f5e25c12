//! One case as it happens: two devices, and the record of what they do.

use keys::Mode;
use signal::{
    Incoming, InitiateRandomness, MessageKind, OpenContext, OpenRandomness, Profile,
    SealRandomness, Sealed, Session,
};
use wire::signal::{PreKeySignalMessage, SignalMessage};

use crate::{
    Result,
    device::{Device, With},
    draw::Draw,
    format::{Case, Event, Hex, Initiation, Keys, Lose, Name, Open, Party, PreKeys, Seal},
    keeper::{Detail, Keeper},
};

/// Two devices, what was sealed, and what is written down of it.
pub(crate) struct Exchange {
    pub(crate) draw: Draw,
    profile: Profile,
    detail: Detail,
    alice: Device,
    bob: Device,
    sealed: Vec<(Name, Sealed, Vec<u8>)>,
    written: (Party, Party, PreKeys, Initiation),
    events: Vec<Event>,
}

/// Every clock stands still: no vector depends on the time.
const NOW: u64 = 0;

impl Exchange {
    /// Bob publishes, and Alice starts a session.
    pub(crate) fn start(
        profile: Profile,
        with: With,
        detail: Detail,
        seed: &'static str,
    ) -> Result<Self> {
        let mut draw = Draw::new(seed);
        let mut alice = Device::new("alice", 11, &mut draw);
        let mut bob = Device::new("bob", 22, &mut draw);
        let (bundle, prekeys) = bob.publishes(profile, with, &mut draw);
        let (base, ratchet, encapsulation) = (draw.private(), draw.private(), draw.bytes());
        let r = InitiateRandomness { base, ratchet, encapsulation };
        let (mut keeper, id) = (Keeper::default(), alice.registration_id);
        let bundle = bundle.verify(Mode::Strict)?;
        let session =
            Session::initiate(profile, &alice.identity, id, &bundle, r, NOW, &mut keeper)?;
        alice.session = Some(session);
        let initiation = Initiation {
            base_private: Hex::of(&base),
            ratchet_private: Hex::of(&ratchet),
            kem_random: profile.has_kem().then(|| Hex::of(&encapsulation)),
            steps: keeper.listed(Detail::Everything),
        };
        let written = (alice.written(), bob.written(), prekeys, initiation);
        let (sealed, events) = (Vec::new(), Vec::new());
        Ok(Self { draw, profile, detail, alice, bob, sealed, written, events })
    }

    /// `by` seals the next message: its number.
    pub(crate) fn seal(&mut self, by: Name) -> Result<usize> {
        let message = self.sealed.len();
        let plaintext = format!("message {message}").into_bytes();
        let (braid, mut keeper) = (self.draw.bytes(), Keeper::default());
        let device = match by {
            Name::Alice => &mut self.alice,
            Name::Bob => &mut self.bob,
        };
        let session = device.session.as_mut().ok_or("nobody has a session before a message")?;
        let sealed = session.seal(&plaintext, SealRandomness { braid }, NOW, None, &mut keeper)?;
        let drawn = if keeper.count("keygen") > 0 {
            Some(Hex::of(&braid))
        } else {
            (keeper.count("encaps1") > 0)
                .then(|| Hex::of(braid.first_chunk::<32>().unwrap_or(&[0; 32])))
        };
        let pq_ratchet = pq_ratchet(&sealed)?;
        self.events.push(Event::Seal(Box::new(Seal {
            event: "seal",
            message,
            by,
            plaintext: Hex::of(&plaintext),
            braid_random: drawn,
            kind: match sealed.kind {
                MessageKind::PreKey => "prekey",
                MessageKind::Message => "message",
            },
            bytes: Hex::of(&sealed.bytes),
            pq_ratchet: (!pq_ratchet.is_empty()).then(|| Hex::of(&pq_ratchet)),
            keys: keys(&keeper).ok_or("a message has keys")?,
            steps: keeper.listed(self.detail),
        })));
        self.sealed.push((by, sealed, plaintext));
        Ok(message)
    }

    /// A message arrives.
    pub(crate) fn open(&mut self, message: usize) -> Result<()> {
        let (by, sealed, plaintext) = self.sealed.get(message).ok_or("it was not sealed")?;
        let device = match by {
            Name::Alice => &mut self.bob,
            Name::Bob => &mut self.alice,
        };
        let incoming = Incoming::parse(sealed.kind, &sealed.bytes)?;
        let context = OpenContext {
            profiles: &[self.profile],
            ours: &device.identity,
            our_registration_id: device.registration_id,
            prekeys: &device.shelf,
            pinned: None,
            remote_registration_id: None,
            addresses: None,
            now_seconds: NOW,
        };
        let (ratchet, mut keeper) = (self.draw.private(), Keeper::default());
        let (session, r) = (device.session.as_ref(), OpenRandomness { ratchet });
        let opening = Session::try_open(session, &incoming, &context, r, &mut keeper)?;
        let opened = Session::commit(&mut device.session, opening)?;
        if opened.plaintext != *plaintext {
            return Err(format!("message {message} opens to something else").into());
        }
        // The second agreement of a message that turns the ratchet is with the key that was drawn.
        let ratchet_private = (keeper.count("dh") == 2).then(|| Hex::of(&ratchet));
        let steps = keeper.listed(self.detail);
        self.events.push(Event::Open(Open { event: "open", message, ratchet_private, steps }));
        Ok(())
    }

    /// A message never arrives.
    pub(crate) fn lose(&mut self, message: usize) {
        self.events.push(Event::Lose(Lose { event: "lose", message }));
    }

    /// The `pq_ratchet` field of a message.
    pub(crate) fn carried(&self, message: usize) -> Result<Vec<u8>> {
        let (_, sealed, _) = self.sealed.get(message).ok_or("it was not sealed")?;
        pq_ratchet(sealed)
    }

    /// What is written down.
    pub(crate) fn finish(self, name: &str) -> Case {
        let (alice, bob, bundle, initiation) = self.written;
        let (listed, events) = (self.detail, self.events);
        Case { name: name.into(), listed, alice, bob, bundle, initiation, events }
    }
}

fn keys(keeper: &Keeper) -> Option<Keys> {
    const EXPANDED: &str = "message keys";
    Some(Keys {
        mk: keeper.input(EXPANDED, "mk")?,
        pq_mk: keeper.input(EXPANDED, "pq mk"),
        encryption_key: keeper.output(EXPANDED, "encryption key")?,
        authentication_key: keeper.output(EXPANDED, "authentication key")?,
        iv: keeper.output(EXPANDED, "iv")?,
    })
}

fn pq_ratchet(sealed: &Sealed) -> Result<Vec<u8>> {
    Ok(match sealed.kind {
        MessageKind::Message => SignalMessage::parse(&sealed.bytes)?.pq_ratchet.to_vec(),
        MessageKind::PreKey => {
            PreKeySignalMessage::parse(&sealed.bytes)?.message.pq_ratchet.to_vec()
        }
    })
}
