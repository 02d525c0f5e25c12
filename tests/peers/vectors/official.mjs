// The official client as Bob of the vector files: it is given his private keys, and opens what our
// Alice sealed with fixed randomness.
//
//   node official.mjs VECTORS PACKAGES
//
// VECTORS is the folder of the files, PACKAGES that of the package.json whose `libsignal-*` are
// asked. What the client draws cannot be fixed, so it follows a case as far as Bob has drawn
// nothing that Alice depends on: through all her first messages, those too that are lost in the
// file. Before each it has to refuse a copy with one bit of the MAC changed, and after each a copy
// of the same.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

// The profiles that a version opens first messages of; whether `saveIdentity` answers with a
// number, not with a boolean; whether the address of this device is an argument.
const VERSIONS = {
  '0.22.0': { profiles: ['v3'] },
  '0.72.1': { profiles: ['v3', 'v4'], change: true },
  '0.90.0': { profiles: ['v4', 'v4-spqr'], change: true },
  '0.103.0': { profiles: ['v4-spqr'], change: true, local: true },
};

const bytes = (text) => Buffer.from(text, 'hex');
const hex = (data) => Buffer.from(data).toString('hex');

// A varint at `at`: its value, and where it ends.
function varint(data, at) {
  for (let [value, factor] = [0, 1]; ; factor *= 128) {
    const byte = data[at++];
    value += (byte % 128) * factor;
    if (byte < 128) return [value, at];
  }
}

// Where field 4 of a PreKeySignalMessage ends: there ends the MAC of the message inside.
function endOfMac(data) {
  for (let at = 1; at < data.length; ) {
    const [key, start] = varint(data, at);
    const [value, end] = varint(data, start);
    at = key % 8 === 2 ? end + value : end;
    if (key === ((4 << 3) | 2)) return at;
  }
  throw new Error('there is no message inside');
}

function lengthPrefixed(field, data) {
  const length = [(data.length % 128) + 128, data.length >> 7];
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...length]), data]);
}

// The client makes KEM pairs and takes none, but it reads a record that somebody stored.
function kyberRecord(client, { id, public: key, private: secret, signature }) {
  const time = Buffer.from([(5 << 3) | 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  const fields = [key, secret, signature].map((text, at) => lengthPrefixed(at + 2, bytes(text)));
  const record = Buffer.concat([Buffer.from([1 << 3, id]), ...fields, time]);
  return client.KyberPreKeyRecord.deserialize(record);
}

class Bob {
  constructor(client, version, { alice, bob, bundle }) {
    this.client = client;
    this.values = 0;
    this.secret = this.#secret(bob.identity);
    this.peer = client.ProtocolAddress.new(alice.name, alice.device);
    const local = client.ProtocolAddress.new(bob.name, bob.device);
    this.local = VERSIONS[version].local ? [local] : [];
    this.unchanged = VERSIONS[version].change ? 0 : false;
    this.#signed(bundle.signed, bob);
    if (bundle.kem) this.#signed(bundle.kem, bob);
    this.stores = this.#stores(bob, bundle);
  }

  // The public half in the file is what the client derives.
  #secret(pair) {
    const secret = this.client.PrivateKey.deserialize(bytes(pair.private));
    this.#same(hex(secret.getPublicKey().serialize()), pair.public);
    return secret;
  }

  #same(found, expected) {
    assert.equal(found, expected);
    this.values += 1;
  }

  #signed(prekey, { identity }) {
    const key = this.client.PublicKey.deserialize(bytes(identity.public));
    assert(key.verify(bytes(prekey.public), bytes(prekey.signature)), 'a signature holds');
    this.values += 1;
  }

  #stores(bob, { signed, one_time: oneTime, kem }) {
    const { client, secret, unchanged } = this;
    const sessions = new (class extends client.SessionStore {
      record = null;
      saveSession = async (_, record) => void (this.record = record.serialize());
      getSession = async () => this.record && client.SessionRecord.deserialize(this.record);
      getExistingSessions = async () => [await this.getSession()];
    })();
    const identities = new (class extends client.IdentityKeyStore {
      getIdentityKey = async () => secret;
      getIdentityKeyPair = async () => new client.IdentityKeyPair(secret.getPublicKey(), secret);
      getLocalRegistrationId = async () => bob.registration_id;
      saveIdentity = async () => unchanged;
      isTrustedIdentity = async () => true;
      getIdentity = async () => null;
    })();
    const { PreKeyRecord, SignedPreKeyRecord } = client;
    const pair = (prekey) => {
      const half = this.#secret(prekey);
      return [half.getPublicKey(), half];
    };
    const preKey = oneTime && PreKeyRecord.new(oneTime.id, ...pair(oneTime));
    const signature = bytes(signed.signature);
    const signedPreKey = SignedPreKeyRecord.new(signed.id, 0, ...pair(signed), signature);
    const shelf = (type, get, record) =>
      new (class extends type {
        [get] = async (id) => {
          assert.equal(id, record?.id(), 'the prekey that the message names');
          return record;
        };
        removePreKey = async () => {};
        markKyberPreKeyUsed = async () => {};
      })();
    const stores = [
      shelf(client.PreKeyStore, 'getPreKey', preKey),
      shelf(client.SignedPreKeyStore, 'getSignedPreKey', signedPreKey),
    ];
    if (client.KyberPreKeyStore) {
      const record = kem && kyberRecord(client, kem);
      if (record) this.#same(hex(record.publicKey().serialize()), kem.public);
      stores.push(shelf(client.KyberPreKeyStore, 'getKyberPreKey', record));
    }
    return [sessions, identities, ...stores];
  }

  async #open(message) {
    const first = this.client.PreKeySignalMessage.deserialize(message);
    const [own, stores] = [this.local, this.stores];
    return hex(await this.client.signalDecryptPreKey(first, this.peer, ...own, ...stores));
  }

  async opens({ message, bytes: text, plaintext }) {
    const [genuine, forged] = [bytes(text), bytes(text)];
    forged[endOfMac(forged) - 1] ^= 1;
    await assert.rejects(this.#open(forged), `message ${message} with another MAC`);
    this.#same(await this.#open(genuine), plaintext);
    await assert.rejects(this.#open(genuine), `message ${message} again`);
  }
}

// All first messages, as they arrive; then those that are lost in the file.
function flight({ events }) {
  const sealed = events.filter(({ event, kind }) => event === 'seal' && kind === 'prekey');
  const arrived = events.filter(({ event }) => event === 'open').map(({ message }) => message);
  const position = ({ message }) => arrived.indexOf(message) + 1 || arrived.length + 1 + message;
  return sealed.sort((one, other) => (position(one) - position(other)));
}

async function follow(client, version, file, name) {
  let [messages, values] = [0, 0];
  for (const entry of file.cases) {
    const bob = new Bob(client, version, entry);
    for (const seal of flight(entry)) {
      await bob.opens(seal);
      messages += 1;
    }
    values += bob.values;
  }
  assert(messages >= 3 * file.cases.length, 'a flight of at least three messages');
  console.log(`${name}: client ${version} opened ${messages} messages, ${values} values agree`);
}

const [folder, packages] = process.argv.slice(2).map((path) => resolve(path));
const manifest = join(packages, 'package.json');
const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8'));
const require = createRequire(manifest);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const unread = new Set(files.filter((name) => name !== 'schema.json'));
assert(unread.size > 0, `there are no vectors in ${folder}`);
for (const [module, source] of Object.entries(dependencies)) {
  const version = source.split('@').at(-1);
  assert(version in VERSIONS, `nothing is known of version ${version}`);
  const client = await import(pathToFileURL(require.resolve(module)));
  client.initLogger?.(client.LogLevel.Error, () => {});
  for (const name of files.filter((name) => name !== 'schema.json')) {
    const file = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    if (!VERSIONS[version].profiles.includes(file.profile)) continue;
    await follow(client, version, file, name);
    unread.delete(name);
  }
}
assert.equal(unread.size, 0, `no version has opened ${[...unread]}`);
