//! A device whose every key is written down.

use keys::{Bundle, PublicKey};
use libcrux_ml_kem::kyber1024;
use signal::{
    IdentityKeyPair, KemPreKey, KemPreKeyRandomness, OneTimePreKey, PreKeys, Profile, Session,
    SignedPreKey, SignedPreKeyRandomness,
};

use crate::{
    draw::Draw,
    format::{self, Hex, Pair, Party},
};

/// Either side of a case.
pub(crate) struct Device {
    pub(crate) name: &'static str,
    pub(crate) registration_id: u32,
    pub(crate) identity: IdentityKeyPair,
    pub(crate) shelf: Shelf,
    pub(crate) session: Option<Session>,
    private: [u8; 32],
}

/// Private prekeys. No message of a case arrives twice, so no base key is remembered.
#[derive(Default)]
pub(crate) struct Shelf {
    signed: Option<SignedPreKey>,
    one_time: Option<OneTimePreKey>,
    kem: Option<KemPreKey>,
}

/// What is published besides the signed prekey.
#[derive(Clone, Copy)]
pub(crate) struct With {
    pub(crate) one_time: bool,
    pub(crate) last_resort: bool,
}

const DEVICE: u8 = 1;

impl Device {
    pub(crate) fn new(name: &'static str, registration_id: u32, draw: &mut Draw) -> Self {
        let private = draw.private();
        let identity = IdentityKeyPair::generate(private);
        Self { name, registration_id, identity, shelf: Shelf::default(), session: None, private }
    }

    pub(crate) fn written(&self) -> Party {
        Party {
            name: self.name,
            device: DEVICE,
            registration_id: self.registration_id,
            identity: Pair {
                private: Hex::of(&self.private),
                public: Hex::of(&self.identity.public().encode()),
            },
        }
    }

    /// Publishes prekeys, keeps their private halves, and writes both down.
    pub(crate) fn publishes(
        &mut self,
        profile: Profile,
        with: With,
        draw: &mut Draw,
    ) -> (Bundle, format::PreKeys) {
        let (signed, written_signed) = self.signed(draw);
        let (one_time, written_one_time) = with.one_time.then(|| one_time(draw)).unzip();
        let kem = profile.has_kem().then(|| self.kem(with.last_resort, draw));
        let (kem, written_kem) = kem.unzip();
        let bundle = Bundle {
            registration_id: self.registration_id,
            device: DEVICE.into(),
            identity: self.identity.public(),
            signed: signed.published(),
            one_time: one_time.as_ref().map(OneTimePreKey::published),
            kem: kem.as_ref().map(KemPreKey::published),
        };
        self.shelf = Shelf { signed: Some(signed), one_time, kem };
        let written = format::PreKeys {
            signed: written_signed,
            one_time: written_one_time,
            kem: written_kem,
        };
        (bundle, written)
    }

    fn signed(&self, draw: &mut Draw) -> (SignedPreKey, format::Signed) {
        let (private, nonce) = (draw.private(), draw.bytes());
        let r = SignedPreKeyRandomness { private, nonce };
        let prekey = SignedPreKey::generate(1, &self.identity, r);
        let written = format::Signed {
            id: prekey.id(),
            pair: pair(&private, &prekey.published().key),
            nonce: Hex::of(&nonce),
            signature: Hex::of(&prekey.published().signature.0),
        };
        (prekey, written)
    }

    fn kem(&self, last_resort: bool, draw: &mut Draw) -> (KemPreKey, format::Kem) {
        let (seed, nonce) = (draw.bytes(), draw.bytes());
        let r = KemPreKeyRandomness { seed, nonce };
        let prekey = KemPreKey::generate(3, &self.identity, r, last_resort);
        let expanded = kyber1024::generate_key_pair(seed);
        let written = format::Kem {
            id: prekey.id(),
            seed: Hex::of(&seed),
            private: Hex::of(&[&[keys::KEM_TYPE], expanded.sk().as_slice()].concat()),
            public: Hex::of(prekey.public().encode()),
            nonce: Hex::of(&nonce),
            signature: Hex::of(&prekey.signature().0),
            last_resort,
        };
        (prekey, written)
    }
}

fn one_time(draw: &mut Draw) -> (OneTimePreKey, format::OneTime) {
    let private = draw.private();
    let prekey = OneTimePreKey::generate(2, private);
    let pair = pair(&private, &prekey.published().key);
    let id = prekey.id();
    (prekey, format::OneTime { id, pair })
}

fn pair(private: &[u8; 32], public: &PublicKey) -> Pair {
    Pair { private: Hex::of(private), public: Hex::of(&public.encode()) }
}

impl PreKeys for Shelf {
    fn signed(&self, id: u32) -> Option<&SignedPreKey> {
        self.signed.as_ref().filter(|prekey| prekey.id() == id)
    }

    fn one_time(&self, id: u32) -> Option<&OneTimePreKey> {
        self.one_time.as_ref().filter(|prekey| prekey.id() == id)
    }

    fn kem(&self, id: u32) -> Option<&KemPreKey> {
        self.kem.as_ref().filter(|prekey| prekey.id() == id)
    }

    fn base_key_seen(&self, _kem: Option<u32>, _signed: u32, _base: &PublicKey) -> bool {
        false
    }
}
