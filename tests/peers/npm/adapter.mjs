// The official client behind the adapter protocol: one JSON object a line in, one line out.
//
//   node adapter.mjs 0.22.0|0.90.0
//
// The client is loaded in this process alone; whoever drives it talks to it through pipes.
import readline from 'node:readline';

const VERSIONS = { '0.22.0': ['libsignal-0-22', 'v3'], '0.90.0': ['libsignal-0-90', 'v4'] };
const version = process.argv[2];
if (!(version in VERSIONS)) {
  console.error(`expected one of ${Object.keys(VERSIONS).join(', ')}, got ${version}`);
  process.exit(2);
}
const [packageName, PROFILE] = VERSIONS[version];
const client = await import(packageName);
const WITH_KEM = PROFILE === 'v4';
const IMPLEMENTATION = `libsignal-client ${version}`;

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const unhex = (text) => {
  if (typeof text !== 'string' || !/^([0-9a-f]{2})*$/i.test(text)) refuse('malformed', 'not hex');
  return Buffer.from(text, 'hex');
};

class Refusal extends Error {}

function refuse(kind, message) {
  throw new Refusal(`${kind}: ${message}`);
}

// What the client's errors are in the kinds of the protocol. Its two versions name them in
// different ways, some by code and some only in words; what fits none is `other`.
const KINDS = [
  ['duplicate', /DuplicatedMessage|old counter/],
  ['untrusted_identity', /UntrustedIdentity|untrusted identity/],
  ['too_far', /too far into the future/],
  ['version', /(unrecognized|unsupported|legacy|unknown).*version/i],
  ['bad_signature', /signature/i],
  ['no_key', /no prekey|InvalidKeyIdentifier/],
  ['no_session', /SessionNotFound|session with .* not found|no session/i],
  ['bad_mac', /MAC verification failed|decryption failed/i],
  ['bad_key', /(bad|invalid).*key/i],
  ['malformed', /protobuf|too short|malformed|invalid .*message/i],
];

function kindOf(error) {
  const text = `${error.name} ${codeOf(error)} ${error.message}`;
  return KINDS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
}

function codeOf(error) {
  return client.ErrorCode?.[error.code] ?? '';
}

const keyOf = (address) => `${address.name()}.${address.deviceId()}`;

class Sessions extends client.SessionStore {
  records = new Map();
  async saveSession(address, record) {
    this.records.set(keyOf(address), record.serialize());
  }
  async getSession(address) {
    const bytes = this.records.get(keyOf(address));
    return bytes ? client.SessionRecord.deserialize(bytes) : null;
  }
  async getExistingSessions(addresses) {
    return Promise.all(addresses.map((address) => this.getSession(address)));
  }
}

// Trusts an identity on first use.
class Identities extends client.IdentityKeyStore {
  own = client.PrivateKey.generate();
  known = new Map();
  constructor(registrationId) {
    super();
    this.registrationId = registrationId;
  }
  async getIdentityKey() {
    return this.own;
  }
  async getLocalRegistrationId() {
    return this.registrationId;
  }
  async saveIdentity(address, key) {
    const before = this.known.get(keyOf(address));
    this.known.set(keyOf(address), hex(key.serialize()));
    const changed = before !== undefined && before !== hex(key.serialize());
    return WITH_KEM ? Number(changed) : changed;
  }
  async isTrustedIdentity(address, key) {
    return [undefined, hex(key.serialize())].includes(this.known.get(keyOf(address)));
  }
  async getIdentity(address) {
    const known = this.known.get(keyOf(address));
    return known ? client.PublicKey.deserialize(unhex(known)) : null;
  }
}

// The records of one kind of prekey, by id.
class Shelf {
  records = new Map();
  constructor(type) {
    this.type = type;
  }
  save(id, record) {
    this.records.set(id, record.serialize());
  }
  get(id) {
    const bytes = this.records.get(id);
    return bytes ? this.type.deserialize(bytes) : refuse('no_key', `no prekey ${id}`);
  }
}

class PreKeys extends client.PreKeyStore {
  shelf = new Shelf(client.PreKeyRecord);
  savePreKey = async (id, record) => this.shelf.save(id, record);
  getPreKey = async (id) => this.shelf.get(id);
  removePreKey = async (id) => void this.shelf.records.delete(id);
}

class SignedPreKeys extends client.SignedPreKeyStore {
  shelf = new Shelf(client.SignedPreKeyRecord);
  saveSignedPreKey = async (id, record) => this.shelf.save(id, record);
  getSignedPreKey = async (id) => this.shelf.get(id);
}

class KyberPreKeys extends (client.KyberPreKeyStore ?? Object) {
  shelf = new Shelf(client.KyberPreKeyRecord);
  saveKyberPreKey = async (id, record) => this.shelf.save(id, record);
  getKyberPreKey = async (id) => this.shelf.get(id);
  markKyberPreKeyUsed = async (id) => void this.shelf.records.delete(id);
}

class Device {
  nextId = 1;
  sessions = new Sessions();
  preKeys = new PreKeys();
  signedPreKeys = new SignedPreKeys();
  kyberPreKeys = WITH_KEM ? new KyberPreKeys() : null;

  constructor({ name, dev, regid, profile }) {
    if ((profile ?? PROFILE) !== PROFILE) refuse('unsupported', `profile ${profile}`);
    this.address = client.ProtocolAddress.new(name, dev);
    this.registrationId = regid;
    this.identities = new Identities(regid);
  }

  async bundle({ otk, kyber }) {
    const own = this.identities.own;
    const [id, oneTimeId, kemId] = [this.nextId++, this.nextId++, this.nextId++];
    const secret = client.PrivateKey.generate();
    const key = secret.getPublicKey();
    const signature = own.sign(key.serialize());
    const record = client.SignedPreKeyRecord.new(id, Date.now(), key, secret, signature);
    await this.signedPreKeys.saveSignedPreKey(id, record);
    const bundle = {
      reg: this.registrationId,
      dev: this.address.deviceId(),
      ik: hex(own.getPublicKey().serialize()),
      spk_id: id,
      spk: hex(key.serialize()),
      spk_sig: hex(signature),
    };
    if (otk) {
      const secret = client.PrivateKey.generate();
      const key = secret.getPublicKey();
      await this.preKeys.savePreKey(oneTimeId, client.PreKeyRecord.new(oneTimeId, key, secret));
      Object.assign(bundle, { otk_id: oneTimeId, otk: hex(key.serialize()) });
    }
    if (WITH_KEM && kyber) {
      const pair = client.KEMKeyPair.generate();
      const key = pair.getPublicKey().serialize();
      const signature = own.sign(key);
      const record = client.KyberPreKeyRecord.new(kemId, Date.now(), pair, signature);
      await this.kyberPreKeys.saveKyberPreKey(kemId, record);
      Object.assign(bundle, { k_id: kemId, k: hex(key), k_sig: hex(signature) });
    }
    return bundle;
  }

  async process({ b, peer }) {
    const key = (text) => client.PublicKey.deserialize(unhex(text));
    const oneTime = b.otk ? [b.otk_id, key(b.otk)] : [null, null];
    const fields = [b.reg, b.dev, ...oneTime, b.spk_id, key(b.spk), unhex(b.spk_sig), key(b.ik)];
    if (WITH_KEM) {
      if (!b.k) refuse('no_key', 'the bundle has no KEM prekey');
      fields.push(b.k_id, client.KEMPublicKey.deserialize(unhex(b.k)), unhex(b.k_sig));
    }
    const bundle = client.PreKeyBundle.new(...fields);
    await client.processPreKeyBundle(bundle, addressOf(peer), this.sessions, this.identities);
    return {};
  }

  async encrypt({ peer, m }) {
    const plaintext = Buffer.from(m);
    const to = addressOf(peer);
    const sealed = await client.signalEncrypt(plaintext, to, this.sessions, this.identities);
    return { type: sealed.type(), c: hex(sealed.serialize()) };
  }

  async decrypt({ peer, type, c }) {
    const [bytes, from] = [unhex(c), addressOf(peer)];
    const stores = [this.sessions, this.identities];
    let plaintext;
    if (type === 3) {
      const message = client.PreKeySignalMessage.deserialize(bytes);
      stores.push(this.preKeys, this.signedPreKeys, ...(WITH_KEM ? [this.kyberPreKeys] : []));
      plaintext = await client.signalDecryptPreKey(message, from, ...stores);
    } else if (type === 2) {
      const message = client.SignalMessage.deserialize(bytes);
      plaintext = await client.signalDecrypt(message, from, ...stores);
    } else {
      refuse('malformed', `type ${type}`);
    }
    return { m: Buffer.from(plaintext).toString() };
  }
}

function addressOf(peer) {
  if (!Array.isArray(peer)) refuse('malformed', 'not an address');
  return client.ProtocolAddress.new(...peer);
}

const OPERATIONS = ['bundle', 'process', 'encrypt', 'decrypt'];
let device = null;

async function answer(request) {
  const { op } = request;
  if (op === 'capabilities') {
    const ops = ['capabilities', 'init', ...OPERATIONS];
    return { profiles: [PROFILE], ops, impl: IMPLEMENTATION };
  }
  if (op === 'init') {
    device = new Device(request);
    return { version: IMPLEMENTATION };
  }
  if (!OPERATIONS.includes(op)) refuse('unsupported', `operation ${op}`);
  if (!device) refuse('other', 'no identity yet: init comes first');
  return device[op](request);
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  let reply;
  try {
    const request = JSON.parse(line);
    reply = { ok: await answer(request) };
  } catch (error) {
    const refused = error instanceof Refusal || String(error.message).match(/^[a-z_]+: no prekey/);
    const kind = error instanceof SyntaxError ? 'malformed' : kindOf(error);
    reply = { err: refused ? error.message : `${kind}: ${error.message}` };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
