// Two implementations behind the adapter protocol talk to each other, in both roles.
//
//   node drive.mjs [--self-test] PROFILE -- COMMAND ARGS... -- COMMAND ARGS...
//
// Prints a line for each case and at last `N passed, N failed`; exits with 1 if one failed. With
// --self-test the first command gets planted defects, and a case is that one is noticed.
import { fileURLToPath } from 'node:url';
import { Peer, Refused } from './peer.mjs';

const given = process.argv.slice(2);
const selfTest = given[0] === '--self-test';
const [[profile], ours, theirs] = split(given.slice(selfTest ? 1 : 0));
if (!profile || !ours?.length || !theirs?.length) {
  console.error('usage: node drive.mjs [--self-test] PROFILE -- COMMAND... -- COMMAND...');
  process.exit(2);
}
const plant = [process.execPath, fileURLToPath(new URL('plant.mjs', import.meta.url))];

// Words in groups that `--` divides.
function split(words) {
  const at = words.indexOf('--');
  return at < 0 ? [words] : [words.slice(0, at), ...split(words.slice(at + 1))];
}

const ALTERNATING = 100;
const SHUFFLED = 50;

function same(found, wanted) {
  if (found !== wanted) throw new Error(`got ${JSON.stringify(found)}, wanted ${wanted}`);
}

// One end: a process, its own address, and the address of the other end.
class End {
  constructor(name, command, address, other) {
    this.peer = new Peer(name, command);
    [this.name, this.address, this.other] = [name, address, other];
  }
  async begin() {
    const [name, dev] = this.address;
    // Registration ids are numbers of 14 bits.
    await this.peer.ask({ op: 'init', name, dev, regid: name === 'initiator' ? 77 : 88, profile });
  }
  bundle(otk) {
    return this.peer.ask({ op: 'bundle', otk, kyber: profile !== 'v3' });
  }
  process(b) {
    return this.peer.ask({ op: 'process', b, peer: this.other });
  }
  encrypt(m) {
    return this.peer.ask({ op: 'encrypt', peer: this.other, m });
  }
  async decrypt({ type, c }) {
    return (await this.peer.ask({ op: 'decrypt', peer: this.other, type, c })).m;
  }
  // The message must be refused, by something better than a crash; of `kinds`, if there are any.
  async refuses(sealed, what, kinds = []) {
    try {
      await this.decrypt(sealed);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (kinds.length === 0 ? error.kind !== 'internal' : kinds.includes(error.kind)) return;
      throw new Error(`${this.name} refused ${what} as ${error.message}, wanted ${kinds}`);
    }
    throw new Error(`${this.name} accepted ${what}`);
  }
}

// The same message with one bit flipped, counted in bytes from its end.
function tampered({ type, c }, fromEnd) {
  const bytes = Buffer.from(c, 'hex');
  bytes[bytes.length - 1 - fromEnd] ^= 1;
  return { type, c: bytes.toString('hex') };
}

// A fixed shuffle: a failure is the same on every run.
function shuffled(items) {
  let state = 12345;
  for (let last = items.length - 1; last > 0; last--) {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    const other = state % (last + 1);
    [items[last], items[other]] = [items[other], items[last]];
  }
  return items;
}

// The first messages: out of order, tampered first, and repeated.
async function begin(a, b, otk) {
  await a.process(await b.bundle(otk));
  const [first, second] = [await a.encrypt('first'), await a.encrypt('second')];
  same(first.type, 3);
  // At its end a first message has numbers, such as the registration id, that its MAC does not
  // cover; the message inside, which it does, ends some dozens of bytes before.
  await b.refuses(tampered(second, 40), 'a tampered first message');
  same(await b.decrypt(second), 'second');
  same(await b.decrypt(first), 'first');
  await b.refuses(first, 'a repeated first message', ['duplicate']);
}

async function alternate(a, b) {
  for (let turn = 0; turn < ALTERNATING / 2; turn++) {
    const [back, there] = [`back ${turn}`, `there ${turn}`];
    same(await a.decrypt(await b.encrypt(back)), back);
    const sealed = await a.encrypt(there);
    same(sealed.type, 2);
    same(await b.decrypt(sealed), there);
  }
}

async function shuffle(sender, receiver) {
  const sealed = [];
  for (let number = 0; number < SHUFFLED; number++) {
    const text = `${sender.name} ${number} \u{1f4ec}`;
    sealed.push([await sender.encrypt(text), text]);
  }
  shuffled(sealed);
  for (const [message, text] of sealed) same(await receiver.decrypt(message), text);
  for (const [message] of [sealed[0], sealed[SHUFFLED - 1]]) {
    await receiver.refuses(message, 'a repeated message', ['duplicate']);
  }
}

async function tamper(sender, receiver) {
  const sealed = await sender.encrypt('genuine');
  const length = sealed.c.length / 2;
  // The MAC, the end of the ciphertext, the ratchet key.
  for (const fromEnd of [0, 7, 8, length - 10]) {
    await receiver.refuses(tampered(sealed, fromEnd), `a bit flipped ${fromEnd} from the end`);
  }
  same(await receiver.decrypt(sealed), 'genuine');
}

// Both start a session at once; what is under way opens, and they agree on one.
async function collide(a, b, otk) {
  await a.process(await b.bundle(otk));
  await b.process(await a.bundle(otk));
  const [there, back] = [await a.encrypt('there'), await b.encrypt('back')];
  same(await b.decrypt(there), 'there');
  same(await a.decrypt(back), 'back');
  for (let turn = 0; turn < 10; turn++) {
    same(await a.decrypt(await b.encrypt(`back ${turn}`)), `back ${turn}`);
    same(await b.decrypt(await a.encrypt(`there ${turn}`)), `there ${turn}`);
  }
}

const STEPS = [
  ['both come up', (a, b) => Promise.all([a.begin(), b.begin()])],
  ['starts, its first messages out of order', begin],
  [`${ALTERNATING} messages alternating`, alternate],
  [`${SHUFFLED} shuffled, there`, (a, b) => shuffle(a, b)],
  [`${SHUFFLED} shuffled, back`, (a, b) => shuffle(b, a)],
  ['tampered refused, genuine opened, there', (a, b) => tamper(a, b)],
  ['tampered refused, genuine opened, back', (a, b) => tamper(b, a)],
  ['both start at once', collide],
  ['both exit with 0', (a, b) => Promise.all([a.peer.end(), b.peer.end()])],
];

let [passed, failed] = [0, 0];

function count(good, text) {
  if (good) passed++;
  else failed++;
  console.log(`${good ? 'ok    ' : 'FAILED'}  ${text}`);
}

// All steps of one conversation, in which each stands on those before; `report` is told of every
// step, with the error if it failed. Returns the first error.
async function converse(oursStarts, otk, first, report) {
  const [starts, answers] = [['initiator', 1], ['responder', 2]];
  const us = ['ours', first, ...(oursStarts ? [starts, answers] : [answers, starts])];
  const them = ['theirs', theirs, ...(oursStarts ? [answers, starts] : [starts, answers])];
  const ends = [new End(...us), new End(...them)];
  const [a, b] = oursStarts ? ends : [...ends].reverse();
  let error = null;
  for (const [name, step] of STEPS) {
    const skipped = error !== null && new Error('not tried after the failure before it');
    const found = skipped || (await step(a, b, otk).then(() => null, (error) => error));
    error ??= found;
    report(name, found);
  }
  for (const { peer } of ends) peer.kill();
  return error;
}

for (const oursStarts of [true, false]) {
  for (const otk of [true, false]) {
    const who = `${oursStarts ? 'ours' : 'theirs'} initiates`;
    const title = `${profile}, ${who}, ${otk ? 'with' : 'without'} one-time prekey`;
    if (selfTest) {
      for (const defect of ['flip', 'accept']) {
        const error = await converse(oursStarts, otk, [...plant, defect, ...ours], () => {});
        count(error !== null, `${title}: ${defect} noticed: ${error?.message ?? 'not at all'}`);
      }
    } else {
      await converse(oursStarts, otk, ours, (step, error) => {
        count(error === null, `${title}: ${step}${error ? `: ${error.message}` : ''}`);
      });
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
