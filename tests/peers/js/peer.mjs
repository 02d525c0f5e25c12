// A process behind the adapter protocol, asked one thing at a time and never waited for too long.
import { spawn } from 'node:child_process';
import readline from 'node:readline';

// What the protocol allows for an answer.
const ANSWER_MS = 10_000;

// The answer to a request was `err`.
export class Refused extends Error {
  get kind() {
    return this.message.split(': ', 1)[0];
  }
}

export class Peer {
  #child;
  #waiting = [];
  #gone = null;

  // `command` is a program and its arguments.
  constructor(name, [program, ...args]) {
    this.name = name;
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.on('error', (error) => this.#leave(error.message));
    this.#child.on('exit', (code, signal) => this.#leave(`exited with ${signal ?? code}`));
    this.#child.stdin.on('error', (error) => this.#leave(error.message));
    const lines = readline.createInterface({ input: this.#child.stdout });
    lines.on('line', (line) => this.#waiting.shift()?.done(line));
  }

  #leave(why) {
    this.#gone ??= why;
    for (const { fail } of this.#waiting.splice(0)) fail(why);
  }

  // The `ok` of the answer; throws `Refused` for an `err`, another error for anything else.
  ask(request) {
    return new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`${this.name}: ${request.op}: ${why}`));
      if (this.#gone) return fail(this.#gone);
      const timer = setTimeout(() => {
        this.#child.kill('SIGKILL');
        this.#leave(`no answer within ${ANSWER_MS} ms`);
      }, ANSWER_MS);
      const settle = (how) => (value) => {
        clearTimeout(timer);
        how(value);
      };
      const done = settle((line) => {
        try {
          const { ok, err } = JSON.parse(line);
          if (typeof err === 'string') reject(new Refused(err));
          else if (ok && typeof ok === 'object') resolve(ok);
          else fail(`neither ok nor err: ${line.slice(0, 100)}`);
        } catch {
          fail(`not JSON: ${line.slice(0, 100)}`);
        }
      });
      this.#waiting.push({ done, fail: settle(fail) });
      this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  // Ends the input, upon which the process has to exit with 0.
  async end() {
    if (this.#gone) throw new Error(`${this.name}: ${this.#gone}`);
    const code = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#child.kill('SIGKILL');
        reject(new Error(`${this.name}: did not exit at the end of its input`));
      }, ANSWER_MS);
      this.#child.once('exit', (code) => {
        clearTimeout(timer);
        resolve(code);
      });
    });
    this.#child.stdin.end();
    if ((await code) !== 0) throw new Error(`${this.name}: exited with ${await code}`);
  }

  kill() {
    this.#child.kill('SIGKILL');
  }
}
