//! What a session starts from, checked: a bundle as the transport hands it out.

use keys::{Bundle, IdentityKey, Mode, PublicKey, Signature, VerifiedBundle};
use wire::transport;

/// The bundle with its signatures verified; `None` if anything about it is wrong.
pub fn verified(bundle: &transport::Bundle) -> Option<VerifiedBundle> {
    let signed = bundle.signed_prekey.as_ref()?;
    let unverified = Bundle {
        registration_id: bundle.registration_id,
        device: bundle.device,
        identity: IdentityKey::decode(&bundle.identity_key).ok()?,
        signed: keys::SignedPreKey {
            id: signed.id,
            key: PublicKey::decode(&signed.public_key).ok()?,
            signature: Signature::from_slice(&signed.signature)?,
        },
        one_time: match &bundle.one_time {
            Some(prekey) => Some(keys::OneTimePreKey {
                id: prekey.id,
                key: PublicKey::decode(&prekey.public_key).ok()?,
            }),
            None => None,
        },
        kem: match &bundle.kem {
            Some(prekey) => Some(keys::KemPreKey {
                id: prekey.id,
                key: keys::KemPublicKey::decode(&prekey.public_key).ok()?,
                signature: Signature::from_slice(&prekey.signature)?,
            }),
            None => None,
        },
    };
    unverified.verify(Mode::Compat).ok()
}
