#!/usr/bin/env python3
"""Recomputes the example of docs/reference/device-link.md from the page alone.

An implementation of its own, on the primitives of the package `cryptography`: if the page leaves
something out or says something else than the crate `link` does, the bytes differ.
Usage: link.py [PAGE]
"""
import hashlib
import hmac
import re
import sys

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

INTRO = b"BPL\x01"
PROLOGUE = b"blindpost device link " + INTRO
NAME = b"Noise_XX_25519_AESGCM_SHA256"


class Pair:
    def __init__(self, secret):
        self.secret = X25519PrivateKey.from_private_bytes(secret)
        self.public = self.secret.public_key().public_bytes_raw()

    def agree(self, public):
        return self.secret.exchange(X25519PublicKey.from_public_bytes(public))


def ephemeral(byte):
    """The first 32 bytes of ChaCha20's key stream."""
    encryptor = Cipher(algorithms.ChaCha20(bytes([byte]) * 32, bytes(16)), None).encryptor()
    return Pair(encryptor.update(bytes(32)))


def seal(key, number, plain, bound=b""):
    return AESGCM(key).encrypt(bytes(4) + number.to_bytes(8, "big"), plain, bound)


def with_length(message):
    return len(message).to_bytes(3, "big") + message


class Symmetric:
    """Noise's SymmetricState (section 5.2)."""

    def __init__(self):
        self.hash = NAME.ljust(32, b"\0")
        self.chaining, self.key, self.number = self.hash, None, 0
        self.mix_hash(PROLOGUE)

    def mix_hash(self, data):
        self.hash = hashlib.sha256(self.hash + data).digest()

    def derived(self, material):
        one = hmac.digest(self.chaining, material, "sha256")
        first = hmac.digest(one, b"\1", "sha256")
        return first, hmac.digest(one, first + b"\2", "sha256")

    def mix_key(self, material):
        (self.chaining, self.key), self.number = self.derived(material), 0

    def sealed(self, plain):
        out = plain
        if self.key:
            out = seal(self.key, self.number, plain, self.hash)
            self.number += 1
        self.mix_hash(out)
        return out


def example():
    client, server = Pair(b"\1" * 32), Pair(b"\2" * 32)
    here, there = ephemeral(0x03), ephemeral(0x83)
    state = Symmetric()
    first = state.sealed(here.public) + state.sealed(b"")

    state.mix_hash(there.public)
    state.mix_key(here.agree(there.public))
    second = there.public + state.sealed(server.public)
    state.mix_key(here.agree(server.public))
    second += state.sealed(b"")

    third = state.sealed(client.public)
    state.mix_key(client.agree(there.public))
    third += state.sealed(b"")
    to_server, to_client = state.derived(b"")
    return {
        "client: intro and message 1": INTRO + with_length(first),
        "server: message 2": with_length(second),
        "client: message 3": with_length(third),
        "client: record 0, the frame": with_length(seal(to_server, 0, b"hello" + b"\0")),
        "server: record 0, the ping": with_length(
            seal(to_client, 0, (7).to_bytes(8, "big") + b"\2")
        ),
        "key to the server": to_server,
        "key to the client": to_client,
    }


def main():
    page = open(sys.argv[1] if len(sys.argv) > 1 else "docs/reference/device-link.md").read()
    told = re.search(r"## An example.*?```text\n(.*?)```", page, re.S).group(1)
    expected = ""
    for name, data in example().items():
        lines = [data[at : at + 32].hex() for at in range(0, len(data), 32)]
        expected += "\n".join([name, *lines, ""])
    if told != expected:
        sys.exit(f"the page's example is not what the page says; by it, it is\n{expected}")
    print(f"the example of {len(example())} parts is what the page says")


if __name__ == "__main__":
    main()
