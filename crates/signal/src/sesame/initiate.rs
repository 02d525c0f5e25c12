//! Starting a session from a verified bundle (X3DH section 3.3, PQXDH section 3.3).

use alloc::{boxed::Box, collections::VecDeque};

use keys::VerifiedBundle;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{
    session::Session,
    state::{Changed, Pending, State},
};
use crate::{
    crypto::dh::KeyPair, double_ratchet::ratchet::Ratchet, error::InitiateError,
    identity::IdentityKeyPair, pqxdh, profile::Profile, spqr::Spqr, trace::Tracer, x3dh,
};

//= spec: x3dh r1 2.4 fresh-ephemeral — each session takes randomness of its own.
//= spec: pqxdh r3 2.4 fresh-ephemeral — the same.
/// What starting a session draws.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct InitiateRandomness {
    /// The ephemeral private key, before clamping.
    pub base: [u8; 32],
    /// The first ratchet private key, before clamping.
    pub ratchet: [u8; 32],
    /// What the KEM encapsulates with; unused in profile `v3`.
    pub encapsulation: [u8; 32],
}

impl Session {
    /// Starts a session with the device that published `bundle`.
    ///
    /// Whether the bundle's identity is the right one was the caller's question before.
    ///
    /// # Errors
    ///
    /// [`InitiateError`] if the bundle lacks what `profile` needs or holds a key of small order.
    pub fn initiate(
        profile: Profile,
        ours: &IdentityKeyPair,
        our_registration_id: u32,
        bundle: &VerifiedBundle,
        r: InitiateRandomness,
        now_seconds: u64,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Result<Self, InitiateError> {
        let state = new_state(profile, ours, our_registration_id, bundle, r, now_seconds, trace)?;
        let remote = state.remote_identity;
        Ok(Self {
            current: Some(state),
            archive: VecDeque::new(),
            remote,
            steps: 0,
            changed: Changed::ALL,
        })
    }

    //= spec: sesame r2 3.3 discard — on an error the record stays as it was.
    /// As [`initiate`](Self::initiate), on an existing record: the current state is archived.
    ///
    /// # Errors
    ///
    /// As [`initiate`](Self::initiate); the record is unchanged then.
    #[expect(clippy::too_many_arguments, reason = "those of `initiate`, and the record")]
    pub fn initiate_over(
        &mut self,
        profile: Profile,
        ours: &IdentityKeyPair,
        our_registration_id: u32,
        bundle: &VerifiedBundle,
        r: InitiateRandomness,
        now_seconds: u64,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Result<(), InitiateError> {
        self.insert(new_state(profile, ours, our_registration_id, bundle, r, now_seconds, trace)?);
        Ok(())
    }
}

//= spec: x3dh r1 3.3 delete-ephemeral — pair and agreements are wiped where this ends.
//= spec: pqxdh r3 3.3 delete-secrets — and so is the KEM secret.
fn new_state(
    profile: Profile,
    ours: &IdentityKeyPair,
    our_registration_id: u32,
    bundle: &VerifiedBundle,
    mut r: InitiateRandomness,
    now_seconds: u64,
    trace: &mut (impl Tracer + ?Sized),
) -> Result<Box<State>, InitiateError> {
    let bundle = bundle.get();
    let base = KeyPair::from_secret(&mut r.base);
    let mut input = x3dh::initiator(ours, &base, bundle, trace)?;
    let (keys, kem, post_quantum) = if profile.has_kem() {
        let prekey = bundle.kem.as_ref().ok_or(InitiateError::NoKemPreKey)?;
        let ciphertext = pqxdh::encapsulate(&mut input, &prekey.key, r.encapsulation, trace);
        let keys = pqxdh::derive(&input, trace);
        let spqr = profile.has_post_quantum_ratchet().then(|| {
            let offered = profile == Profile::V4Negotiated;
            Spqr::initiator(keys.authentication.expose(), offered, trace)
        });
        (keys.handshake, Some((prekey.id, ciphertext)), spqr)
    } else {
        (x3dh::derive(&input, trace), None, None)
    };
    let ratchet_key = KeyPair::from_secret(&mut r.ratchet);
    let ratchet =
        Ratchet::initiator(&keys.root, keys.chain, bundle.signed.key, ratchet_key, trace)?;
    let one_time = bundle.one_time.map(|prekey| prekey.id);
    Ok(Box::new(State {
        profile,
        our_identity: ours.public(),
        remote_identity: bundle.identity,
        our_registration_id,
        remote_registration_id: bundle.registration_id,
        base_key: base.public,
        created_seconds: now_seconds,
        flight: None,
        pending: Some(Pending { one_time, signed: bundle.signed.id, kem }),
        ratchet,
        post_quantum,
    }))
}
