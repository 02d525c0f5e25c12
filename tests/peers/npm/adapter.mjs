// The official client behind the adapter protocol.
//
//   node adapter.mjs 0.22.0|0.72.1|0.90.0|0.103.0
//
// The client is loaded in this process alone; whoever drives it talks to it through pipes.

import { serve } from '../js/adapter.mjs';
import { Device } from './device.mjs';
import { kind } from './errors.mjs';

// What differs from version to version.
//
//   now           an instant may be given to `processPreKeyBundle` and `signalEncrypt`
//   change        `saveIdentity` answers with a number, not with a boolean
//   local         the address of this device is an argument
//   marks         `markKyberPreKeyUsed` is told the other keys of the message too
//
// From 0.74 to 0.91 the ratchet of SPQR is always offered, and done without if the peer has none:
// such a version speaks `v4` and `v4-spqr`, and nothing switches between them.
const VERSIONS = {
  '0.22.0': { module: 'libsignal-0-22', profiles: ['v3'] },
  '0.72.1': { module: 'libsignal-0-72', profiles: ['v3', 'v4'], now: true, change: true },
  '0.90.0': {
    module: 'libsignal-0-90',
    profiles: ['v4', 'v4-spqr'],
    now: true,
    change: true,
    marks: true,
  },
  '0.103.0': {
    module: 'libsignal-0-103',
    profiles: ['v4-spqr'],
    now: true,
    change: true,
    marks: true,
    local: true,
  },
};

const version = process.argv[2];
if (!Object.hasOwn(VERSIONS, version)) {
  console.error(`expected one of ${Object.keys(VERSIONS).join(', ')}, got ${version}`);
  process.exit(2);
}
const dialect = VERSIONS[version];
const client = await import(dialect.module);

await serve({
  impl: `libsignal-client ${version}`,
  profiles: dialect.profiles,
  ops: ['trust', 'fingerprint', ...(dialect.now ? ['time'] : [])],
  features: ['mh', ...(client.KyberPreKeyStore ? ['last_resort'] : [])],
  start: (request) => new Device(client, dialect, request),
  kind: (error) => kind(client, error),
});
