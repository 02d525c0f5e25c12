"""The Sparse Post-Quantum Ratchet: the braid, and the chains of its epochs, as deployed."""

from braid import CT1_ACK, NONE, Braid
from primitives import hkdf, thirds
from wire import read_varint, varint


class _Line:
    def __init__(self, link, log):
        self._link, self.count, self._log, self._kept = link, 0, log, {}

    def step(self):
        self.count += 1
        number, before = self.count.to_bytes(4, "big"), self._link
        info = number + b"Signal PQ Ratchet V1 Chain Next"
        self._link, key = thirds(hkdf(None, before, info, 64))
        self._log("kdf-scka-ck", {"ck": before, "ctr": number}, {"ck'": self._link, "mk": key})
        return key

    def take(self, index):
        while self.count < index:
            key = self.step()
            self._kept[self.count] = key
        return self._kept.pop(index)


class Chains:
    """Two lines for each epoch; `mine` is 0 for the initiator and 1 for the responder."""

    def __init__(self, key, mine, log):
        self._mine, self._log, self._epochs = mine, log, []
        okm = hkdf(None, key, b"Signal PQ Ratchet V1 Chain  Start", 96)
        self._append("kdf-scka-init", {"sk": key}, okm)

    def add(self, secret):
        okm = hkdf(self._root, secret, b"Signal PQ Ratchet V1 Chain Add Epoch", 96)
        self._append("kdf-scka-rk", {"rk": self._root, "scka key": secret}, okm)

    def _append(self, name, inputs, okm):
        self._root, *lines = thirds(okm)
        self._log(name, inputs, {"rk'": self._root, "cks || ckr": okm[32:]})
        self._epochs.append([_Line(line, self._log) for line in lines])

    def send(self, epoch):
        line = self._epochs[epoch][self._mine]
        key = line.step()
        return line.count, key

    def receive(self, epoch, index):
        return self._epochs[epoch][1 - self._mine].take(index)


class Spqr:
    """One side."""

    def __init__(self, key, initiates, log):
        self._braid = Braid(key, initiates, log)
        self._chains = Chains(key, 0 if initiates else 1, log)

    def _add(self, secret):
        if secret:
            self._chains.add(secret)

    def send(self, random):
        """What the next message carries, and its key. Takes what it needs of `random`."""
        kind, chunk, secret = self._braid.send(random)
        self._add(secret)
        index, key = self._chains.send(self._braid.epoch - 1)
        step = b"\x01" + varint(self._braid.epoch) + varint(index) + bytes([kind])
        return step + (varint(chunk[0]) + chunk[1] if chunk else b""), key

    def receive(self, step):
        """The key of a message that carries `step`."""
        epoch, at = read_varint(step, 1)
        index, at = read_varint(step, at)
        kind, at, chunk = step[at], at + 1, None
        if kind not in (NONE, CT1_ACK):
            number, at = read_varint(step, at)
            chunk = number, step[at:]
        self._add(self._braid.receive(epoch, kind, chunk))
        return self._chains.receive(epoch - 1, index)
