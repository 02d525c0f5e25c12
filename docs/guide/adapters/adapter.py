"""An implementation in Python behind the adapter protocol: see ../writing-an-adapter.md.

    python adapter.py FOLDER    where FOLDER has the module `signal_v3`, such as tests/peers/pypi
"""

import asyncio
import json
import sys

sys.path.insert(0, sys.argv[1] if len(sys.argv) > 1 else ".")

import doubleratchet
import signal_v3
import wire
import x3dh
import xeddsa

IMPLEMENTATION = "XEdDSA 1.2.0, X3DH 1.3.0, DoubleRatchet 1.3.0"
# What the implementation raises, in the kinds of the protocol; anything else is `other`.
KINDS = {
    doubleratchet.DuplicateMessageException: "duplicate",
    doubleratchet.DoSProtectionException: "too_far",
    doubleratchet.AuthenticationFailedException: "bad_mac",
    x3dh.KeyAgreementException: "bad_signature",
    signal_v3.UntrustedIdentity: "untrusted_identity",
    signal_v3.BadSignature: "bad_signature",
    signal_v3.BadVersion: "version",
    signal_v3.NoSession: "no_session",
    signal_v3.NoPreKey: "no_key",
    wire.BadKey: "bad_key",
    xeddsa.XEdDSAException: "bad_key",
    wire.Malformed: "malformed",
}


class Adapter:
    """A method for each operation. Takes a request and returns what comes under `ok`."""

    async def capabilities(self, request):
        operations = [name for name in vars(Adapter) if not name.startswith("_")]
        return {"profiles": ["v3"], "ops": [*operations, "mh"], "impl": IMPLEMENTATION}

    async def init(self, request):
        if request.get("profile", "v3") != "v3":
            raise NotImplementedError(f"profile {request['profile']}")
        self._device, self._number = signal_v3.Device(request["regid"]), request["dev"]
        return {"version": IMPLEMENTATION}

    async def bundle(self, request):
        (number, key, signature), one_time = self._device.publish(request.get("otk", False))
        bundle = {"reg": self._device.registration_id, "dev": self._number}
        bundle |= {"ik": self._device.identity.hex()}
        bundle |= {"spk_id": number, "spk": key.hex(), "spk_sig": signature.hex()}
        return bundle | (one_time and {"otk_id": one_time[0], "otk": one_time[1].hex()} or {})

    async def process(self, request):
        b = request["b"]
        key = lambda name: bytes.fromhex(b[name])
        one_time = (b["otk_id"], key("otk")) if "otk" in b else None
        signed = b["spk_id"], key("spk"), key("spk_sig")
        await self._device.start(str(request["peer"]), key("ik"), signed, one_time)
        return {}

    async def encrypt(self, request):
        plaintext = bytes.fromhex(request["mh"]) if "mh" in request else request["m"].encode()
        kind, message = await self._device.encrypt(str(request["peer"]), plaintext)
        return {"type": kind, "c": message.hex()}

    async def decrypt(self, request):
        device, message = self._device, bytes.fromhex(request["c"])
        opens = device.decrypt_first if request["type"] == 3 else device.decrypt
        plaintext = await opens(str(request["peer"]), message)
        return {"m": plaintext.decode(errors="replace"), "mh": plaintext.hex()}

    async def trust(self, request):
        self._device.trust(str(request["peer"]), bytes.fromhex(request["ik"]))
        return {}


async def serve():
    adapter = Adapter()
    for line in sys.stdin:
        try:
            request = json.loads(line)
            operation = getattr(adapter, request["op"].lstrip("_"), None)
            if operation is None:
                raise NotImplementedError(f"operation {request['op']}")
            answer = {"ok": await operation(request)}
        except Exception as error:
            unsupported = isinstance(error, NotImplementedError)
            kind = "unsupported" if unsupported else KINDS.get(type(error), "other")
            answer = {"err": f"{kind}: {error}"}
        print(json.dumps(answer), flush=True)


asyncio.run(serve())
