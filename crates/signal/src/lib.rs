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
//! | [`fingerprint`] | none: the safety numbers of deployed clients |
//! | [`attachment`] | none: WhatsApp's files beside messages |
//!
//! Knows: how two devices agree on keys and what one message does to them.
//! Does not know: who is talking, what is said, the time, or where randomness comes from. Every
//! step takes its randomness as a named structure; every derivation can be watched ([`trace`]);
//! secrets become bytes in one module only ([`snapshot`]).
//!
//! # A session between two devices
//!
//! In the newest profile: PQXDH, then the Triple Ratchet. Whoever runs it brings randomness, the
//! time and a store; nothing here reaches for them.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::atomic::{AtomicU8, Ordering};
//!
//! use signal::{
//!     BaseKeyMark, IdentityKeyPair, Incoming, InitiateRandomness, KemPreKey, KemPreKeyRandomness,
//!     NoTrace, OneTimePreKey, OpenContext, OpenRandomness, Opened, PreKeys, Profile,
//!     SealRandomness, Sealed, Session, SignedPreKey, SignedPreKeyRandomness,
//! };
//!
//! type Result<T> = core::result::Result<T, Box<dyn std::error::Error>>;
//!
//! /// In earnest, from the operating system, and never twice the same.
//! fn random<const N: usize>() -> [u8; N] {
//!     static NEXT: AtomicU8 = AtomicU8::new(1);
//!     [NEXT.fetch_add(1, Ordering::Relaxed); N]
//! }
//!
//! /// What a device keeps: an identity, private prekeys, and a session with the other device.
//! struct Device {
//!     identity: IdentityKeyPair,
//!     prekeys: Shelf,
//!     session: Option<Session>,
//! }
//!
//! struct Shelf {
//!     signed: SignedPreKey,
//!     one_time: BTreeMap<u32, OneTimePreKey>,
//!     kem: BTreeMap<u32, KemPreKey>,
//!     seen: Vec<BaseKeyMark>,
//! }
//!
//! impl PreKeys for Shelf {
//!     fn signed(&self, id: u32) -> Option<&SignedPreKey> {
//!         (id == self.signed.id()).then_some(&self.signed)
//!     }
//!     fn one_time(&self, id: u32) -> Option<&OneTimePreKey> {
//!         self.one_time.get(&id)
//!     }
//!     fn kem(&self, id: u32) -> Option<&KemPreKey> {
//!         self.kem.get(&id)
//!     }
//!     fn base_key_seen(&self, kem: Option<u32>, signed: u32, base: &keys::PublicKey) -> bool {
//!         self.seen.contains(&BaseKeyMark { kem, signed, base_key: *base })
//!     }
//! }
//!
//! impl Device {
//!     fn new() -> Self {
//!         let identity = IdentityKeyPair::generate(random());
//!         let drawn = SignedPreKeyRandomness { private: random(), nonce: random() };
//!         let signed = SignedPreKey::generate(1, &identity, drawn);
//!         let one_time = OneTimePreKey::generate(2, random());
//!         let drawn = KemPreKeyRandomness { seed: random(), nonce: random() };
//!         let kem = KemPreKey::generate(3, &identity, drawn, false);
//!         let prekeys = Shelf {
//!             signed,
//!             one_time: [(2, one_time)].into(),
//!             kem: [(3, kem)].into(),
//!             seen: Vec::new(),
//!         };
//!         Self { identity, prekeys, session: None }
//!     }
//!
//!     /// What a directory hands out for this device.
//!     fn bundle(&self) -> keys::Bundle {
//!         keys::Bundle {
//!             registration_id: 22,
//!             device: 1,
//!             identity: self.identity.public(),
//!             signed: self.prekeys.signed.published(),
//!             one_time: self.prekeys.one_time.get(&2).map(OneTimePreKey::published),
//!             kem: self.prekeys.kem.get(&3).map(KemPreKey::published),
//!         }
//!     }
//!
//!     /// A session starts from the proof that a bundle is what its device published.
//!     fn starts(&mut self, bundle: &keys::VerifiedBundle) -> Result<()> {
//!         let r = InitiateRandomness {
//!             base: random(),
//!             ratchet: random(),
//!             encapsulation: random(),
//!         };
//!         let (profile, ours, now) = (Profile::V4Spqr, &self.identity, 0);
//!         let session = Session::initiate(profile, ours, 11, bundle, r, now, &mut NoTrace)?;
//!         self.session = Some(session);
//!         Ok(())
//!     }
//!
//!     /// The session must be durable as it is afterwards, before the message leaves.
//!     fn seals(&mut self, text: &str) -> Result<Sealed> {
//!         let r = SealRandomness { braid: random() };
//!         let session = self.session.as_mut().ok_or("no session yet")?;
//!         Ok(session.seal(text.as_bytes(), r, 0, None, &mut NoTrace)?)
//!     }
//!
//!     /// A trial that changes nothing, and a commit of the session with what it used up.
//!     fn opens(&mut self, sealed: &Sealed) -> Result<String> {
//!         let message = Incoming::parse(sealed.kind, &sealed.bytes)?;
//!         let context = OpenContext {
//!             profiles: &[Profile::V4Spqr],
//!             ours: &self.identity,
//!             our_registration_id: 22,
//!             prekeys: &self.prekeys,
//!             pinned: None,
//!             remote_registration_id: None,
//!             addresses: None,
//!             now_seconds: 0,
//!         };
//!         let r = OpenRandomness { ratchet: random() };
//!         let session = self.session.as_ref();
//!         let trial = Session::try_open(session, &message, &context, r, &mut NoTrace)?;
//!         let opened: Opened = Session::commit(&mut self.session, trial)?;
//!         if let Some(id) = opened.consumed_one_time {
//!             self.prekeys.one_time.remove(&id);
//!         }
//!         if let Some((id, false)) = opened.consumed_kem {
//!             self.prekeys.kem.remove(&id);
//!         }
//!         self.prekeys.seen.extend(opened.remember_base_key);
//!         Ok(String::from_utf8(opened.plaintext)?)
//!     }
//! }
//!
//! let (mut alice, mut bob) = (Device::new(), Device::new());
//! let bundle = bob.bundle().verify(keys::Mode::Strict)?;
//! alice.starts(&bundle)?;
//!
//! let hello = alice.seals("hello")?;
//! assert_eq!(bob.opens(&hello)?, "hello");
//! // The prekeys that it named are used up, and its key is spent.
//! assert!(bob.prekeys.one_time.is_empty() && bob.prekeys.kem.is_empty());
//! assert!(bob.opens(&hello).is_err());
//!
//! let answer = bob.seals("hello yourself")?;
//! assert_eq!(alice.opens(&answer)?, "hello yourself");
//! let next = alice.seals("how are you?")?;
//! assert!(next.bytes.len() < hello.bytes.len(), "no handshake is carried any more");
//! assert_eq!(bob.opens(&next)?, "how are you?");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod attachment;
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
