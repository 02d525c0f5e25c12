// The npm package `libsignal` behind the adapter protocol: see ../writing-an-adapter.md.
//
//   node adapter.mjs FOLDER      where FOLDER is where `npm install libsignal@6.0.0` was run
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(`${resolve(process.argv[2] ?? '.')}/`);
const { keyhelper, ProtocolAddress, SessionRecord, ...session } = require('libsignal');
const { SessionBuilder, SessionCipher } = session;
// The package says on the console alone why it refused; standard output is for answers.
let said = '';
for (const level of ['log', 'info', 'warn', 'error']) console[level] = (...text) => (said += text);

// Kinds of refusal, and words by which they are known.
const KINDS = Object.entries({
  unsupported: /unsupported/,
  duplicate: /never filled/,
  too_far: /into the future/,
  untrusted_identity: /UntrustedIdentity/,
  version: /version/,
  no_session: /No session/,
  no_key: /PreKey/,
  bad_mac: /MAC/,
  bad_key: /public key/,
});
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const unhex = (text) => Buffer.from(text, 'hex');
let own; // The device: identity, registration id, number.
let nextId = 1; // Of a prekey.
let peer; // Whom the request is about: an address as text.
let met; // The identity key that the package last asked about.
const [sessions, preKeys, identities] = [new Map(), new Map(), new Map()];
// What the package asks for. An identity is trusted on first use: `settle` keeps it.
const store = {
  getOurIdentity: () => own.identity,
  getOurRegistrationId: () => own.regid,
  // A copy each time: a refused message must not leave its traces in what is kept.
  loadSession: async (id) => sessions.has(id) && SessionRecord.deserialize(sessions.get(id)),
  storeSession: async (id, session) => void sessions.set(id, session.serialize()),
  loadPreKey: async (id) => preKeys.get(id),
  loadSignedPreKey: (id) => preKeys.get(id),
  removePreKey: (id) => void preKeys.delete(id),
  isTrustedIdentity: (id, key) => [undefined, (met = hex(key))].includes(identities.get(peer)),
};
const settle = (answer) => (met && identities.set(peer, met), answer);

const OPERATIONS = {
  capabilities: () => ({ profiles: ['v3'], ops: Object.keys(OPERATIONS), impl: 'libsignal 6.0.0' }),
  init({ dev, regid, profile = 'v3' }) {
    if (profile !== 'v3') throw new Error('unsupported profile');
    own = { dev, regid, identity: keyhelper.generateIdentityKeyPair() };
    [sessions, preKeys, identities].forEach((kept) => kept.clear());
    return { version: 'libsignal 6.0.0' };
  },
  bundle({ otk }) {
    const [spk_id, otk_id] = [nextId++, nextId++];
    const { keyPair, signature } = keyhelper.generateSignedPreKey(own.identity, spk_id);
    const { keyPair: oneTime } = keyhelper.generatePreKey(otk_id);
    preKeys.set(spk_id, keyPair).set(otk_id, oneTime);
    const bundle = { reg: own.regid, dev: own.dev, ik: hex(own.identity.pubKey) };
    Object.assign(bundle, { spk_id, spk: hex(keyPair.pubKey), spk_sig: hex(signature) });
    return otk ? { ...bundle, otk_id, otk: hex(oneTime.pubKey) } : bundle;
  },
  async process({ b }, address) {
    const [registrationId, identityKey, signature] = [b.reg, unhex(b.ik), unhex(b.spk_sig)];
    const published = { registrationId, identityKey };
    published.signedPreKey = { keyId: b.spk_id, publicKey: unhex(b.spk), signature };
    if ('otk' in b) published.preKey = { keyId: b.otk_id, publicKey: unhex(b.otk) };
    await new SessionBuilder(store, address).initOutgoing(published);
    return settle({});
  },
  async encrypt({ m }, address) {
    const { type, body } = await new SessionCipher(store, address).encrypt(Buffer.from(m));
    return { type: type === 3 ? 3 : 2, c: hex(body) };
  },
  async decrypt({ type, c }, address) {
    const cipher = new SessionCipher(store, address);
    const method = type === 3 ? 'decryptPreKeyWhisperMessage' : 'decryptWhisperMessage';
    return settle({ m: (await cipher[method](unhex(c))).toString() });
  },
};

async function answer(line) {
  const request = JSON.parse(line);
  if (!Object.hasOwn(OPERATIONS, request.op)) throw new Error('unsupported operation');
  [peer, met, said] = [String(request.peer), null, ''];
  const address = request.peer && new ProtocolAddress(...request.peer);
  return OPERATIONS[request.op](request, address);
}

for await (const line of createInterface({ input: process.stdin })) {
  const refused = ({ name, message }) => {
    const [kind] = KINDS.find(([, words]) => words.test(name + message + said)) ?? ['other'];
    return { err: `${kind}: ${message || name}` };
  };
  const reply = await answer(line).then((ok) => ({ ok }), refused);
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
