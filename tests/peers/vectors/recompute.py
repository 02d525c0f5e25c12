"""Computes every value of the vector files again, by code that shares nothing with the engine.

    python recompute.py FOLDER              all files of the folder; 1 if any value differs
    python recompute.py --self-test FOLDER  plants one wrong digit in each kind of value, in turn;
                                            1 if one of them goes unnoticed

Only what a case calls random or given is taken from it: private keys, seeds, nonces, plaintexts,
and what happens in which order. Everything else is computed and compared.
"""

import copy
import json
import pathlib
import sys

import fastjsonschema
import kems
from braid import Differs
from erasure import Decoder
from primitives import public, sign, verify
from ratchet import EC, Device

# What every message has; a case that lists `turns` leaves these out.
_OF_EVERY_MESSAGE = {"kdf-ck mk", "kdf-ck ck", "kdf-scka-ck", "message keys", "mac"}


class Check:
    """Compares, and counts what it compared."""

    def __init__(self):
        self.values = 0

    def same(self, what, expected, computed):
        computed = computed.hex() if isinstance(computed, bytes) else computed
        self.values += 1
        if expected != computed:
            raise Differs(f"{what}: the file has {expected}, computed is {computed}")

    def steps(self, what, listed, computed, detail):
        """The same derivations with the same values, in whatever order."""
        if detail == "turns":
            kept = [step for step in computed if step[0] not in _OF_EVERY_MESSAGE]
            computed = [(name, {}, outputs) for name, _, outputs in kept]
        key = lambda step: (step[0], sorted(step[1].items()), sorted(step[2].items()))
        texts = lambda values: {name: value.hex() for name, value in values.items()}
        ours = sorted(((name, texts(i), texts(o)) for name, i, o in computed), key=key)
        file = [(step["name"], step.get("inputs", {}), step["outputs"]) for step in listed]
        file.sort(key=key)
        names = [[step[0] for step in side] for side in (file, ours)]
        self.same(f"{what}: derivations", *names)
        for (name, *theirs), (_, *mine) in zip(file, ours):
            for side, other in zip(theirs, mine):
                self.same(f"{what}: names in {name}", sorted(side), sorted(other))
                for value in side:
                    self.same(f"{what}: {name}: {value}", side[value], other[value])


def _bytes(holder, field):
    return bytes.fromhex(holder[field]) if field in holder else None


def _pair(check, what, pair):
    private = _bytes(pair, "private")
    check.same(f"{what}: public", pair["public"], EC + public(private))
    return private, public(private)


def _signed(check, what, prekey, identity, key):
    signature = sign(identity, key, _bytes(prekey, "nonce"))
    check.same(f"{what}: signature", prekey["signature"], signature)
    verify(public(identity), key, signature)


def _prekeys(check, bundle, identity):
    """Private and public halves, by kind, each with its id."""
    halves = {"signed": (bundle["signed"]["id"], *_pair(check, "signed", bundle["signed"]))}
    _signed(check, "signed", bundle["signed"], identity, EC + halves["signed"][2])
    if one_time := bundle.get("one_time"):
        halves["one_time"] = (one_time["id"], *_pair(check, "one-time", one_time))
    if kem := bundle.get("kem"):
        key, secret = kems.kyber_keys(_bytes(kem, "seed"))
        check.same("KEM: public", kem["public"], key)
        check.same("KEM: private", kem["private"], secret)
        _signed(check, "KEM", kem, identity, key)
        halves["kem"] = (kem["id"], secret, key)
    private = {kind: (key_id, half) for kind, (key_id, half, _) in halves.items()}
    return private, {kind: (key_id, half) for kind, (key_id, _, half) in halves.items()}


class Case:
    """A case as it is played again."""

    def __init__(self, check, profile, case):
        self._check, self._case, self._steps, self._sealed = check, case, [], {}
        log = lambda *step: self._steps.append(step)
        self._devices = {}
        for name in ("alice", "bob"):
            private, _ = _pair(check, name, case[name]["identity"])
            self._devices[name] = Device(profile, private, case[name]["registration_id"], log)
        bob = _bytes(case["bob"]["identity"], "private")
        self._prekeys, published = _prekeys(check, case["bundle"], bob)
        given, alice = case["initiation"], self._devices["alice"]
        drawn = ("base_private", "ratchet_private", "kem_random")
        alice.initiate(public(bob), published, *(_bytes(given, field) for field in drawn))
        self._compare("initiation", given, "everything")

    def _compare(self, what, holder, detail):
        steps, self._steps[:] = list(self._steps), []
        self._check.steps(what, holder.get("steps", []), steps, detail)

    def play(self):
        for number, event in enumerate(self._case["events"]):
            kind, message = event["event"], event["message"]
            what = f"{self._case['name']}: event {number}: {kind} {message}"
            if kind == "seal":
                self._check.same(f"{what}: number", message, len(self._sealed))
                self._seal(what, event)
            elif kind == "open":
                self._open(what, event, self._sealed[message])
            self._compare(what, event, self._case["listed"])

    def _seal(self, what, event):
        device = self._devices[event["by"]]
        made = device.seal(_bytes(event, "plaintext"), _bytes(event, "braid_random"))
        self._check.same(f"{what}: kind", event["kind"], made.pop("kind"))
        for field in ("bytes", "pq_ratchet"):
            self._check.same(f"{what}: {field}", event.get(field), made.pop(field))
        computed = {name.replace(" ", "_"): key for name, key in made.items() if key}
        self._check.same(f"{what}: keys", sorted(event["keys"]), sorted(computed))
        for name, key in computed.items():
            self._check.same(f"{what}: {name}", event["keys"][name], key)
        self._sealed[event["message"]] = event

    def _open(self, what, event, sealed):
        device = self._devices["bob" if sealed["by"] == "alice" else "alice"]
        ratchet = _bytes(event, "ratchet_private")
        message = _bytes(sealed, "bytes")
        plaintext, turned = device.open(sealed["kind"], message, ratchet, self._prekeys)
        self._check.same(f"{what}: plaintext", sealed["plaintext"], plaintext)
        self._check.same(f"{what}: turns", ratchet is not None, turned)


def recompute(file, validate):
    """The number of values that were compared; raises at the first that differs."""
    check = Check()
    validate(file)
    for case in file["cases"]:
        Case(check, file["profile"], case).play()
    return check.values


def _kinds(value, path=(), name=()):
    """The first place of each kind of hexadecimal value: how to get there."""
    if isinstance(value, dict):
        name = (value["name"],) if "outputs" in value else name
        name = (value["event"],) if "event" in value else name
        for key, inner in value.items():
            yield from _kinds(inner, (*path, key), (*name, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _kinds(inner, (*path, index), name)
    elif isinstance(value, str) and len(value) >= 8 and set(value) <= set("0123456789abcdef"):
        yield name, path


def _plant(file, path):
    """A copy with one digit changed, a quarter into the value."""
    copied = copy.deepcopy(file)
    *above, last = path
    holder = copied
    for key in above:
        holder = holder[key]
    text, at = holder[last], len(holder[last]) // 4
    holder[last] = text[:at] + f"{int(text[at], 16) ^ 1:x}" + text[at + 1 :]
    return copied


def self_test(name, file, validate):
    places = {}
    for kind, path in _kinds(file):
        places.setdefault(kind, path)
    # Sound as it is, else nothing planted would be what is noticed.
    recompute(file, validate)
    for path in places.values():
        try:
            recompute(_plant(file, path), validate)
        except Exception:  # Whatever a wrong input leads to, it is noticed.
            continue
        raise SystemExit(f"{name}: a planted digit at {path} goes unnoticed")
    shortened = copy.deepcopy(file)
    shortened["cases"][0]["initiation"]["steps"].pop()
    try:
        recompute(shortened, validate)
    except Differs:
        print(f"{name}: {len(places)} planted digits and a missing derivation, all noticed")
        return
    raise SystemExit(f"{name}: a missing derivation goes unnoticed")


def main(arguments):
    planting = arguments[:1] == ["--self-test"]
    folder = pathlib.Path(arguments[-1])
    schema = json.loads((folder / "schema.json").read_text())
    # Its formats are those of integers: uint32 and the like.
    validate = fastjsonschema.compile(schema, use_formats=False)
    files = sorted(path for path in folder.glob("*.json") if path.name != "schema.json")
    if not files:
        raise SystemExit(f"no vectors in {folder}")
    for path in files:
        file = json.loads(path.read_text())
        Decoder.from_parity.clear()
        if planting:
            self_test(path.name, file, validate)
            continue
        try:
            values = recompute(file, validate)
        except (Differs, fastjsonschema.JsonSchemaException) as error:
            raise SystemExit(f"{path.name}: {error}") from error
        parity = sum(Decoder.from_parity.values())
        print(f"{path.name}: {values} values agree; {parity} objects came from parity chunks")


main(sys.argv[1:])
