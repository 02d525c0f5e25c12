"""X25519, HMAC, HKDF, AES-CBC and XEdDSA signatures, as deployed clients use them."""

import hashlib
import hmac as _hmac

from cryptography.hazmat.primitives import padding, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def hmac(key, *parts):
    return _hmac.digest(key, b"".join(parts), "sha256")


def hkdf(salt, ikm, info, length):
    """RFC 5869 with SHA-256; no salt is 32 zero bytes."""
    prk, okm, block = hmac(salt or bytes(32), ikm), b"", b""
    while len(okm) < length:
        block = hmac(prk, block, info, bytes([len(okm) // 32 + 1]))
        okm += block
    return okm[:length]


def thirds(okm):
    return [okm[at : at + 32] for at in range(0, len(okm), 32)]


def public(private):
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes(*_RAW)


def agree(private, theirs):
    key = X25519PrivateKey.from_private_bytes(private)
    return key.exchange(X25519PublicKey.from_public_bytes(theirs))


def encrypt(key, iv, plaintext):
    pad = padding.PKCS7(128).padder()
    sealer = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return sealer.update(pad.update(plaintext) + pad.finalize()) + sealer.finalize()


def decrypt(key, iv, ciphertext):
    opener = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    pad = padding.PKCS7(128).unpadder()
    return pad.update(opener.update(ciphertext) + opener.finalize()) + pad.finalize()


# The Edwards form of Curve25519, for signatures: affine addition is enough for a handful of them.
_D = -121665 * pow(121666, -1, _P) % _P
_BASE = (
    15112221349535400772501151409588531511454012693041857206046113283949847762202,
    46316835694926478169428394003475163141307993866256225615783033603165251855960,
)


def _add(one, other):
    (x1, y1), (x2, y2) = one, other
    product = _D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, _P)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, _P)
    return x % _P, y % _P


def _base_times(scalar):
    point, power = (0, 1), _BASE
    while scalar:
        if scalar & 1:
            point = _add(point, power)
        power, scalar = _add(power, power), scalar >> 1
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _hash(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % _ORDER


def sign(private, message, random):
    """XEdDSA, but the key keeps its sign, which goes into the signature's last bit."""
    a = int.from_bytes(private, "little")
    key = _base_times(a % _ORDER)
    r = _hash(b"\xfe" + b"\xff" * 31, private, message, random)
    commitment = _base_times(r)
    s = (r + _hash(commitment, key, message) * a) % _ORDER
    return commitment + (s | (key[31] >> 7) << 255).to_bytes(32, "little")


def verify(montgomery, message, signature):
    """By the Ed25519 of another library; raises if the signature does not hold."""
    u = int.from_bytes(montgomery, "little")
    y = (u - 1) * pow(u + 1, -1, _P) % _P
    key = (y | (signature[63] >> 7) << 255).to_bytes(32, "little")
    plain = signature[:63] + bytes([signature[63] & 0x7F])
    Ed25519PublicKey.from_public_bytes(key).verify(plain, message)
