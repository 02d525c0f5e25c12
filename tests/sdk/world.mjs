// A live Blindpost for one program, its control API, and the checks that the program makes: what
// world.py is, for JavaScript.

import { spawn } from "node:child_process";
import {
  existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATIENCE = 10_000;
// Where worlds leave what they wrote; with none they leave nothing.
const KEPT = process.env.BLINDPOST_SDK_RUNS;

export function assert(holds, what) {
  if (!holds) throw new Error(what);
}

const later = (time) => new Promise((over) => setTimeout(over, time));

export class World {
  // `blindpost up`, whose webhooks go to `webhook`. Where runs are kept, its folder has all that it
  // wrote, and at its end what passed.
  static async start(blindpost, webhook) {
    const world = new World();
    world.folder = mkdtempSync(join(KEPT ?? tmpdir(), "blindpost-sdk-"));
    const file = join(world.folder, "ready.json");
    const flags = ["up", "--port", "0", "--webhook", webhook, "--ready-file", file];
    const stdio = ["ignore", "ignore", "inherit"];
    if (KEPT) {
      for (const name of ["written", "passed"]) mkdirSync(join(world.folder, name));
      flags.push("--data", join(world.folder, "written", "data"));
      ["said", "log"].forEach((name, index) => {
        stdio[index + 1] = openSync(join(world.folder, "written", name), "w");
      });
    }
    world.process = spawn(blindpost, flags, { stdio });
    world.ended = new Promise((ended) => world.process.on("exit", ended));
    const until = Date.now() + 6 * PATIENCE;
    while (!existsSync(file)) {
      const late = world.process.exitCode !== null || Date.now() > until;
      if (late) world.process.kill();
      assert(!late, "blindpost up did not get ready");
      await later(50);
    }
    world.ready = JSON.parse(readFileSync(file));
    [world.user, world.stranger] = world.ready.users;
    return world;
  }

  async end() {
    // Killed, so that nothing is tidied up before it is searched.
    if (KEPT) await this.keep();
    this.process.kill(KEPT ? "SIGKILL" : "SIGTERM");
    await this.ended;
    if (!KEPT) rmSync(this.folder, { recursive: true });
  }

  // What passed, as crates/blindpost/tests/proof/passed.rs reads it.
  async keep() {
    for (const what of ["messages", "webhooks"]) {
      const answer = JSON.stringify(await this.control(`/${what}`));
      writeFileSync(join(this.folder, "passed", `${what}.json`), answer);
    }
  }

  // A call of the control API; a refusal is an error that says why.
  async control(path, body) {
    const options = body && { method: "POST", body: JSON.stringify(body) };
    const answer = await fetch(this.ready.control_url + path, options);
    const text = await answer.text();
    assert(answer.ok, `${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  // The person sends the business a message: the wamid.
  async says(kind, value) {
    const message = { type: kind, [kind]: value };
    const phone_number_id = this.ready.phone_number_id;
    return (await this.control("/inbound", { from: this.user, phone_number_id, message })).wamid;
  }

  // The message as the control API shows it, once it has this status.
  async passed(wamid, status) {
    const path = `/messages?wamid=${wamid}&status=${status}&wait_ms=9000`;
    const [found] = (await this.control(path)).messages;
    assert(found, `${wamid} never became ${status}`);
    return found;
  }
}

// What webhooks told, and a way to wait for it.
export class Seen {
  all = [];
  waiting = new Set();

  add(thing) {
    this.all.push(thing);
    for (const waits of this.waiting) waits();
  }

  // The first thing that fits, come or to come.
  wait(fits, what) {
    return new Promise((found, late) => {
      const over = (settle, value) => {
        clearTimeout(clock);
        this.waiting.delete(look);
        settle(value);
      };
      const look = () => {
        const thing = this.all.find(fits);
        if (thing) over(found, thing);
      };
      const clock = setTimeout(() => over(late, new Error(`no webhook told ${what}`)), PATIENCE);
      this.waiting.add(look);
      look();
    });
  }
}

// Runs checks and says what came of each. What is known to be missing must be missing.
export class Checks {
  counts = { ok: 0, missing: 0, FAILED: 0 };

  // At most `most` checks are made; those after them are left out.
  constructor(sdk, most) {
    this.sdk = sdk;
    this.left = most;
    this.known = new Map(Object.entries(
      JSON.parse(readFileSync(new URL(`./known/${sdk}.json`, import.meta.url)))));
  }

  async check(name, does) {
    if (this.left === 0) return;
    this.left -= 1;
    let why;
    try {
      await does();
    } catch (error) {
      why = String(error).split("\n")[0].slice(0, 200);
    }
    const reason = this.known.get(name);
    this.known.delete(name);
    if (!why && !reason) this.say("ok", name);
    else if (!why) this.say("FAILED", `${name}: works now; remove it from known/${this.sdk}.json`);
    else if (!reason) this.say("FAILED", `${name}: ${why}`);
    else this.say("missing", `${name}: ${reason} (${why})`);
  }

  say(result, text) {
    this.counts[result] += 1;
    console.log(`${result.padEnd(8)}${text}`);
  }

  // 1 if something is not as it is known to be.
  end() {
    for (const name of this.known.keys()) {
      this.say("FAILED", `${name}: is in known/${this.sdk}.json, and no check has that name`);
    }
    const said = Object.entries(this.counts).map(([result, count]) => `${count} ${result}`);
    console.log(`${this.sdk}: ${said.join(", ")}`);
    return Number(this.counts.FAILED > 0);
  }
}
