"""A device: handshake, Double Ratchet or Triple Ratchet, and the bytes of messages."""

import kems
from braid import Differs
from primitives import agree, decrypt, encrypt, hkdf, hmac, public, thirds
from spqr import Spqr
from wire import read, write

EC = b"\x05"
_INFO = {
    "v3": b"WhisperText",
    "v4": b"WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024",
    "v4-spqr": b"WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024",
}
_VERSION = {"v3": b"\x33", "v4": b"\x44", "v4-spqr": b"\x44"}


class _Chain:
    def __init__(self, key, log):
        self._key, self.next, self._kept, self._log = key, 0, {}, log

    def step(self):
        before, self.next = self._key, self.next + 1
        seed, self._key = hmac(before, b"\x01"), hmac(before, b"\x02")
        self._log("kdf-ck mk", {"ck": before}, {"mk": seed})
        self._log("kdf-ck ck", {"ck": before}, {"ck'": self._key})
        return seed

    def take(self, number):
        while self.next <= number:
            seed = self.step()
            self._kept[self.next - 1] = seed
        return self._kept.pop(number)


class Device:
    """One side of a case. `log(name, inputs, outputs)` is told every derivation."""

    def __init__(self, profile, private, registration_id, log):
        self._profile, self._private, self._id, self._log = profile, private, registration_id, log
        self._public = public(private)
        self._receiving, self._previous, self._pending = {}, 0, None
        self._base = self._spqr = self._sending = None

    # The handshake.

    def _agreements(self, pairs):
        material = b"\xff" * 32
        for number, (ours, theirs) in enumerate(pairs, 1):
            shared, name = agree(ours, theirs), f"DH{number}"
            self._log(name, {"ours": public(ours), "theirs": theirs}, {name: shared})
            material += shared
        return material

    def _derive(self, material, initiates):
        with_kem = self._profile != "v3"
        okm = hkdf(None, material, _INFO[self._profile], 96 if with_kem else 64)
        self._root, chain, *key = thirds(okm)
        label = "F || DH1 || DH2 || DH3 [|| DH4]" + (" || SS" if with_kem else "")
        outputs = {"rk": self._root, "ck": chain}
        outputs |= {"pq authentication key": key[0]} if with_kem else {}
        self._log("sk", {label: material}, outputs)
        if self._profile == "v4-spqr":
            self._spqr = Spqr(key[0], initiates, self._log)
        return chain

    def initiate(self, theirs, bundle, base, ratchet, random):
        """`bundle` has the public halves of the prekeys, by kind, each with its id."""
        self._theirs = theirs
        signed = bundle["signed"][1]
        pairs = [(self._private, signed), (base, theirs), (base, signed)]
        if "one_time" in bundle:
            pairs.append((base, bundle["one_time"][1]))
        material, kem = self._agreements(pairs), [None, None]
        if "kem" in bundle:
            key_id, key = bundle["kem"]
            ciphertext, shared = kems.kyber_encapsulate(key, random)
            self._log("pqkem-enc", {"PQPKB": key}, {"CT": ciphertext, "SS": shared})
            material, kem = material + shared, [key_id, ciphertext]
        chain = self._derive(material, True)
        self._receiving[signed] = _Chain(chain, self._log)
        self._turn(ratchet, signed)
        head = [
            (1, bundle["one_time"][0] if "one_time" in bundle else None),
            (2, EC + public(base)),
            (3, EC + self._public),
        ]
        tail = [(5, self._id), (6, bundle["signed"][0]), (7, kem[0]), (8, kem[1])]
        self._pending = head, tail

    def _respond(self, first, prekeys):
        """`prekeys` has the private halves, by kind, each with its id."""
        base, self._theirs = first[2][1:], first[3][1:]
        signed = prekeys["signed"]
        pairs = [(signed[1], self._theirs), (self._private, base), (signed[1], base)]
        named = {"signed": first[6]}
        if 1 in first:
            named["one_time"] = first[1]
            pairs.append((prekeys["one_time"][1], base))
        material = self._agreements(pairs)
        if 8 in first:
            named["kem"] = first[7]
            shared = kems.kyber_decapsulate(prekeys["kem"][1], first[8])
            self._log("pqkem-dec", {"CT": first[8]}, {"SS": shared})
            material += shared
        if named != {kind: key_id for kind, (key_id, _) in prekeys.items()}:
            raise Differs(f"a first message names other prekeys: {named}")
        self._sending = _Chain(self._derive(material, False), self._log)
        self._ratchet, self._base = signed[1], base

    # The ratchet.

    def _agree(self, private, theirs):
        shared, before = agree(private, theirs), self._root
        self._log("dh", {"DHs": public(private), "DHr": theirs}, {"dh_out": shared})
        self._root, chain = thirds(hkdf(before, shared, b"WhisperRatchet", 64))
        self._log("kdf-rk", {"rk": before, "dh_out": shared}, {"rk'": self._root, "ck": chain})
        return _Chain(chain, self._log)

    def _turn(self, private, theirs):
        sending = self._agree(private, theirs)
        if self._sending is not None:
            self._previous = max(self._sending.next - 1, 0)
        self._ratchet, self._sending = private, sending

    def _expand(self, seed, post_quantum):
        okm = hkdf(post_quantum, seed, b"WhisperMessageKeys", 80)
        keys = {"encryption key": okm[:32], "authentication key": okm[32:64], "iv": okm[64:]}
        inputs = {"mk": seed} | ({"pq mk": post_quantum} if post_quantum else {})
        self._log("message keys", inputs, keys)
        return keys

    def _mac(self, keys, sender, receiver, authenticated):
        key, parties = keys["authentication key"], EC + sender + EC + receiver
        tag = hmac(key, parties, authenticated)[:8]
        inputs = {"authentication key": key, "ad sender": parties, "ciphertext": authenticated}
        self._log("mac", inputs, {"tag": tag})
        return tag

    def seal(self, plaintext, random):
        """What a vector file says of a sealed message."""
        number = self._sending.next
        seed = self._sending.step()
        step, key = self._spqr.send(random) if self._spqr else (None, None)
        keys = self._expand(seed, key)
        ciphertext = encrypt(keys["encryption key"], keys["iv"], plaintext)
        fields = [(1, EC + public(self._ratchet)), (2, number), (3, self._previous)]
        message = _VERSION[self._profile] + write([*fields, (4, ciphertext), (5, step)])
        message += self._mac(keys, self._public, self._theirs, message)
        kind = "message"
        if self._pending:
            head, tail = self._pending
            message = _VERSION[self._profile] + write([*head, (4, message), *tail])
            kind = "prekey"
        made = {"kind": kind, "bytes": message, "pq_ratchet": step}
        return {**made, "mk": seed, "pq_mk": key, **keys}

    def open(self, kind, message, ratchet, prekeys):
        """The plaintext. `ratchet` is drawn if the message turns the ratchet; returns whether."""
        if kind == "prekey":
            first = read(message[1:])
            if self._base != first[2][1:]:
                self._respond(first, prekeys)
            message = first[4]
        authenticated, tag = message[:-8], message[-8:]
        fields = read(authenticated[1:])
        theirs = fields[1][1:]
        is_new = theirs not in self._receiving
        if is_new:
            self._receiving[theirs] = self._agree(self._ratchet, theirs)
        seed = self._receiving[theirs].take(fields[2])
        keys = self._expand(seed, self._spqr.receive(fields[5]) if self._spqr else None)
        if self._mac(keys, self._theirs, self._public, authenticated) != tag:
            raise Differs("the MAC of a message")
        plaintext = decrypt(keys["encryption key"], keys["iv"], fields[4])
        if is_new:
            if ratchet is None:
                raise Differs("a message turns the ratchet, and no key is given for that")
            self._turn(ratchet, theirs)
        self._pending = None
        return plaintext, is_new
