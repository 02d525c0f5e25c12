//! ML-KEM-768 (FIPS 203) in the pieces that the braid sends (ML-KEM Braid section 1.2.1).
//!
//! An encapsulation key is a header of 64 bytes (the matrix seed and a hash over the key) and a
//! vector of 1,152 bytes; a ciphertext is two parts, the first of which needs the header alone.
//! Put together they are plain ML-KEM-768. Only seeds are kept: both operations repeat from them,
//! so that no half-finished state of the library is ever stored.

use alloc::boxed::Box;

use libcrux_ml_kem::mlkem768::{self, MlKem768Ciphertext, MlKem768PublicKey, incremental};
use libcrux_ml_kem::{MlKemCiphertext, MlKemPrivateKey};
use zeroize::{Zeroize, Zeroizing};

use super::{
    count::{Operation, count},
    secret::{KEY_BYTES, secret_key},
};

/// Length of the first part of an encapsulation key: matrix seed and key hash.
pub(crate) const HEADER_BYTES: usize = 64;
/// Length of the second part of an encapsulation key.
pub(crate) const VECTOR_BYTES: usize = 1_152;
/// Length of the first part of a ciphertext.
pub(crate) const CT1_BYTES: usize = 960;
/// Length of the second part of a ciphertext.
pub(crate) const CT2_BYTES: usize = 128;
/// Length of a key generation seed.
pub(crate) const SEED_BYTES: usize = 64;

const KEY_LENGTH: usize = VECTOR_BYTES + 32;
const CIPHERTEXT_LENGTH: usize = CT1_BYTES + CT2_BYTES;

/// The first part of an encapsulation key.
pub(crate) type Header = [u8; HEADER_BYTES];
/// The second part of an encapsulation key.
pub(crate) type Vector = [u8; VECTOR_BYTES];
/// The first part of a ciphertext.
pub(crate) type Ct1 = [u8; CT1_BYTES];
/// The second part of a ciphertext.
pub(crate) type Ct2 = [u8; CT2_BYTES];

secret_key! {
    /// The private half of a key pair: the seed that it grows from.
    DecapsulationSeed, SEED_BYTES
}

impl DecapsulationSeed {
    /// Both parts of the encapsulation key.
    pub(crate) fn public(&self) -> (Header, Box<Vector>) {
        count(Operation::GenerateKem);
        let pair = incremental::KeyPairCompressedBytes::from_seed(*self.expose());
        let public = (*pair.pk1(), Box::new(*pair.pk2()));
        wipe(&mut pair.to_bytes());
        public
    }

    /// The secret in a ciphertext. A wrong ciphertext yields another secret, which a MAC finds out.
    pub(crate) fn decapsulate(&self, ct1: &Ct1, ct2: &Ct2) -> Zeroizing<[u8; KEY_BYTES]> {
        count(Operation::GenerateKem);
        count(Operation::Decapsulate);
        let mut pair = incremental::KeyPairCompressedBytes::from_seed(*self.expose()).to_bytes();
        let key = MlKemPrivateKey::from(&pair);
        let mut joined = [0; CIPHERTEXT_LENGTH];
        joined.iter_mut().zip(ct1.iter().chain(ct2)).for_each(|(slot, byte)| *slot = *byte);
        let shared = mlkem768::decapsulate(&key, &MlKemCiphertext::from(&joined));
        wipe(&mut pair);
        Zeroizing::new(shared)
    }
}

secret_key! {
    /// What an encapsulation grows from. With the header it gives the secret and the first part of
    /// the ciphertext, with the vector too the second part.
    EncapsulationSeed
}

impl EncapsulationSeed {
    /// The first part of the ciphertext, and the secret.
    pub(crate) fn first(&self, header: &Header) -> (Box<Ct1>, Zeroizing<[u8; KEY_BYTES]>) {
        count(Operation::Encapsulate);
        let mut state = Zeroizing::new([0; incremental::encaps_state_len()]);
        let mut shared = Zeroizing::new([0; KEY_BYTES]);
        let (state, slot) = (state.as_mut_slice(), shared.as_mut_slice());
        match incremental::encapsulate1(header, *self.expose(), state, slot) {
            Ok(ct1) => (Box::new(ct1.value), shared),
            Err(_) => unreachable!("every length is a constant of the library"),
        }
    }

    /// Both parts of the ciphertext.
    pub(crate) fn both(&self, header: &Header, vector: &Vector) -> (Box<Ct1>, Ct2) {
        count(Operation::Encapsulate);
        let key = MlKem768PublicKey::from(&joined(header, vector));
        let (ciphertext, mut shared): (MlKem768Ciphertext, _) =
            mlkem768::encapsulate(&key, *self.expose());
        shared.zeroize();
        let (mut ct1, mut ct2) = (Box::new([0; CT1_BYTES]), [0; CT2_BYTES]);
        let slots = ct1.iter_mut().chain(&mut ct2);
        slots.zip(ciphertext.as_slice()).for_each(|(slot, byte)| *slot = *byte);
        (ct1, ct2)
    }
}

//= spec: mlkem-braid r1 1.2.1 header-fields — seed and hash of vector and seed, in the order of
//= FIPS 203.
/// Whether `vector` is what `header` announced: the hash holds, and every coefficient is reduced.
pub(crate) fn is_consistent(header: &Header, vector: &Vector) -> bool {
    incremental::validate_pk_bytes(header, vector).is_ok()
}

/// The encapsulation key as FIPS 203 has it: vector, then matrix seed.
fn joined(header: &Header, vector: &Vector) -> [u8; KEY_LENGTH] {
    let mut key = [0; KEY_LENGTH];
    key.iter_mut().zip(vector.iter().chain(header)).for_each(|(slot, byte)| *slot = *byte);
    key
}

fn wipe(bytes: &mut [u8]) {
    bytes.zeroize();
}

#[cfg(test)]
mod tests;
