// One device: what the operations of the adapter protocol are in terms of the client.

import { address, bytes, hex, messageType, opened, plaintext, refuse } from '../js/adapter.mjs';
import { stores } from './stores.mjs';

// Hashes for one half of a safety number, as deployed clients have it.
const ITERATIONS = 5200;

export class Device {
  #client;
  #dialect;
  #stores;
  #withKem;
  #nextId = 1;
  #now = new Date(0);

  constructor(client, dialect, { name, dev, regid, profile }) {
    [this.#client, this.#dialect] = [client, dialect];
    this.local = client.ProtocolAddress.new(name, dev);
    this.registrationId = regid;
    this.#withKem = profile !== 'v3';
    this.#stores = stores(client, dialect, regid);
  }

  // The arguments that some versions have and others lack.
  get #ours() {
    return this.#dialect.local ? [this.local] : [];
  }
  get #instant() {
    return this.#dialect.now ? [this.#now] : [];
  }
  #peer(request) {
    return this.#client.ProtocolAddress.new(...address(request));
  }
  #key(request, field) {
    return this.#client.PublicKey.deserialize(bytes(request, field));
  }

  #newPair() {
    const secret = this.#client.PrivateKey.generate();
    return [secret.getPublicKey(), secret];
  }

  async bundle({ otk, kyber, last_resort: lastResort }) {
    const { identities } = this.#stores;
    const [id, oneTimeId, kemId] = [this.#nextId++, this.#nextId++, this.#nextId++];
    const bundle = {
      reg: this.registrationId,
      dev: this.local.deviceId(),
      ik: hex(identities.own.getPublicKey().serialize()),
      ...(await this.#signedPreKey(id, identities.own)),
    };
    if (otk) {
      const pair = this.#newPair();
      const record = this.#client.PreKeyRecord.new(oneTimeId, ...pair);
      await this.#stores.preKeys.savePreKey(oneTimeId, record);
      Object.assign(bundle, { otk_id: oneTimeId, otk: hex(pair[0].serialize()) });
    }
    if (this.#withKem && (kyber ?? true)) {
      Object.assign(bundle, await this.#kyberPreKey(kemId, identities.own, lastResort));
    }
    return bundle;
  }

  async #signedPreKey(id, identity) {
    const pair = this.#newPair();
    const signature = identity.sign(pair[0].serialize());
    const record = this.#client.SignedPreKeyRecord.new(id, Number(this.#now), ...pair, signature);
    await this.#stores.signedPreKeys.saveSignedPreKey(id, record);
    return { spk_id: id, spk: hex(pair[0].serialize()), spk_sig: hex(signature) };
  }

  async #kyberPreKey(id, identity, lastResort) {
    const store = this.#stores.kyberPreKeys;
    const pair = this.#client.KEMKeyPair.generate();
    const key = pair.getPublicKey().serialize();
    const signature = identity.sign(key);
    const record = this.#client.KyberPreKeyRecord.new(id, Number(this.#now), pair, signature);
    await store.saveKyberPreKey(id, record);
    if (lastResort) store.lastResort.add(id);
    return { k_id: id, k: hex(key), k_sig: hex(signature) };
  }

  async process(request) {
    const { b } = request;
    if (b === null || typeof b !== 'object') refuse('malformed', 'no bundle');
    const oneTime = b.otk === undefined ? [null, null] : [b.otk_id, this.#key(b, 'otk')];
    const signed = [b.spk_id, this.#key(b, 'spk'), bytes(b, 'spk_sig')];
    const fields = [b.reg, b.dev, ...oneTime, ...signed, this.#key(b, 'ik')];
    if (this.#withKem) {
      if (b.k === undefined) refuse('no_key', 'the bundle has no KEM prekey');
      const kem = this.#client.KEMPublicKey.deserialize(bytes(b, 'k'));
      fields.push(b.k_id, kem, bytes(b, 'k_sig'));
    }
    const bundle = this.#client.PreKeyBundle.new(...fields);
    const { sessions, identities } = this.#stores;
    const [ours, instant] = [this.#ours, this.#instant];
    const peer = this.#peer(request);
    await this.#client.processPreKeyBundle(bundle, peer, ...ours, sessions, identities, ...instant);
  }

  async encrypt(request) {
    const { sessions, identities } = this.#stores;
    const stores = [...this.#ours, sessions, identities, ...this.#instant];
    const sealed = await this.#client.signalEncrypt(
      plaintext(request),
      this.#peer(request),
      ...stores,
    );
    return { type: sealed.type(), c: hex(sealed.serialize()) };
  }

  async decrypt(request) {
    const [type, c, from] = [messageType(request), bytes(request, 'c'), this.#peer(request)];
    const { sessions, identities, preKeys, signedPreKeys, kyberPreKeys } = this.#stores;
    const stores = [...this.#ours, sessions, identities];
    if (type === 2) {
      const message = this.#client.SignalMessage.deserialize(c);
      return opened(await this.#client.signalDecrypt(message, from, ...stores));
    }
    const message = this.#client.PreKeySignalMessage.deserialize(c);
    stores.push(preKeys, signedPreKeys, ...(kyberPreKeys ? [kyberPreKeys] : []));
    return opened(await this.#client.signalDecryptPreKey(message, from, ...stores));
  }

  // The safety number with a peer whose identity is known; `scanned` is the code that it shows.
  async fingerprint(request) {
    const { identities } = this.#stores;
    const peer = this.#peer(request);
    const theirs = await identities.getIdentity(peer);
    if (!theirs) refuse('no_session', 'the identity of the peer is not known');
    const identifier = (field, name) =>
      request[field] === undefined ? Buffer.from(name) : bytes(request, field);
    const local = [identifier('local_id', this.local.name()), identities.own.getPublicKey()];
    const remote = [identifier('remote_id', peer.name()), theirs];
    const version = request.version ?? 2;
    const made = this.#client.Fingerprint.new(ITERATIONS, version, ...local, ...remote);
    const scannable = made.scannableFingerprint();
    const scanned = () => scannable.constructor._fromBuffer(bytes(request, 'scanned'));
    return {
      display: made.displayableFingerprint().toString(),
      scannable: hex(scannable.toBuffer()),
      ...(request.scanned === undefined ? {} : { same: scannable.compare(scanned()) }),
    };
  }

  trust(request) {
    this.#stores.identities.trust(this.#peer(request), this.#key(request, 'ik'));
  }

  time({ now }) {
    if (!Number.isSafeInteger(now)) refuse('malformed', 'now is not a number of seconds');
    this.#now = new Date(now * 1000);
  }
}
