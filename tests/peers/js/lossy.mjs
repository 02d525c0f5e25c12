// Two implementations behind the adapter protocol talk over a link that loses, in bursts and with
// one side that says far more than the other: every message that arrives has to open, and the
// epochs of the post-quantum ratchet have to go on.
//
//   node lossy.mjs -- COMMAND ARGS... -- COMMAND ARGS...
//
// Each setting is played with either side starting. Prints a line for each, and at last
// `N passed, N failed`; exits with 1 if one failed. The same messages are lost in every run.
import { Peer } from './peer.mjs';

const MESSAGES = 2500;
// Of a hundred messages so many are lost; how many in a row each side sends at the most.
const SETTINGS = [
  { loss: 15, bursts: [1, 1] },
  { loss: 40, bursts: [1, 1] },
  { loss: 25, bursts: [60, 60] },
  { loss: 30, bursts: [12, 1] },
  { loss: 30, bursts: [1, 12] },
  { loss: 40, bursts: [30, 3] },
];

const given = process.argv.slice(2);
const second = given.indexOf('--', 1);
const commands = [given.slice(1, second), given.slice(second + 1)];
if (given[0] !== '--' || second < 0 || commands.some((command) => command.length === 0)) {
  console.error('usage: node lossy.mjs -- COMMAND... -- COMMAND...');
  process.exit(2);
}

// A varint, and what follows it.
function varint(bytes, at) {
  let [value, shift] = [0, 0];
  for (;;) {
    const byte = bytes[at++];
    value += (byte & 0x7f) * 2 ** shift;
    shift += 7;
    if (byte < 0x80) return [value, at];
  }
}

// The epoch that a message inside a session names: field 5 is version, epoch, and more.
function epochOf({ type, c }) {
  const bytes = Buffer.from(c, 'hex');
  if (type !== 2) return 1;
  for (let at = 1; at < bytes.length - 8; ) {
    let tag, length;
    [tag, at] = varint(bytes, at);
    [length, at] = varint(bytes, at);
    if (tag % 8 !== 2) continue;
    if (tag >> 3 === 5) return varint(bytes, at + 1)[0];
    at += length;
  }
  throw new Error('a message has no post-quantum field');
}

async function play({ loss, bursts }, starts) {
  let state = 20_26 + loss;
  const below = (most) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * most);
  };
  const address = (end) => [end === starts ? 'initiator' : 'responder', 1];
  const ends = commands.map((command, index) => new Peer(['first', 'second'][index], command));
  const ask = (end, request) => ends[end].ask({ peer: address(1 - end), ...request });
  try {
    for (const end of [0, 1]) {
      const [name, dev] = address(end);
      await ends[end].ask({ op: 'init', name, dev, regid: 70 + end, profile: 'v4-spqr' });
    }
    const b = await ends[1 - starts].ask({ op: 'bundle', otk: true, kyber: true });
    await ask(starts, { op: 'process', b });
    let [sent, opened, epoch, from] = [0, 0, 1, starts];
    for (; sent < MESSAGES; from = 1 - from) {
      for (let burst = 1 + below(bursts[from]); burst > 0; burst--) {
        const m = `message ${sent++}`;
        const sealed = await ask(from, { op: 'encrypt', m });
        epoch = Math.max(epoch, epochOf(sealed));
        // The first of each direction arrive: without them there is no conversation.
        if (sent > 4 && below(100) < loss) continue;
        const answer = await ask(1 - from, { op: 'decrypt', ...sealed });
        if (answer.m !== m) throw new Error(`${m} opened as ${answer.m}`);
        opened++;
      }
    }
    if (epoch < 4) throw new Error(`epoch ${epoch} after ${sent} messages`);
    return `${sent} sent, ${opened} opened, epoch ${epoch}`;
  } finally {
    for (const end of ends) end.kill();
  }
}

let [passed, failed] = [0, 0];
for (const setting of SETTINGS) {
  for (const starts of [0, 1]) {
    const who = ['first', 'second'][starts];
    const name = `${setting.loss} % lost, bursts up to ${setting.bursts}, ${who} starts`;
    try {
      console.log(`ok      ${name}: ${await play(setting, starts)}`);
      passed++;
    } catch (error) {
      console.log(`FAILED  ${name}: ${error.message}`);
      failed++;
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
