"""The functions that Signal's version 3 puts into DoubleRatchet and X3DH."""

import hmac

import doubleratchet
import x3dh
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from doubleratchet.recommended import HashFunction, kdf_hkdf, kdf_separate_hmacs
from doubleratchet.recommended.diffie_hellman_ratchet_curve25519 import DiffieHellmanRatchet

from wire import field, pack, unpack

# What is sent. Received is also 0x34, which later versions of the official client make of it.
VERSION = b"\x33"
IDENTITIES = 66  # Bytes of the two identity keys, the sender's first, that each MAC covers.


class State(x3dh.BaseState):
    """One signed prekey, and at most one that is used once."""

    @staticmethod
    def _encode_public_key(key_format, pub):
        return b"\x05" + pub


class RootKdf(kdf_hkdf.KDF):
    @staticmethod
    def _get_hash_function():
        return HashFunction.SHA_256

    @staticmethod
    def _get_info():
        return b"WhisperRatchet"


class ChainKdf(kdf_separate_hmacs.KDF):
    @staticmethod
    def _get_hash_function():
        return HashFunction.SHA_256


def message_keys(seed):
    keys = HKDF(hashes.SHA256(), 80, None, b"WhisperMessageKeys").derive(seed)
    return Cipher(algorithms.AES(keys[:32]), modes.CBC(keys[64:])), keys[32:64]


class Aead(doubleratchet.AEAD):
    """What it calls a ciphertext is a whole message, from its version to its MAC."""

    @staticmethod
    async def encrypt(plaintext, key, associated_data):
        identities, header = associated_data[:IDENTITIES], associated_data[IDENTITIES:]
        (cipher, mac_key), padder = message_keys(key), padding.PKCS7(128).padder()
        padded = padder.update(plaintext) + padder.finalize()
        message = VERSION + header + pack({4: cipher.encryptor().update(padded)})
        return message + hmac.digest(mac_key, identities + message, "sha256")[:8]

    @staticmethod
    async def decrypt(ciphertext, key, associated_data):
        identities, message = associated_data[:IDENTITIES], ciphertext[:-8]
        (cipher, mac_key), unpadder = message_keys(key), padding.PKCS7(128).unpadder()
        expected = hmac.digest(mac_key, identities + message, "sha256")[:8]
        if not hmac.compare_digest(expected, ciphertext[-8:]):
            raise doubleratchet.AuthenticationFailedException("bad MAC")
        sealed = field(unpack(message[1:]), 4, bytes)
        return unpadder.update(cipher.decryptor().update(sealed)) + unpadder.finalize()


class Ratchet(doubleratchet.DoubleRatchet):
    @staticmethod
    def _build_associated_data(associated_data, header):
        # What is deployed counts the messages of the chain before from 0.
        previous = max(header.previous_sending_chain_length - 1, 0)
        numbers = {2: header.sending_chain_length, 3: previous}
        return associated_data + pack({1: b"\x05" + header.ratchet_pub, **numbers})


# How far a chain may run ahead; the package keeps as many keys of what it skips.
MOST_SKIPPED = 25_000
# The arguments of every ratchet. The constant gives the next chain key, then the message's.
SUITE = (DiffieHellmanRatchet, RootKdf, ChainKdf, b"\x02\x01", MOST_SKIPPED, MOST_SKIPPED, Aead)
