//! The Signal protocol, one folder per published specification.
//!
//! | folder | specification |
//! |---|---|
//! | [`xeddsa`] | XEdDSA, revision 1: signing (verification is in `keys`, which holds no secrets) |
//! | [`x3dh`] | X3DH, revision 1: the handshake of profile [`V3`](Profile::V3) |
//! | [`pqxdh`] | PQXDH, revision 3: the handshake of profile [`V4`](Profile::V4) |
//! | [`double_ratchet`] | Double Ratchet, revision 4, sections 1 to 3 and 7.2 |
//! | `ml_kem_braid` | ML-KEM Braid, revision 1: the post-quantum key agreement of profile
//! [`V4Spqr`](Profile::V4Spqr) |
//! | `spqr` | Double Ratchet, revision 4, section 5: the Sparse Post-Quantum Ratchet |
//! | [`sesame`] | Sesame, revision 2: the sessions with one remote device |
//!
//! Knows: how two devices agree on keys and what one message does to them.
//! Does not know: who is talking, what is said, the time, or where randomness comes from. Every
//! step takes its randomness as a named structure; every derivation can be watched ([`trace`]);
//! secrets become bytes in one module only ([`snapshot`]).
//!
//! # A session between two devices
//!
//! ```
//! use signal::{
//!     IdentityKeyPair, Incoming, InitiateRandomness, KemPreKey, NoTrace, OneTimePreKey,
//!     OpenContext, OpenRandomness, PreKeys, Profile, SealRandomness, Session,
//!     SignedPreKey, SignedPreKeyRandomness,
//! };
//!
//! // Bob publishes a signed prekey; a directory hands it out.
//! let bob = IdentityKeyPair::generate([2; 32]);
//! let nonce = SignedPreKeyRandomness { private: [3; 32], nonce: [4; 64] };
//! let signed = SignedPreKey::generate(1, &bob, nonce);
//! let bundle = keys::Bundle {
//!     registration_id: 22,
//!     device: 1,
//!     identity: bob.public(),
//!     signed: signed.published(),
//!     one_time: None,
//!     kem: None,
//! };
//!
//! // Alice verifies what she was given and starts a session from the proof.
//! let alice = IdentityKeyPair::generate([1; 32]);
//! let bundle = bundle.verify(keys::Mode::Strict)?;
//! let random = InitiateRandomness { base: [5; 32], ratchet: [6; 32], encapsulation: [0; 32] };
//! let mut hers =
//!     Session::initiate(Profile::V3, &alice, 11, &bundle, random, 0, &mut NoTrace)?;
//! let random = SealRandomness { braid: [8; 64] };
//! let sealed = hers.seal(b"hello", random, 0, None, &mut NoTrace)?;
//!
//! // Bob opens it: a trial that changes nothing, and a commit.
//! struct Store(SignedPreKey);
//! impl PreKeys for Store {
//!     fn signed(&self, id: u32) -> Option<&SignedPreKey> {
//!         (id == self.0.id()).then_some(&self.0)
//!     }
//!     fn one_time(&self, _id: u32) -> Option<&OneTimePreKey> {
//!         None
//!     }
//!     fn kem(&self, _id: u32) -> Option<&KemPreKey> {
//!         None
//!     }
//!     fn base_key_seen(&self, _: Option<u32>, _: u32, _: &keys::PublicKey) -> bool {
//!         false
//!     }
//! }
//! let prekeys = Store(signed);
//! let context = OpenContext {
//!     profiles: &[Profile::V3],
//!     ours: &bob,
//!     our_registration_id: 22,
//!     prekeys: &prekeys,
//!     pinned: None,
//!     remote_registration_id: None,
//!     addresses: None,
//!     now_seconds: 0,
//! };
//! let message = Incoming::parse(sealed.kind, &sealed.bytes)?;
//! let random = OpenRandomness { ratchet: [7; 32] };
//! let mut his = None;
//! let opening = Session::try_open(his.as_ref(), &message, &context, random, &mut NoTrace)?;
//! let opened = Session::commit(&mut his, opening)?;
//! assert_eq!(opened.plaintext, b"hello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod crypto;
pub mod double_ratchet;
mod error;
pub mod fingerprint;
mod identity;
mod incoming;
mod ml_kem_braid;
pub mod pqxdh;
mod prekeys;
mod profile;
pub mod sesame;
pub mod snapshot;
mod spqr;
#[cfg(test)]
mod testing;
pub mod trace;
pub mod x3dh;
pub mod xeddsa;

pub use error::{InitiateError, OpenError, PostQuantumError, PreKeyKind, SealError, StaleOpening};
pub use fingerprint::{Comparison, Party, SafetyNumber, ScanError};
pub use identity::IdentityKeyPair;
pub use incoming::{Incoming, MessageKind};
pub use prekeys::{
    BaseKeyMark, KemPreKey, KemPreKeyRandomness, OneTimePreKey, PreKeys, SignedPreKey,
    SignedPreKeyRandomness,
};
pub use profile::Profile;
pub use sesame::{
    InitiateRandomness, OpenContext, OpenRandomness, Opened, Opening, SealRandomness, Sealed,
    SendingPosition, Session,
};
pub use snapshot::{Changes, PartRefs, Parts, RestoreError};
pub use trace::{Fingerprint, NoTrace, Recorder, Tracer};
