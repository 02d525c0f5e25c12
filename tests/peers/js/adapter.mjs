// What adapters in JavaScript share: lines in, lines out, and requests whose fields are checked.

import readline from 'node:readline';

// A request that is refused, with the kind that the adapter protocol has for it.
export class Refusal extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

export function refuse(kind, message) {
  throw new Refusal(kind, message);
}

export const hex = (bytes) => Buffer.from(bytes).toString('hex');

// Bytes of a field in hexadecimal.
export function bytes(request, field) {
  const text = request[field];
  if (typeof text !== 'string' || !/^([0-9a-f]{2})*$/i.test(text)) {
    refuse('malformed', `${field} is not hexadecimal`);
  }
  return Buffer.from(text, 'hex');
}

export function address(request) {
  const { peer } = request;
  const [name, device] = Array.isArray(peer) ? peer : [];
  if (typeof name !== 'string' || !Number.isInteger(device)) {
    refuse('malformed', 'peer is not an address');
  }
  return [name, device];
}

// What is to be encrypted: the text `m`, or the bytes `mh`.
export function plaintext(request) {
  if (request.mh !== undefined) return bytes(request, 'mh');
  if (typeof request.m !== 'string') refuse('malformed', 'm is not a text');
  return Buffer.from(request.m);
}

// What was decrypted, as bytes and, where it is text, as text.
export function opened(plaintext) {
  const mh = hex(plaintext);
  try {
    return { m: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plaintext), mh };
  } catch {
    return { mh };
  }
}

export function messageType(request) {
  if (![2, 3].includes(request.type)) refuse('malformed', `type ${request.type}`);
  return request.type;
}

// The kind of an error of the implementation: the first of `kinds`, [kind, pattern], that fits.
export function kindOf(kinds, text) {
  return kinds.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
}

// Answers requests until the input ends. `impl` names the implementation, `start` makes a device
// from an `init`, whose methods are the operations that `ops` lists beside what each adapter has;
// `features` are fields that it understands, such as `mh`; `kind` is that of an error.
export async function serve({ impl, profiles, ops, features, start, kind }) {
  const operations = ['bundle', 'process', 'encrypt', 'decrypt', ...ops];
  let device = null;

  async function answer(request) {
    const { op } = request;
    if (op === 'capabilities') {
      return { profiles, ops: ['capabilities', 'init', ...operations, ...features], impl };
    }
    if (op === 'init') {
      const profile = request.profile ?? profiles.at(-1);
      if (!profiles.includes(profile)) refuse('unsupported', `profile ${profile}`);
      if (typeof request.name !== 'string') refuse('malformed', 'name is not a text');
      device = await start({ ...request, profile });
      return { version: impl };
    }
    if (!operations.includes(op)) refuse('unsupported', `operation ${op}`);
    if (!device) refuse('other', 'no identity yet: init comes first');
    return (await device[op](request)) ?? {};
  }

  for await (const line of readline.createInterface({ input: process.stdin })) {
    let reply;
    try {
      const request = JSON.parse(line);
      if (request === null || typeof request !== 'object') refuse('malformed', 'not an object');
      reply = { ok: await answer(request) };
    } catch (error) {
      const known = error instanceof SyntaxError ? 'malformed' : error.kind;
      reply = { err: `${known ?? kind(error)}: ${error.message}` };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}
