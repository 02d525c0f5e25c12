//! One use of each primitive, for whoever measures what it costs: with the feature `count` alone.

use alloc::{boxed::Box, vec::Vec};
use core::hint::black_box;

use keys::{Mode, count::Operation};

use super::{
    cbc,
    dh::KeyPair,
    hash,
    kem::{self, KemSeed},
};
use crate::{
    identity::IdentityKeyPair,
    xeddsa::{self, EdwardsPublic},
};

/// What does an operation so many times, in one call, and nothing else that costs anything.
pub struct Unit {
    /// The operation.
    pub operation: Operation,
    /// How often a call does it.
    pub times: u32,
    /// The call.
    pub call: Box<dyn FnMut()>,
}

impl core::fmt::Debug for Unit {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Unit({:?}, {} times)", self.operation, self.times)
    }
}

/// Bytes of the long text of [`cbc_calls`].
const LONG: usize = 4_096;

/// A call of every operation of the protocol but AES's, which [`cbc_calls`] has.
pub fn units() -> Vec<Unit> {
    let mut units = curve();
    units.extend(encapsulation());
    let key = [5; 32];
    // Two compressions for the key, one for the text, one outside.
    units.push(unit(Operation::Compress, 4, move || {
        let mut mac = hash::hmac(black_box(&key));
        hmac::Mac::update(&mut mac, &[1]);
        black_box(hash::finish(mac));
    }));
    units
}

fn curve() -> Vec<Unit> {
    let (ours, theirs) = (pair(1), pair(2));
    let identity = IdentityKeyPair::generate([3; 32]);
    let signature = identity.sign(&[4; 33], [5; 64]);
    let (signer, public) = (pair(3).private, identity.public());
    let edwards = EdwardsPublic::of(&signer);
    let (first, second, third) = (pair(1).private, pair(2).public, pair(3).private);
    alloc::vec![
        unit(Operation::Agree, 1, move || {
            let _ = black_box(ours.private.agree(black_box(&theirs.public)));
        }),
        unit(Operation::Generate, 1, move || {
            black_box(black_box(&first).public());
        }),
        unit(Operation::Torsion, 1, move || {
            black_box(black_box(&second).is_canonical_and_torsion_free());
        }),
        unit(Operation::SigningKey, 1, move || {
            black_box(EdwardsPublic::of(black_box(&third)));
        }),
        unit(Operation::Sign, 1, move || {
            black_box(xeddsa::sign(&signer, &edwards, black_box(&[4; 33]), &[5; 64]));
        }),
        unit(Operation::Verify, 1, move || {
            let _ = black_box(public.verify(black_box(&[4; 33]), &signature, Mode::Compat));
        }),
    ]
}

fn encapsulation() -> Vec<Unit> {
    let seed = KemSeed::from_secret(&mut [6; 64]);
    let (public, private) = (seed.public(), seed.expand());
    let (ciphertext, _) = kem::encapsulate(&public, [7; 32]);
    alloc::vec![
        unit(Operation::GenerateKem, 1, move || {
            black_box(seed.public());
        }),
        unit(Operation::Encapsulate, 1, move || {
            black_box(kem::encapsulate(black_box(&public), [7; 32]));
        }),
        unit(Operation::Decapsulate, 1, move || {
            black_box(private.decapsulate(black_box(&ciphertext)));
        }),
    ]
}

/// Encrypts, or decrypts, one block and then as many as the second number says: the difference is
/// what blocks cost.
pub fn cbc_calls(decrypts: bool) -> [(u32, Box<dyn FnMut()>); 2] {
    let (key, iv) = ([8; 32], [9; cbc::IV_BYTES]);
    [15, LONG.saturating_sub(1)].map(|length| {
        let plain = alloc::vec![10; length];
        let sealed = cbc::encrypt(&key, &iv, &plain);
        let blocks = u32::try_from(sealed.len() / cbc::IV_BYTES).unwrap_or(u32::MAX);
        let call: Box<dyn FnMut()> = if decrypts {
            Box::new(move || {
                black_box(cbc::decrypt(&key, &iv, black_box(&sealed)));
            })
        } else {
            Box::new(move || {
                black_box(cbc::encrypt(&key, &iv, black_box(&plain)));
            })
        };
        (blocks, call)
    })
}

fn unit(operation: Operation, times: u32, call: impl FnMut() + 'static) -> Unit {
    Unit { operation, times, call: Box::new(call) }
}

fn pair(byte: u8) -> KeyPair {
    KeyPair::from_secret(&mut [byte; 32])
}
