// What the bots of all JavaScript SDKs have in common: a server for their webhooks, what those
// told, and the checks of a message's way to the person and back.

import { createServer } from "node:http";

import { Checks, Seen, World, assert } from "./world.mjs";

// Signed as Meta escapes it, and read by every SDK as it was.
export const WORDS = "Grüße 😀 to a@b, 5% </p> \\ \"quoted\"";

export const PNG = Buffer.from(
  "89504e470d0a1a0a0000000d4948445200000001000000010806000000" +
  "1f15c4890000000d49444154789c6360606060000000050001a5f64540" +
  "0000000049454e44ae426082", "hex");

// A picture that a person sends.
export const PICTURE = {
  data: PNG.toString("base64"), mime_type: "image/png", caption: "Bread of this day",
};

// What else a person sends, by its type, and webhooks carry as it is.
export const CARRIED = {
  location: { latitude: 52.5, longitude: 13.4, name: "Here, at a corner" },
  contacts: [{ name: { formatted_name: "Ada, of Lovelace" }, phones: [{ phone: "+1 555" }] }],
  order: {
    catalog_id: "1", product_items: [{ product_retailer_id: "a", quantity: 1 }],
    text: "Please, be quick",
  },
};

// The error with which a call is refused.
export async function refused(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error("it was not refused");
}

// A bot, and what its webhooks told: each thing has the `message` of a person, or the kind
// `status` with the `id` and `status` of what was sent.
export class Bot {
  constructor(world) {
    this.world = world;
    this.id = world.ready.phone_number_id;
    this.seen = new Seen();
  }

  // Answers a webhook with a status and a text. Each SDK does it in its own way.
  async webhook(_request, _body) {
    throw new Error("this bot reads no webhooks");
  }

  // What was told about a message of the person.
  hears(wamid) {
    return this.seen.wait((told) => told.message?.id === wamid, `message ${wamid}`);
  }

  // What was told when a message of the bot got this status.
  status(wamid, status) {
    const fits = (told) => told.kind === "status" && told.id === wamid && told.status === status;
    return this.seen.wait(fits, `${status} of ${wamid}`);
  }

  // The message is shown with this type and these words in it, and its statuses go as far as read.
  async reaches(wamid, kind, words = "") {
    const shown = await this.world.passed(wamid, "shown");
    assert(shown.type === kind, JSON.stringify(shown));
    assert(JSON.stringify(shown[kind]).includes(words), JSON.stringify(shown));
    for (const status of ["sent", "delivered", "read"]) await this.status(wamid, status);
    return shown;
  }
}

// What else a person sends comes to an SDK that hands it on as webhooks carry it. `asks` sends a
// text, to which the person reacts: its wamid; `names` says which message a reaction is to.
export async function carried(checks, bot, asks, names) {
  const { world } = bot;
  for (const [kind, value] of Object.entries(CARRIED)) {
    await checks.check(`in: ${kind}`, async () => {
      const { message } = await bot.hears(await world.says(kind, value));
      assert(message.type === kind && message[kind], JSON.stringify(message));
    });
  }
  await checks.check("in: reaction", async () => {
    const wamid = await asks("React to this message");
    const heard = await world.says("reaction", { message_id: wamid, emoji: "👍" });
    const { reaction } = (await bot.hears(heard)).message;
    assert(reaction.emoji === "👍" && names(reaction) === wamid, JSON.stringify(reaction));
  });
  await checks.check("in: image", async () => {
    const heard = await world.says("image", PICTURE);
    assert((await bot.hears(heard)).message.image.id, "an id");
  });
}

// A server as somebody writes it who uses an SDK without a framework.
function receiver(bot) {
  return createServer(async (request, response) => {
    let body = "";
    request.setEncoding("utf8");
    for await (const part of request) body += part;
    const [status, text] = await bot.now.webhook(request, body).catch(() => [500, ""]);
    response.statusCode = status;
    response.end(text);
  });
}

// Runs the parts of a program for this SDK, whose bot `open` makes of a world and an app secret.
// With --plant the secret is another, and the first check alone is made.
export async function run(sdk, open, parts) {
  const [blindpost, ...flags] = process.argv.slice(2);
  const plant = flags.includes("--plant");
  const bot = { now: undefined };
  const server = receiver(bot);
  await new Promise((listens) => server.listen(0, "127.0.0.1", listens));
  const checks = new Checks(sdk, plant ? 1 : Infinity);
  const webhook = `http://127.0.0.1:${server.address().port}/webhook`;
  const world = await World.start(blindpost, webhook);
  try {
    bot.now = await open(world, plant ? "another" : world.ready.app_secret);
    await world.control(`/users/${world.user}`, { reads: true });
    for (const part of parts) await part(checks, bot.now, world);
  } finally {
    await world.end();
    server.close();
    server.closeAllConnections();
  }
  process.exitCode = plant ? Number(checks.counts.FAILED > 0) : checks.end();
}
