"""Signal's version 3 put together from XEdDSA, X3DH and DoubleRatchet: sessions with peers."""

import secrets

import doubleratchet
import x3dh
import xeddsa
from x3dh.identity_key_pair import IdentityKeyPairSeed

from suite import SUITE, VERSION, Ratchet, State
from wire import Malformed, field, pack, point, unpack

VERSIONS = (0x33, 0x34)
MOST_SESSIONS = 41


class UntrustedIdentity(Exception):
    """The peer had another identity before."""


class NoSession(Exception):
    """There is no session with the peer."""


class NoPreKey(Exception):
    """The prekey that a message names is not there, or no longer."""


class BadSignature(Exception):
    """What cannot be a signature."""


class BadVersion(Exception):
    """A message of another version."""


class Session:
    def __init__(self, theirs, base_key, ratchet=None, start=None, first=None):
        self.theirs, self.base_key, self.ratchet = theirs, base_key, ratchet
        # Until something was sent: the shared secret and the peer's signed prekey.
        self.start = start
        # Until something was received: the fields of a first message, which all are till then.
        self.first = first


class Device:
    def __init__(self, registration_id):
        self.registration_id = registration_id
        self.secret = IdentityKeyPairSeed(secrets.token_bytes(32))
        self.identity = b"\x05" + xeddsa.priv_to_curve25519_pub(self.secret.as_priv().priv)
        # By the number of its signed prekey; that of its one-time prekey is the next.
        self.states, self.next_id = {}, 1
        self.sessions, self.identities = {}, {}

    def _state(self):
        formats = x3dh.IdentityKeyFormat.ED_25519, x3dh.HashFunction.SHA_256
        return State.create(*formats, b"WhisperText", self.secret)

    def publish(self, one_time):
        """(number, key, signature) of a signed prekey; (number, key) of one that is used once."""
        state, number = self._state(), self.next_id
        state.generate_pre_keys(1 if one_time else 0)
        self.states[number], self.next_id = state, number + 2
        published = state.bundle
        # What is deployed has the sign of the identity, as a key of Ed25519, in the signature.
        signature = bytearray(published.signed_pre_key_sig)
        signature[63] |= published.identity_key[31] & 0x80
        signed = number, b"\x05" + published.signed_pre_key, bytes(signature)
        return signed, next(((number + 1, b"\x05" + key) for key in published.pre_keys), None)

    def trust(self, peer, identity):
        self.identities[peer] = identity

    def _check(self, peer, identity):
        if self.identities.get(peer, identity) != identity:
            raise UntrustedIdentity(f"{peer} had another identity before")

    async def start(self, peer, identity, signed, one_time):
        """Starts a session from what `peer` published, in the shape of `publish`."""
        self._check(peer, identity)
        (signed_id, signed_key, signature), (otk_id, otk) = signed, one_time or (None, None)
        if len(signature) != 64:
            raise BadSignature(f"{len(signature)} bytes")
        sign, last = signature[63] & 0x80, bytes([signature[63] & 0x7F])
        signature = signature[:63] + last + signature[64:]
        edwards = xeddsa.curve25519_pub_to_ed25519_pub(point(identity), bool(sign))
        keys = frozenset() if otk is None else frozenset([point(otk)])
        bundle = x3dh.Bundle(edwards, point(signed_key), signature, keys)
        agreed = await self._state().get_shared_secret_active(bundle, require_pre_key=False)
        secret, _, header = agreed
        base_key = b"\x05" + header.ephemeral_key
        first = {1: otk_id, 2: base_key, 3: self.identity, 5: self.registration_id, 6: signed_id}
        start = secret, bundle.signed_pre_key
        self._keep(peer, Session(identity, base_key, start=start, first=first))

    def _keep(self, peer, session):
        """Makes it the session that is sent with."""
        others = [other for other in self.sessions.get(peer, []) if other is not session]
        self.sessions[peer] = [session, *others][:MOST_SESSIONS]
        self.identities[peer] = session.theirs

    async def encrypt(self, peer, plaintext):
        """The type and the bytes of a message."""
        if peer not in self.sessions:
            raise NoSession(f"none with {peer}")
        session = self.sessions[peer][0]
        identities = self.identity + session.theirs
        if session.ratchet:
            sealed = await session.ratchet.encrypt_message(plaintext, identities)
        else:
            begun = Ratchet.encrypt_initial_message(*SUITE, *session.start, plaintext, identities)
            session.ratchet, sealed = await begun
        if session.first is None:
            return 2, sealed.ciphertext
        return 3, VERSION + pack({**session.first, 4: sealed.ciphertext})

    async def decrypt(self, peer, message):
        """The plaintext of a message of type 2."""
        errors = [NoSession(f"none with {peer}")]
        for session in self.sessions.get(peer, []):
            try:
                return await self._open(peer, session, message)
            except Exception as error:
                errors.append(error)
        # That of the session that is sent with says most, unless another knows the message.
        known = [e for e in errors if isinstance(e, doubleratchet.DuplicateMessageException)]
        raise (known + errors[1:] + errors)[0]

    async def _open(self, peer, session, message):
        sealed = encrypted(message)
        if session.ratchet is None:
            raise NoSession("nothing was sent yet that this could answer")
        identities = session.theirs + self.identity
        plaintext = await session.ratchet.decrypt_message(sealed, identities)
        session.first = None
        self._keep(peer, session)
        return plaintext

    async def decrypt_first(self, peer, message):
        """The plaintext of a message of type 3."""
        fields = unpack(body(message))
        base_key, theirs, inner = (field(fields, number, bytes) for number in (2, 3, 4))
        self._check(peer, theirs)
        for session in self.sessions.get(peer, []):
            if session.base_key == base_key:
                return await self._open(peer, session, inner)
        state, one_time = self._prekeys(field(fields, 6, int), fields.get(1))
        edwards = xeddsa.curve25519_pub_to_ed25519_pub(point(theirs), False)
        keys = state.bundle.signed_pre_key, one_time
        header = x3dh.Header(edwards, point(base_key), *keys)
        agreed = await state.get_shared_secret_passive(header, require_pre_key=False)
        secret, _, signed = agreed
        start = secret, signed.priv, encrypted(inner), theirs + self.identity
        ratchet, plaintext = await Ratchet.decrypt_initial_message(*SUITE, *start)
        if one_time:
            state.delete_pre_key(one_time)
        self._keep(peer, Session(theirs, base_key, ratchet))
        return plaintext

    def _prekeys(self, signed_id, one_time_id):
        state = self.states.get(signed_id)
        if state is None:
            raise NoPreKey(f"no signed prekey {signed_id}")
        if one_time_id is None:
            return state, None
        published = state.bundle.pre_keys if one_time_id == signed_id + 1 else ()
        for key in published:
            return state, key
        raise NoPreKey(f"no one-time prekey {one_time_id} beside {signed_id}")


def body(message):
    if not message:
        raise Malformed("an empty message")
    if message[0] not in VERSIONS:
        raise BadVersion(f"version byte {message[0]:#x}")
    return message[1:]


def encrypted(message):
    fields = unpack(body(message)[:-8])
    # As it is counted from 0, nothing sent and one message sent look the same; it was one.
    numbers = field(fields, 3, int) + 1, field(fields, 2, int)
    header = doubleratchet.Header(point(field(fields, 1, bytes)), *numbers)
    return doubleratchet.EncryptedMessage(header, message)
