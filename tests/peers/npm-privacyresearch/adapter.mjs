// The port of Privacy Research to TypeScript behind the adapter protocol.
//
//   node adapter.mjs
//
// The port is loaded in this process alone; whoever drives it talks to it through pipes.

import port from '@privacyresearch/libsignal-protocol-typescript';
import {
  address,
  bytes,
  hex,
  kindOf,
  messageType,
  opened,
  plaintext,
  refuse,
  serve,
} from '../js/adapter.mjs';

const { KeyHelper, SessionBuilder, SessionCipher, SignalProtocolAddress } = port;

// What the port's errors are in the kinds of the adapter protocol: only their words tell.
const KINDS = [
  ['duplicate', /was repeated/],
  ['too_far', /into the future/],
  ['untrusted_identity', /Identity key changed|untrusted/i],
  ['version', /version/i],
  ['bad_signature', /signature/i],
  ['no_session', /No record|No session/i],
  ['no_key', /PreKey/],
  ['bad_mac', /MAC/],
  ['bad_key', /public key|key type/i],
  ['malformed', /^RangeError|wire type/],
  // What only the language objects to is a crash, even if it comes in handy.
  ['internal', /^(Type|Reference)Error/],
];

const buffer = (bytes) => Uint8Array.from(bytes).buffer;

class Device {
  #sessions = new Map();
  #preKeys = new Map();
  #identities = new Map();
  #identity;
  #nextId = 1;
  #peer = null; // Whom the request is about.
  #met = null; // The identity that the port last asked about.

  constructor({ dev, regid }, identity) {
    this.#identity = identity;
    [this.dev, this.regid] = [dev, regid];
  }

  // What the port asks for. An identity is trusted on first use, and kept by `#settle`.
  #store = {
    getIdentityKeyPair: async () => this.#identity,
    getLocalRegistrationId: async () => this.regid,
    isTrustedIdentity: async (id, key) => {
      this.#met = hex(key);
      return [undefined, this.#met].includes(this.#identities.get(this.#peer));
    },
    saveIdentity: async () => false,
    loadSession: async (id) => this.#sessions.get(id),
    storeSession: async (id, record) => void this.#sessions.set(id, record),
    loadPreKey: async (id) => this.#preKeys.get(id),
    storePreKey: async (id, pair) => void this.#preKeys.set(id, pair),
    removePreKey: async (id) => void this.#preKeys.delete(id),
    loadSignedPreKey: async (id) => this.#preKeys.get(id),
    storeSignedPreKey: async (id, pair) => void this.#preKeys.set(id, pair),
    removeSignedPreKey: async (id) => void this.#preKeys.delete(id),
  };

  #address(request) {
    const at = address(request);
    [this.#peer, this.#met] = [at.join('.'), null];
    return new SignalProtocolAddress(...at);
  }

  #settle() {
    if (this.#met) this.#identities.set(this.#peer, this.#met);
  }

  async bundle({ otk }) {
    const [spkId, otkId] = [this.#nextId++, this.#nextId++];
    const { keyPair, signature } = await KeyHelper.generateSignedPreKey(this.#identity, spkId);
    this.#preKeys.set(spkId, keyPair);
    const bundle = {
      reg: this.regid,
      dev: this.dev,
      ik: hex(this.#identity.pubKey),
      spk_id: spkId,
      spk: hex(keyPair.pubKey),
      spk_sig: hex(signature),
    };
    if (!otk) return bundle;
    const oneTime = await KeyHelper.generatePreKey(otkId);
    this.#preKeys.set(otkId, oneTime.keyPair);
    return { ...bundle, otk_id: otkId, otk: hex(oneTime.keyPair.pubKey) };
  }

  async process(request) {
    const { b } = request;
    if (b === null || typeof b !== 'object') refuse('malformed', 'no bundle');
    const key = (field) => buffer(bytes(b, field));
    const signedPreKey = { keyId: b.spk_id, publicKey: key('spk'), signature: key('spk_sig') };
    await new SessionBuilder(this.#store, this.#address(request)).processPreKey({
      registrationId: b.reg,
      identityKey: key('ik'),
      signedPreKey,
      ...(b.otk !== undefined && { preKey: { keyId: b.otk_id, publicKey: key('otk') } }),
    });
    this.#settle();
  }

  async encrypt(request) {
    const cipher = new SessionCipher(this.#store, this.#address(request));
    const { type, body } = await cipher.encrypt(buffer(plaintext(request)));
    return { type: type === 3 ? 3 : 2, c: hex(Buffer.from(body, 'binary')) };
  }

  async decrypt(request) {
    const [type, c] = [messageType(request), bytes(request, 'c').toString('binary')];
    const cipher = new SessionCipher(this.#store, this.#address(request));
    const answer =
      type === 3
        ? await cipher.decryptPreKeyWhisperMessage(c, 'binary')
        : await cipher.decryptWhisperMessage(c, 'binary');
    this.#settle();
    return opened(Buffer.from(answer));
  }

  trust(request) {
    this.#identities.set(address(request).join('.'), hex(bytes(request, 'ik')));
  }
}

await serve({
  impl: '@privacyresearch/libsignal-protocol-typescript 0.0.16',
  profiles: ['v3'],
  ops: ['trust'],
  features: ['mh'],
  start: async (request) => new Device(request, await KeyHelper.generateIdentityKeyPair()),
  kind: (error) => kindOf(KINDS, `${error.name} ${error.message}`),
});
