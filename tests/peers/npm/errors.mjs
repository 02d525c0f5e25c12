// What the client's errors are in the kinds of the adapter protocol.

import { kindOf } from '../js/adapter.mjs';

// Versions name their errors in different ways, some by code and some only in words. The first that
// fits; what fits none is `other`.
const KINDS = [
  ['internal', /panic/i],
  ['duplicate', /DuplicatedMessage|old counter/],
  ['untrusted_identity', /UntrustedIdentity|untrusted identity/],
  ['reused_base_key', /reused base key/i],
  ['too_far', /too far into the future/],
  ['version', /X3DH no longer supported|(unrecognized|unsupported|legacy|unknown).*version/i],
  ['version', /version was (unrecognized|too old)|downgrade|minimum version/i],
  ['version', /fingerprint version number mismatch/],
  ['malformed', /fingerprint parsing error/],
  ['bad_signature', /signature/i],
  ['no_key', /no prekey|InvalidKeyIdentifier/],
  ['no_session', /SessionNotFound|session with .* not found|no session/i],
  ['bad_mac', /MAC verification failed|decryption failed/i],
  ['bad_key', /(bad|invalid|missing).*key|InvalidKey|KEM/i],
  ['malformed', /protobuf|too short|malformed|invalid .*message/i],
];

export function kind(client, error) {
  const code = client.ErrorCode?.[error.code] ?? '';
  return kindOf(KINDS, `${error.name} ${code} ${error.message}`);
}
