//! XEdDSA signing (XEdDSA revision 1), as the deployed clients sign.
//!
//! Verification is in `keys`: those who check what people publish hold no secrets.

use curve25519_dalek::{edwards::EdwardsPoint, scalar::Scalar};
use keys::{SIGNATURE_BYTES, Signature};
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use crate::crypto::{
    count::{Operation, count},
    dh::PrivateKey,
};

//= spec: xeddsa r1 2.4 encoding — 31 bytes and seven bits of y, and the sign of x.
/// The Edwards form of a signing key's public half: 31 bytes and a bit of `y`, and the sign of `x`.
#[derive(Clone, Copy)]
pub(crate) struct EdwardsPublic([u8; 32]);

impl EdwardsPublic {
    /// The public half of `key`.
    pub(crate) fn of(key: &PrivateKey) -> Self {
        count(Operation::SigningKey);
        let scalar = Zeroizing::new(Scalar::from_bytes_mod_order(*key.expose()));
        Self(EdwardsPoint::mul_base(&scalar).compress().to_bytes())
    }

    const fn sign_bit(&self) -> u8 {
        let [.., top] = self.0;
        top & 0x80
    }
}

//= spec: xeddsa r1 3 xeddsa-sign — the nonce is a hash, in the domain of 2^256 - 2, of the private
//= key, the message and 64 random bytes; the signature is R and r + ha.
//= spec: xeddsa r1 2.3 calculate-key-pair — the paper negates the private key so that the sign bit
//= is zero. Deployed signers keep the key and carry the sign bit in the signature's last bit.
/// Signs `message`.
pub(crate) fn sign(
    key: &PrivateKey,
    public: &EdwardsPublic,
    message: &[u8],
    random: &[u8; 64],
) -> Signature {
    count(Operation::Sign);
    let a = Zeroizing::new(Scalar::from_bytes_mod_order(*key.expose()));
    let mut domain = [0xff; 32];
    domain[0] = 0xfe;
    //= spec: xeddsa r1 2.5 sha-512 — the hash of the paper.
    //= spec: xeddsa r1 2.5 domain — 2^256 - 2 begins no scalar and no point.
    let nonce = Sha512::new()
        .chain_update(domain)
        .chain_update(key.expose())
        .chain_update(message)
        .chain_update(random);
    let nonce = Zeroizing::new(<[u8; 64]>::from(nonce.finalize()));
    let r = Zeroizing::new(Scalar::from_bytes_mod_order_wide(&nonce));
    //= spec: xeddsa r1 5 curve25519 — the base point and the order are those of Curve25519.
    let commitment = EdwardsPoint::mul_base(&r).compress().to_bytes();
    let challenge =
        Sha512::new().chain_update(commitment).chain_update(public.0).chain_update(message);
    let h = Scalar::from_bytes_mod_order_wide(&challenge.finalize().into());
    #[expect(clippy::arithmetic_side_effects, reason = "arithmetic modulo the group order")]
    let [low @ .., top] = (*r + h * *a).to_bytes();

    let mut signature = [0; SIGNATURE_BYTES];
    let bytes = commitment.into_iter().chain(low).chain([top | public.sign_bit()]);
    signature.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = byte);
    Signature(signature)
}

#[cfg(test)]
mod tests;
