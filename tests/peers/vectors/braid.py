"""The ML-KEM Braid, as deployed."""

import kems
from erasure import Decoder, Encoder
from primitives import hkdf, hmac, thirds

_PROTOCOL = b"Signal_PQCKA_V1_MLKEM768"
NONE, HEADER, VECTOR, VECTOR_ACK, CT1_ACK, CT1, CT2 = range(7)
_ROWS = {"header": 3, "vector": 36, "ct1": 30, "ct2": 5}


class Differs(Exception):
    """Something does not authenticate, or is not what it has to be."""


def _expect(holds, what):
    if not holds:
        raise Differs(what)


class _Authenticator:
    def __init__(self, key, log):
        self._root, self._key, self._log = bytes(32), None, log
        self.update(1, key)

    def update(self, epoch, key):
        number = epoch.to_bytes(8, "big")
        info = _PROTOCOL + b":Authenticator Update" + number
        before = self._root
        self._root, self._key = thirds(hkdf(None, before + key, info, 64))
        inputs = {"root_key": before, "update_key": key, "epoch": number}
        self._log("kdf-auth", inputs, {"root_key'": self._root, "mac_key": self._key})

    def mac(self, label, epoch, *parts):
        return hmac(self._key, _PROTOCOL, label, epoch.to_bytes(8, "big"), *parts)


class Braid:
    """One side: `state` is named as in the specification."""

    def __init__(self, key, initiates, log):
        self.epoch, self._log = 1, log
        self._auth = _Authenticator(key, log)
        self._enter("NoHeaderReceived", decoder=Decoder(_ROWS["header"]))
        if initiates:
            self._enter("KeysUnsampled")

    def _enter(self, state, **kept):
        self.state, self._kept = state, kept

    def _go(self, state, **more):
        self._enter(state, **{**self._kept, **more})

    def _secret(self, shared):
        number = self.epoch.to_bytes(8, "big")
        secret = hkdf(None, shared, _PROTOCOL + b":SCKA Key" + number, 32)
        self._log("kdf-ok", {"ss": shared, "epoch": number}, {"epoch secret": secret})
        self._auth.update(self.epoch, secret)
        return secret

    # Sending: the type, the chunk if there is one, and the epoch's secret if there is one.

    def send(self, random):
        match self.state:
            case "KeysUnsampled":
                self._sample_keys(random)
                return HEADER, self._kept["encoder"].chunk(), None
            case "HeaderReceived":
                secret = self._sample_ct1(random)
                return CT1, self._kept["encoder"].chunk(), secret
        carried = {
            "KeysSampled": HEADER,
            "HeaderSent": VECTOR,
            "Ct1Received": VECTOR_ACK,
            "Ct1Sampled": CT1,
            "EkReceivedCt1Sampled": CT1,
            "Ct2Sampled": CT2,
        }
        if self.state in carried:
            return carried[self.state], self._kept["encoder"].chunk(), None
        return (CT1_ACK if self.state == "EkSentCt1Received" else NONE), None, None

    def _sample_keys(self, seed):
        keys = kems.BraidKeys(seed)
        whole = keys.header + self._auth.mac(b":ekheader", self.epoch, keys.header)
        outputs = {"ek_header || mac": whole, "ek_vector": keys.vector}
        self._log("keygen", {"d || z": seed}, outputs)
        self._enter("KeysSampled", keys=keys, encoder=Encoder(whole))

    def _sample_ct1(self, m):
        header = self._kept["header"]
        ct1, shared = kems.encapsulate_first(header, m)
        self._log("encaps1", {"ek_header": header, "m": m}, {"ct1": ct1, "ss": shared})
        secret = self._secret(shared)
        decoder, encoder = Decoder(_ROWS["vector"]), Encoder(ct1)
        self._go("Ct1Sampled", m=m, ct1=ct1, shared=shared, decoder=decoder, encoder=encoder)
        return secret

    # Receiving: the epoch's secret if there is one.

    def receive(self, epoch, kind, chunk):
        if epoch > self.epoch:
            expected = epoch == self.epoch + 1 and self.state == "Ct2Sampled"
            _expect(expected, f"epoch {epoch} while in {self.epoch}")
            self.epoch = epoch
            self._enter("KeysUnsampled")
        elif epoch == self.epoch:
            return self._receive(kind, chunk)
        return None

    def _receive(self, kind, chunk):
        match self.state, kind:
            case "KeysSampled", 5:
                vector, ct1 = Encoder(self._kept["keys"].vector), Decoder(_ROWS["ct1"])
                ct1.add(*chunk)
                self._go("HeaderSent", encoder=vector, decoder=ct1)
            case "HeaderSent", 5:
                if ct1 := self._add(chunk):
                    self._go("Ct1Received", ct1=ct1)
            case "Ct1Received", 6:
                ct2 = Decoder(_ROWS["ct2"])
                ct2.add(*chunk)
                self._go("EkSentCt1Received", decoder=ct2)
            case "EkSentCt1Received", 6:
                if whole := self._add(chunk):
                    return self._agree(whole)
            case "NoHeaderReceived", 1:
                if whole := self._add(chunk):
                    mac = self._auth.mac(b":ekheader", self.epoch, whole[:64])
                    _expect(mac == whole[64:], "the MAC of a header")
                    self._enter("HeaderReceived", header=whole[:64])
            case "Ct1Sampled", 2:
                if vector := self._add(chunk):
                    self._go("EkReceivedCt1Sampled", vector=vector)
            case ("Ct1Sampled", 3) | ("Ct1Acknowledged", 2 | 3):
                self._go("Ct1Acknowledged")
                if vector := self._add(chunk):
                    self._make_ct2(vector)
            case "EkReceivedCt1Sampled", 3 | 4:
                self._make_ct2(self._kept["vector"])
        return None

    def _add(self, chunk):
        return self._kept["decoder"].add(*chunk)

    def _agree(self, whole):
        ct1, ct2 = self._kept["ct1"], whole[:128]
        shared = self._kept["keys"].decapsulate(ct1, ct2)
        self._log("decaps", {"ct1": ct1, "ct2": ct2}, {"ss": shared})
        secret = self._secret(shared)
        mac = self._auth.mac(b":ciphertext", self.epoch, ct1, ct2)
        _expect(mac == whole[128:], "the MAC of a ciphertext")
        self.epoch += 1
        self._enter("NoHeaderReceived", decoder=Decoder(_ROWS["header"]))
        return secret

    def _make_ct2(self, vector):
        header, m = self._kept["header"], self._kept["m"]
        ct1, ct2, shared = kems.encapsulate_second(header, vector, m)
        plain = (ct1, shared) == (self._kept["ct1"], self._kept["shared"])
        _expect(plain, "both parts together are not plain ML-KEM-768")
        mac = self._auth.mac(b":ciphertext", self.epoch, ct1, ct2)
        self._log("encaps2", {"ek_vector": vector, "m": m}, {"ct2": ct2, "mac": mac})
        self._enter("Ct2Sampled", encoder=Encoder(ct2 + mac))
