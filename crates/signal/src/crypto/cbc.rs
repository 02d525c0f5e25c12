//! AES-256-CBC with PKCS#7 padding (Double Ratchet section 7.2).

use alloc::vec::Vec;

use aes::Aes256;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use keys::count::{Operation, count};

/// Length of an initialisation vector.
pub(crate) const IV_BYTES: usize = 16;

//= spec: pqxdh r3 4.7 aead — AES-256, under a tag.
/// Encrypts `plaintext`. One key and IV serve one message.
pub(crate) fn encrypt(key: &[u8; 32], iv: &[u8; IV_BYTES], plaintext: &[u8]) -> Vec<u8> {
    count(Operation::CbcKey, 1);
    count(Operation::CbcEncrypt, (plaintext.len() / IV_BYTES).saturating_add(1));
    ::cbc::Encryptor::<Aes256>::new(key.into(), iv.into()).encrypt_padded_vec::<Pkcs7>(plaintext)
}

/// Decrypts `ciphertext`; `None` if it is not whole blocks with good padding.
///
/// Called only after the MAC has held: an answer about padding tells a forger nothing.
pub(crate) fn decrypt(key: &[u8; 32], iv: &[u8; IV_BYTES], ciphertext: &[u8]) -> Option<Vec<u8>> {
    count(Operation::CbcKey, 1);
    count(Operation::CbcDecrypt, ciphertext.len() / IV_BYTES);
    ::cbc::Decryptor::<Aes256>::new(key.into(), iv.into())
        .decrypt_padded_vec::<Pkcs7>(ciphertext)
        .ok()
}
