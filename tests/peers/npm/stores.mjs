// The stores that the client asks for, in memory.

import { hex, refuse } from '../js/adapter.mjs';

const keyOf = (address) => `${address.name()}.${address.deviceId()}`;

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

function sessions(client) {
  return new (class extends client.SessionStore {
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
  })();
}

// Trusts an identity on first use.
function identities(client, dialect, registrationId) {
  return new (class extends client.IdentityKeyStore {
    own = client.PrivateKey.generate();
    known = new Map();
    trust(address, key) {
      const before = this.known.get(keyOf(address));
      this.known.set(keyOf(address), hex(key.serialize()));
      return before !== undefined && before !== hex(key.serialize());
    }
    async getIdentityKey() {
      return this.own;
    }
    async getLocalRegistrationId() {
      return registrationId;
    }
    async saveIdentity(address, key) {
      const changed = this.trust(address, key);
      return dialect.change ? Number(changed) : changed;
    }
    async isTrustedIdentity(address, key) {
      return [undefined, hex(key.serialize())].includes(this.known.get(keyOf(address)));
    }
    async getIdentity(address) {
      const known = this.known.get(keyOf(address));
      return known ? client.PublicKey.deserialize(Buffer.from(known, 'hex')) : null;
    }
  })();
}

function preKeys(client) {
  return new (class extends client.PreKeyStore {
    shelf = new Shelf(client.PreKeyRecord);
    savePreKey = async (id, record) => this.shelf.save(id, record);
    getPreKey = async (id) => this.shelf.get(id);
    removePreKey = async (id) => void this.shelf.records.delete(id);
  })();
}

function signedPreKeys(client) {
  return new (class extends client.SignedPreKeyStore {
    shelf = new Shelf(client.SignedPreKeyRecord);
    saveSignedPreKey = async (id, record) => this.shelf.save(id, record);
    getSignedPreKey = async (id) => this.shelf.get(id);
  })();
}

function kyberPreKeys(client) {
  return new (class extends client.KyberPreKeyStore {
    shelf = new Shelf(client.KyberPreKeyRecord);
    lastResort = new Set();
    seen = new Set();
    saveKyberPreKey = async (id, record) => this.shelf.save(id, record);
    getKyberPreKey = async (id) => this.shelf.get(id);
    // A key of last resort stays, so what was agreed on with it is remembered instead.
    markKyberPreKeyUsed = async (id, signedId, baseKey) => {
      if (!this.lastResort.has(id)) return void this.shelf.records.delete(id);
      if (!baseKey) return;
      const mark = `${id} ${signedId} ${hex(baseKey.serialize())}`;
      if (this.seen.has(mark)) refuse('reused_base_key', 'reused base key');
      this.seen.add(mark);
    };
  })();
}

export function stores(client, dialect, registrationId) {
  return {
    sessions: sessions(client),
    identities: identities(client, dialect, registrationId),
    preKeys: preKeys(client),
    signedPreKeys: signedPreKeys(client),
    kyberPreKeys: client.KyberPreKeyStore ? kyberPreKeys(client) : null,
  };
}
