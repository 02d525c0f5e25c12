//! The forger's X3DH and PQXDH (sections 3.2 to 3.4 of either), in both roles.

use serde_json::{Value, json};
use signal::IdentityKeyPair;

use super::{
    primitives::{Secret, decapsulate, encapsulate, hkdf, kem_public},
    proto::{Fields, Item},
    ratchet::{Ratchet, Start, Turn},
};
use crate::{
    fields::{hex, of_hex},
    suite::{case::Profile, seeded::Seeded},
};

const SIGNED_ID: u32 = 31;
const ONE_TIME_ID: u32 = 32;
const KEM_ID: u32 = 33;
const REGISTRATION_ID: u32 = 9_999;

/// One end that keeps no rule.
pub(crate) struct Forger {
    pub(crate) profile: Profile,
    pub(crate) identity: Secret,
    signer: IdentityKeyPair,
    pub(crate) entropy: Seeded,
    signed: Secret,
    one_time: Secret,
    kem: [u8; 64],
    ratchet: Option<Ratchet>,
}

/// How a session is started.
pub(crate) struct Plan {
    /// The ephemeral key.
    pub(crate) base: Secret,
    /// The identity's public half as it is sent.
    pub(crate) identity: [u8; 32],
    /// All that the receiver computes with the base key is zero.
    pub(crate) zero_base: bool,
    /// All that the receiver computes with the identity is zero.
    pub(crate) zero_identity: bool,
    /// The first ratchet key.
    pub(crate) turn: Turn,
    /// Leave the KEM out.
    pub(crate) without_kem: bool,
    /// What is derived, and the version byte.
    pub(crate) profile: Profile,
}

/// A first message around the message inside it.
pub(crate) struct First {
    pub(crate) version: u8,
    /// All fields but the message.
    pub(crate) fields: Fields,
}

impl First {
    /// The whole message.
    pub(crate) fn encode(&self, inside: &[u8]) -> Vec<u8> {
        let mut fields = self.fields.clone();
        fields.set_bytes(4, inside);
        [&[self.version], fields.encode().as_slice()].concat()
    }
}

impl Forger {
    pub(crate) fn new(profile: Profile, mut entropy: Seeded) -> Self {
        let identity: [u8; 32] = entropy.array();
        let [signed, one_time] = [entropy.array(), entropy.array()].map(Secret::new);
        let kem = entropy.array();
        Self {
            profile,
            identity: Secret::new(identity),
            signer: IdentityKeyPair::generate(identity),
            entropy,
            signed,
            one_time,
            kem,
            ratchet: None,
        }
    }

    /// A signature under the forger's identity, in hexadecimal.
    pub(crate) fn sign(&mut self, message: &[u8]) -> String {
        hex(&self.signer.sign(message, self.entropy.array()).0)
    }

    pub(crate) fn secret(&mut self) -> Secret {
        Secret::new(self.entropy.array())
    }

    /// A bundle with nothing wrong in it.
    pub(crate) fn bundle(&mut self, one_time: bool) -> Value {
        let signed = self.signed.wire();
        let mut bundle = json!({
            "reg": REGISTRATION_ID, "dev": 1, "ik": hex(&self.identity.wire()),
            "spk_id": SIGNED_ID, "spk": hex(&signed), "spk_sig": self.sign(&signed),
        });
        let mut add = |name: &str, value: Value| {
            if let Value::Object(fields) = &mut bundle {
                fields.insert(name.to_owned(), value);
            }
        };
        if one_time {
            add("otk_id", ONE_TIME_ID.into());
            add("otk", hex(&self.one_time.wire()).into());
        }
        if self.profile.has_kem() {
            let key = kem_public(self.kem);
            add("k_id", KEM_ID.into());
            add("k", hex(&key).into());
            add("k_sig", self.sign(&key).into());
        }
        bundle
    }

    /// How an honest session would be started.
    pub(crate) fn plan(&mut self) -> Plan {
        Plan {
            base: self.secret(),
            identity: self.identity.public,
            zero_base: false,
            zero_identity: false,
            turn: Turn::Honest(self.secret()),
            without_kem: false,
            profile: self.profile,
        }
    }

    /// Starts a session with whoever published `bundle`; `None` if it lacks what is needed.
    pub(crate) fn initiate(&mut self, bundle: &Value, plan: &Plan) -> Option<First> {
        let key = |name: &str| of_hex(bundle.get(name)?.as_str()?);
        let point = |name: &str| <[u8; 32]>::try_from(key(name)?.get(1..)?).ok();
        let id = |name: &str| bundle.get(name).and_then(Value::as_u64);
        let (signed, theirs) = (point("spk")?, point("ik")?);
        let unless = |zero: bool, shared: [u8; 32]| if zero { [0; 32] } else { shared };
        let mut secrets = vec![unless(plan.zero_identity, self.identity.agree(&signed))];
        let mut fields = Fields::default();
        let mut against = vec![theirs, signed];
        if let (Some(id), Some(one_time)) = (id("otk_id"), point("otk")) {
            fields.set(1, Item::Number(id));
            against.push(one_time);
        }
        secrets.extend(against.iter().map(|key| unless(plan.zero_base, plan.base.agree(key))));
        fields.set_bytes(2, &super::primitives::wire(&plan.base.public));
        fields.set_bytes(3, &super::primitives::wire(&plan.identity));
        fields.set(5, Item::Number(u64::from(REGISTRATION_ID)));
        fields.set(6, Item::Number(id("spk_id")?));
        if plan.profile.has_kem() && !plan.without_kem {
            let (ciphertext, shared) = encapsulate(&key("k")?, self.entropy.array())?;
            secrets.push(shared);
            fields.set(7, Item::Number(id("k_id")?));
            fields.set_bytes(8, &ciphertext);
        }
        let ours = super::primitives::wire(&plan.identity);
        let start = start(plan.profile, &secrets, ours, key("ik")?);
        self.ratchet = Some(Ratchet::initiator(start, signed, &plan.turn));
        Some(First { version: plan.profile.version_byte(), fields })
    }

    /// Answers a first message made from [`bundle`](Self::bundle): the text in it.
    pub(crate) fn respond(&mut self, message: &[u8]) -> Option<String> {
        let fields = Fields::parse(message.get(1..)?)?;
        let point = |field| <[u8; 32]>::try_from(fields.bytes(field)?.get(1..)?).ok();
        let (base, theirs) = (point(2)?, point(3)?);
        let mut secrets =
            vec![self.signed.agree(&theirs), self.identity.agree(&base), self.signed.agree(&base)];
        if fields.number(1).is_some() {
            secrets.push(self.one_time.agree(&base));
        }
        if self.profile.has_kem() {
            secrets.push(decapsulate(self.kem, fields.bytes(8)?)?);
        }
        let remote = fields.bytes(3)?.to_vec();
        let start = start(self.profile, &secrets, self.identity.wire(), remote);
        self.ratchet = Some(Ratchet::responder(start, self.signed));
        self.open(fields.bytes(4)?)
    }

    /// Opens a message of the session: its text.
    pub(crate) fn open(&mut self, message: &[u8]) -> Option<String> {
        let next = self.secret();
        self.ratchet.as_mut()?.open(message, next)
    }

    /// The session's ratchet, if there is a session.
    pub(crate) const fn ratchet(&mut self) -> Option<&mut Ratchet> {
        self.ratchet.as_mut()
    }
}

fn start(profile: Profile, secrets: &[[u8; 32]], ours: Vec<u8>, remote: Vec<u8>) -> Start {
    let input = [[0xff; 32].as_slice(), secrets.as_flattened()].concat();
    let info: &[u8] = match profile {
        Profile::V3 => b"WhisperText",
        Profile::V4 | Profile::V4Spqr => b"WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024",
    };
    let [root, chain, third] = hkdf::<3>(None, &input, info);
    let authentication = (profile == Profile::V4Spqr).then_some(third);
    Start { root, chain, authentication, version: profile.version_byte(), ours, remote }
}
