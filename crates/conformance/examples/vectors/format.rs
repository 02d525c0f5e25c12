//! What a vector file is: the types that the schema is made from.

use std::{collections::BTreeMap, fmt::Write as _};

use schemars::JsonSchema;
use serde::Serialize;

use crate::keeper::Detail;

/// Test vectors of one protocol. Everything random is fixed and written down.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct File {
    /// Name and version of this format.
    #[schemars(extend("const" = "blindpost-vectors 1"))]
    pub(crate) format: &'static str,
    /// What the vectors are of.
    pub(crate) about: &'static str,
    /// `regression`: computed by the engine that publishes them; what else agrees is in README.md.
    #[schemars(extend("const" = "regression"))]
    pub(crate) origin: &'static str,
    /// Licence of this file, as an SPDX expression.
    pub(crate) licence: &'static str,
    /// `v3`: X3DH and the Double Ratchet; `v4`: PQXDH and the Double Ratchet; `v4-spqr`: PQXDH and
    /// the Triple Ratchet.
    #[schemars(extend("enum" = ["v3", "v4", "v4-spqr"]))]
    pub(crate) profile: &'static str,
    /// Independent of each other.
    pub(crate) cases: Vec<Case>,
}

/// A session between Alice, who starts it, and Bob.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Case {
    /// What it shows.
    pub(crate) name: String,
    pub(crate) listed: Detail,
    /// Alice starts the session.
    pub(crate) alice: Party,
    /// Bob has published prekeys.
    pub(crate) bob: Party,
    /// Bob's prekeys.
    pub(crate) bundle: PreKeys,
    /// Alice processes the bundle.
    pub(crate) initiation: Initiation,
    /// What happens then, in this order.
    pub(crate) events: Vec<Event>,
}

/// A device.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Party {
    /// Name and device number; neither is authenticated here, as no message carries addresses.
    pub(crate) name: &'static str,
    pub(crate) device: u8,
    pub(crate) registration_id: u32,
    pub(crate) identity: Pair,
}

/// An X25519 key pair.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Pair {
    /// 32 bytes, clamped.
    pub(crate) private: Hex,
    /// 33 bytes: 05 and the key.
    pub(crate) public: Hex,
}

/// Prekeys, with their private halves.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PreKeys {
    pub(crate) signed: Signed,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) one_time: Option<OneTime>,
    /// Absent in `v3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kem: Option<Kem>,
}

/// A signed prekey.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Signed {
    pub(crate) id: u32,
    #[serde(flatten)]
    pub(crate) pair: Pair,
    /// The 64 random bytes of the signature.
    pub(crate) nonce: Hex,
    /// XEdDSA by the identity over the 33 bytes, as deployed: the sign of the Edwards key is in
    /// the highest bit.
    pub(crate) signature: Hex,
}

/// A one-time prekey.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct OneTime {
    pub(crate) id: u32,
    #[serde(flatten)]
    pub(crate) pair: Pair,
}

/// A prekey of Kyber1024, round 3.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Kem {
    pub(crate) id: u32,
    /// The 64 random bytes of key generation, d and z.
    pub(crate) seed: Hex,
    /// 3,169 bytes: 08 and the private key.
    pub(crate) private: Hex,
    /// 1,569 bytes: 08 and the key.
    pub(crate) public: Hex,
    /// The 64 random bytes of the signature.
    pub(crate) nonce: Hex,
    /// XEdDSA by the identity over the 1,569 bytes.
    pub(crate) signature: Hex,
    /// Whether it is of last resort, and so stays after use.
    pub(crate) last_resort: bool,
}

/// What Alice draws and derives when she starts the session.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Initiation {
    /// The ephemeral private key of the handshake, clamped.
    pub(crate) base_private: Hex,
    /// Her first ratchet private key, clamped.
    pub(crate) ratchet_private: Hex,
    /// The 32 random bytes of the encapsulation. Absent in `v3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kem_random: Option<Hex>,
    pub(crate) steps: Vec<Step>,
}

/// Something that happens. Messages are numbered from 0, both directions together.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Event {
    /// A message is sealed.
    Seal(Box<Seal>),
    /// A message arrives, and is opened by the party that did not seal it.
    Open(Open),
    /// A message never arrives.
    Lose(Lose),
}

/// A message that never arrives.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Lose {
    #[schemars(extend("const" = "lose"))]
    pub(crate) event: &'static str,
    pub(crate) message: usize,
}

/// A sealed message.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Seal {
    #[schemars(extend("const" = "seal"))]
    pub(crate) event: &'static str,
    pub(crate) message: usize,
    pub(crate) by: Name,
    pub(crate) plaintext: Hex,
    /// 64 random bytes (d and z) if this message begins a header of the braid, 32 (m) if it begins
    /// a ciphertext; absent if nothing is drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) braid_random: Option<Hex>,
    /// `prekey`: a PreKeySignalMessage; `message`: a SignalMessage.
    #[schemars(extend("enum" = ["prekey", "message"]))]
    pub(crate) kind: &'static str,
    /// The message.
    pub(crate) bytes: Hex,
    /// Its `pq_ratchet` field: braid epoch, index, type and chunk. Only in `v4-spqr`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pq_ratchet: Option<Hex>,
    pub(crate) keys: Keys,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) steps: Vec<Step>,
}

/// The keys of one message.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Keys {
    /// The message key of the Double Ratchet.
    pub(crate) mk: Hex,
    /// The message key of the post-quantum ratchet. Only in `v4-spqr`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pq_mk: Option<Hex>,
    pub(crate) encryption_key: Hex,
    pub(crate) authentication_key: Hex,
    pub(crate) iv: Hex,
}

/// An opened message: the plaintext is the one that was sealed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Open {
    #[schemars(extend("const" = "open"))]
    pub(crate) event: &'static str,
    pub(crate) message: usize,
    /// The ratchet private key that is drawn, clamped, if the message turns the ratchet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ratchet_private: Option<Hex>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) steps: Vec<Step>,
}

/// One derivation. Which are listed, and what each computes, is in README.md.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// The specification that names it, its revision and section.
    pub(crate) spec: &'static str,
    /// What goes in. Left out where all of it is the output of other steps or in the event.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) inputs: BTreeMap<&'static str, Hex>,
    pub(crate) outputs: BTreeMap<&'static str, Hex>,
}

/// Who.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Name {
    Alice,
    Bob,
}

/// Bytes, in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("pattern" = "^([0-9a-f]{2})*$"))]
pub(crate) struct Hex(String);

impl Hex {
    /// The text of `bytes`.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        bytes.iter().fold(Self(String::new()), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text.0, "{byte:02x}");
            text
        })
    }
}
