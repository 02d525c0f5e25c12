"""Kyber1024 of round 3, and ML-KEM-768 in the parts that the braid sends."""

import copy

from kyber_py.kyber import Kyber1024
from kyber_py.ml_kem import ML_KEM_768

TYPE = b"\x08"


def _drawing(*draws):
    """Kyber1024 whose randomness is given."""
    left = list(draws)
    kem = copy.copy(Kyber1024)
    kem.random_bytes = lambda length: left.pop(0)
    return kem


def kyber_keys(seed):
    """The public and the private key, in wire form, from d and z."""
    key, secret = _drawing(seed[:32], seed[32:]).keygen()
    return TYPE + key, TYPE + secret


def kyber_encapsulate(key, random):
    secret, ciphertext = _drawing(random).encaps(key[1:])
    return TYPE + ciphertext, secret


def kyber_decapsulate(secret, ciphertext):
    return Kyber1024.decaps(secret[1:], ciphertext[1:])


class BraidKeys:
    """A key pair of ML-KEM-768, cut as the braid sends it."""

    def __init__(self, seed):
        key, self._secret = ML_KEM_768.key_derive(seed)
        self.vector, rho = key[:1152], key[1152:]
        self.header = rho + ML_KEM_768._H(key)

    def decapsulate(self, ct1, ct2):
        return ML_KEM_768.decaps(self._secret, ct1 + ct2)


def encapsulate_first(header, m):
    """ct1 and the shared secret, of which neither needs the vector."""
    kem, (rho, key_hash) = ML_KEM_768, (header[:32], header[32:])
    secret, r = kem._G(m + key_hash)
    matrix = kem._generate_matrix_from_seed(rho, transpose=True)
    y, count = kem._generate_error_vector(r, kem.eta_1, 0)
    noise, _ = kem._generate_error_vector(r, kem.eta_2, count)
    u = (matrix @ y.to_ntt()).from_ntt() + noise
    return u.compress(kem.du).encode(kem.du), secret


def encapsulate_second(header, vector, m):
    """ct1, ct2 and the shared secret of plain ML-KEM-768; raises if the key is not the header's."""
    key = vector + header[:32]
    if ML_KEM_768._H(key) != header[32:]:
        raise ValueError("the vector is not the one that the header announced")
    secret, ciphertext = ML_KEM_768._encaps_internal(key, m)
    return ciphertext[:960], ciphertext[960:], secret
