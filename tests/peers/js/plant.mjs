// A planted defect in front of a sound adapter: what drives it has to notice.
//
//   node plant.mjs DEFECT COMMAND ARGS...
//
// `flip` changes one bit of every ciphertext that the adapter makes; `accept` says yes where the
// adapter refused to decrypt, with the text that it decrypted last.
import { spawn } from 'node:child_process';
import readline from 'node:readline';

const [defect, program, ...args] = process.argv.slice(2);
let last = 'genuine';

const DEFECTS = {
  flip(answer) {
    if (!answer.ok?.c) return;
    const bytes = Buffer.from(answer.ok.c, 'hex');
    bytes[bytes.length - 1] ^= 1;
    answer.ok.c = bytes.toString('hex');
  },
  accept(answer) {
    last = answer.ok?.m ?? last;
    if (!answer.err) return;
    delete answer.err;
    answer.ok = { m: last };
  },
};

if (!Object.hasOwn(DEFECTS, defect) || !program) {
  console.error(`usage: node plant.mjs ${Object.keys(DEFECTS).join('|')} COMMAND ARGS...`);
  process.exit(2);
}
const child = spawn(program, args, { stdio: ['inherit', 'pipe', 'inherit'] });
for await (const line of readline.createInterface({ input: child.stdout })) {
  const answer = JSON.parse(line);
  DEFECTS[defect](answer);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
