//! Ends of links: a key to sign prekeys with, and frames that an end would send.

use alloc::{vec, vec::Vec};

use curve25519_dalek::{constants::ED25519_BASEPOINT_TABLE, scalar::Scalar};
use keys::{KemPublicKey, PublicKey};
use sha2::{Digest, Sha512};
use vocab::{Address, MessageId, NoiseKey, PhoneNumber, UnixMicros};
use wire::{
    signal::{KemPart, PreKeyFields, SignalFields},
    transport::{Ask, Envelope, KemPrekey, Payload, Prekey, ReceiptKind, SignedPrekey},
};

/// Somebody with a link, a number and an identity.
#[derive(Clone)]
pub(super) struct End {
    pub(super) link: NoiseKey,
    pub(super) address: Address,
    private: Scalar,
}

impl End {
    pub(super) fn new(link: u8, digits: &str) -> Self {
        Self::with_identity(link, digits, link)
    }

    pub(super) fn with_identity(link: u8, digits: &str, identity: u8) -> Self {
        let phone = PhoneNumber::parse(digits).unwrap();
        let private = Scalar::from_bytes_mod_order([identity; 32]);
        Self { link: NoiseKey([link; 32]), address: Address::first_device(phone), private }
    }

    pub(super) fn phone(&self) -> PhoneNumber {
        self.address.phone.clone()
    }

    pub(super) fn identity(&self) -> [u8; 33] {
        let point = ED25519_BASEPOINT_TABLE * &self.private;
        PublicKey::from_bytes(point.to_montgomery().to_bytes()).encode()
    }

    /// A signature as deployed clients make it; the nonce need not be secret here.
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let public = (ED25519_BASEPOINT_TABLE * &self.private).compress();
        let nonce = Sha512::new().chain_update(self.private.as_bytes()).chain_update(message);
        let r = Scalar::from_bytes_mod_order_wide(&nonce.finalize().into());
        let commitment = (ED25519_BASEPOINT_TABLE * &r).compress();
        let hash = Sha512::new()
            .chain_update(commitment.as_bytes())
            .chain_update(public.as_bytes())
            .chain_update(message);
        let h = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
        let mut signature = commitment.as_bytes().to_vec();
        signature.extend((r + h * self.private).to_bytes());
        signature[63] |= public.as_bytes()[31] & 0x80;
        signature
    }

    pub(super) fn register(&self) -> Ask {
        self.register_with("")
    }

    pub(super) fn register_with(&self, code: &str) -> Ask {
        Ask::Register {
            address: self.address.clone(),
            registration_id: 77,
            identity_key: self.identity().to_vec(),
            code: code.into(),
        }
    }

    pub(super) fn request_code(&self) -> Ask {
        Ask::RequestCode { address: self.address.clone() }
    }

    pub(super) fn signed(&self, id: u32) -> SignedPrekey {
        let public_key = curve_key(id).to_vec();
        SignedPrekey { id, signature: self.sign(&public_key), public_key }
    }

    pub(super) fn kem(&self, id: u32) -> KemPrekey {
        let public_key = KemPublicKey::from_bytes(&[id as u8; 1568]).to_vec();
        KemPrekey { id, signature: self.sign(&public_key), public_key }
    }

    /// An upload: a signed prekey and a last resort (100), and one-time prekeys of both kinds.
    pub(super) fn publish(&self, ids: core::ops::Range<u32>) -> Ask {
        Ask::Publish {
            address: self.address.clone(),
            signed: Some(self.signed(1)),
            one_time: ids.clone().map(one_time).collect(),
            kem_one_time: ids.map(|id| self.kem(id)).collect(),
            kem_last_resort: Some(self.kem(100_000)),
        }
    }

    pub(super) fn fetch(&self) -> Ask {
        Ask::Fetch { address: self.address.clone() }
    }

    pub(super) fn hello(&self) -> Ask {
        Ask::Hello { address: self.address.clone() }
    }

    pub(super) fn ack(&self, places: &[u64]) -> Ask {
        Ask::Ack { address: self.address.clone(), places: places.to_vec() }
    }

    pub(super) fn block(&self, whom: &Self, on: bool) -> Ask {
        Ask::Block { by: self.phone(), blocked: whom.phone(), on }
    }

    pub(super) fn report(&self, about: &Self, attached: &[&str]) -> Ask {
        Ask::Report {
            by: self.phone(),
            about: about.phone(),
            ids: vec![MessageId([7; 16]); attached.len().max(1)],
            attached: attached.iter().map(|text| alloc::string::String::from(*text)).collect(),
        }
    }

    pub(super) fn writes(&self, to: &Self, number: u32) -> Envelope {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        Envelope {
            id: MessageId(id),
            from: self.address.clone(),
            to: to.address.clone(),
            payload: Payload::Message(ciphertext(number)),
            sent_at: UnixMicros(1),
            attempt: 0,
        }
    }

    pub(super) fn receipt(&self, to: &Self, number: u32, kind: ReceiptKind) -> Envelope {
        let mut envelope = self.writes(to, number);
        envelope.payload = Payload::Receipt { kind, ids: vec![MessageId([1; 16])], attempt: 0 };
        envelope
    }
}

pub(super) fn curve_key(id: u32) -> [u8; 33] {
    let mut u = [9; 32];
    u[..4].copy_from_slice(&id.to_be_bytes());
    PublicKey::from_bytes(u).encode()
}

pub(super) fn one_time(id: u32) -> Prekey {
    Prekey { id, public_key: curve_key(id).to_vec() }
}

/// A SignalMessage that nobody can open.
pub(super) fn ciphertext(number: u32) -> Vec<u8> {
    let fields = SignalFields {
        version: 0x44,
        ratchet_key: &curve_key(1),
        counter: number,
        previous_counter: 0,
        ciphertext: &[number as u8; 160],
        pq_ratchet: &[],
        addresses: None,
    };
    let mut bytes = fields.encode_authenticated();
    bytes.extend([0x3c; 8]);
    bytes
}

/// A PreKeySignalMessage around it.
pub(super) fn first_ciphertext(number: u32) -> Vec<u8> {
    PreKeyFields {
        version: 0x44,
        registration_id: 5,
        pre_key_id: Some(3),
        signed_pre_key_id: 1,
        kem: Some(KemPart { pre_key_id: 2, ciphertext: &[8; 1569] }),
        base_key: &curve_key(2),
        identity_key: &curve_key(3),
        message: &ciphertext(number),
    }
    .encode()
}
