// whatsapp-api-js 6.3.0 from npm, unmodified, against a live Blindpost:
//
//   node whatsapp-api-js.mjs BLINDPOST [--plant]
//
// With --plant the bot has another app secret, so that no webhook may pass its verification.

import { CARRIED, WORDS, Bot, run } from "./bot.mjs";
import { load } from "./npm/load.mjs";
import { assert } from "./world.mjs";

const { WhatsAppAPI } = await load("whatsapp-api-js");
const M = await load("whatsapp-api-js/messages");

// Sends every request to one server, whatever its URL says: the documented ponyfill.
function toBlindpost(base) {
  return (url, options) => {
    const { pathname, search } = new URL(url);
    return fetch(base + pathname + search, options);
  };
}

class ApiBot extends Bot {
  constructor(world, appSecret) {
    super(world);
    const { ready } = world;
    this.api = new WhatsAppAPI({
      token: ready.token,
      appSecret,
      webhookVerifyToken: ready.verify_token,
      v: "v24.0",
      ponyfill: { fetch: toBlindpost(ready.base_url) },
    });
    this.api.on.message = (told) => this.seen.add({ kind: "message", ...told });
    this.api.on.status = (told) => this.seen.add({ kind: "status", ...told });
  }

  async webhook(request, body) {
    try {
      if (request.method === "GET") {
        const query = new URL(request.url, "http://here").searchParams;
        return [200, this.api.get(Object.fromEntries(query))];
      }
      await this.api.post(JSON.parse(body), body, request.headers["x-hub-signature-256"]);
      return [200, ""];
    } catch (error) {
      return [error.httpStatus ?? 500, ""];
    }
  }

  async send(message, ...more) {
    const to = { phone: this.world.user };
    const answer = await this.api.sendMessage(this.id, to, message, ...more);
    assert(answer.messages, JSON.stringify(answer));
    return answer.messages[0].id;
  }

  async arrives(message, kind, ...more) {
    const wamid = await this.send(message, ...more);
    await this.reaches(wamid, kind);
    return wamid;
  }
}

async function inbound(checks, bot, world) {
  await checks.check("in: text, marked as read, answered to the user id", async () => {
    const wamid = await world.says("text", { body: WORDS });
    const told = await bot.hears(wamid);
    assert(told.message.text.body === WORDS, told.message.text.body);
    assert(told.recipient.bsuid && told.name === "Person 1", JSON.stringify(told.recipient));
    assert((await told.received()).success, "marked as read");
    await world.passed(wamid, "read");
    const user = { bsuid: told.recipient.bsuid };
    const answer = await bot.api.sendMessage(bot.id, user, new M.Text("You wrote " + WORDS), wamid);
    assert(answer.contacts?.[0].user_id === user.bsuid, JSON.stringify(answer));
    const shown = await world.passed(answer.messages[0].id, "shown");
    assert(shown.context.id === wamid && shown.text.body === "You wrote " + WORDS, "quoted");
  });
  for (const [kind, value] of Object.entries(CARRIED)) {
    await checks.check(`in: ${kind}`, async () => {
      const { message } = await bot.hears(await world.says(kind, value));
      assert(message.type === kind && message[kind], JSON.stringify(message));
    });
  }
  await checks.check("in: reaction", async () => {
    const wamid = await bot.arrives(new M.Text("React to this message"), "text");
    const heard = await world.says("reaction", { message_id: wamid, emoji: "👍" });
    assert((await bot.hears(heard)).message.reaction.emoji === "👍", "emoji");
  });
  await checks.check("in: image", async () => {
    const file = Buffer.from("not much of a picture");
    const data = file.toString("base64");
    const picture = { data, mime_type: "image/png", caption: "Bread of this day" };
    const heard = await world.says("image", picture);
    const { id } = (await bot.hears(heard)).message.image;
    const { url } = await bot.api.retrieveMedia(id);
    const fetched = await (await bot.api.fetchMedia(url)).arrayBuffer();
    assert(file.equals(Buffer.from(fetched)), "the file");
  });
}

const body = new M.Body("Bread or a cake?");
const action = {
  buttons: () => new M.ActionButtons(
    new M.Button("yes", "Yes, I want that"), new M.Button("no", "No")),
  list: () => {
    const row = new M.Row("cake", "Cake", "sweet, and creamy");
    return new M.ActionList("Choose", new M.ListSection("All that there is", row));
  },
  flow: () => new M.ActionDataExchangeFlow("t", "1", "Open", "draft"),
};

async function outbound(checks, bot, world) {
  const interactive = (...parts) => new M.Interactive(...parts);
  const product = new M.Product("a");
  const name = new M.Name("Ada, of Lovelace", "Ada, of Lovelace");
  const phone = new M.Phone("+15551234", "HOME");
  const messages = {
    "text": ["text", () => new M.Text(WORDS, true)],
    "location": ["location", () => new M.Location(
      13.4, 52.5, "Here, at a corner", "Street 1, Court 2")],
    "contacts": ["contacts", () => new M.Contacts([name, phone])],
    "buttons": ["interactive", () => interactive(
      action.buttons(), body, new M.Header("H"), new M.Footer("F"))],
    "list": ["interactive", () => interactive(action.list(), body)],
    "link button": ["interactive", () => interactive(
      new M.ActionCTA("Go", "https://example.com/a"), body)],
    "flow": ["interactive", () => interactive(action.flow(), body)],
    "catalog": ["interactive", () => interactive(new M.ActionCatalog(product), body)],
    "product": ["interactive", () => interactive(
      new M.ActionProduct(new M.CatalogProduct("a", "1")), body)],
    "products": ["interactive", () => interactive(
      new M.ActionProductList("1", new M.ProductSection("All that there is", product)), body,
      new M.Header("H"))],
    "location request": ["interactive", () => interactive(new M.ActionLocation(), body)],
    "call permission request": ["interactive", () => interactive(
      new M.ActionCallPermission(), body)],
    "contact info request": ["interactive", () => interactive(new M.ActionContactRequest(), body)],
    "template": ["template", () => new M.Template("hello_world", "en_US")],
  };
  for (const [name, [kind, message]] of Object.entries(messages)) {
    await checks.check(`out: ${name}`, () => bot.arrives(message(), kind));
  }
  await checks.check("out: reaction, and its removal", async () => {
    const heard = await world.says("text", { body: "Is this not a nice one?" });
    await bot.hears(heard);
    await bot.arrives(new M.Reaction(heard, "👍"), "reaction");
    const removed = await world.passed(await bot.send(new M.Reaction(heard)), "shown");
    assert(removed.reaction.emoji === "", "no emoji");
  });
  await checks.check("typing indicator", async () => {
    const heard = await world.says("text", { body: "Are you there today?" });
    await bot.hears(heard);
    assert((await bot.api.markAsRead(bot.id, heard, "text")).success, "success");
    await world.passed(heard, "read");
  });
  const link = "https://example.com/file";
  for (const kind of ["Image", "Video", "Document", "Audio", "Sticker"]) {
    const name = `out: ${kind.toLowerCase()} by a link that may not be fetched fails with 131053`;
    await checks.check(name, async () => {
      const { error } = await bot.status(await bot.send(new M[kind](link)), "failed");
      assert(error.code === 131053, JSON.stringify(error));
    });
  }
}

async function pressed(checks, bot, world) {
  const press = async (action, reply) => {
    await bot.arrives(new M.Interactive(action, body), "interactive");
    return (await bot.hears(await world.says("interactive", reply))).message.interactive;
  };
  await checks.check("in: a button that is pressed", async () => {
    const reply = { type: "button_reply", button_reply: { id: "yes" } };
    const { button_reply } = await press(action.buttons(), reply);
    assert(button_reply.title === "Yes, I want that", "its title");
  });
  await checks.check("in: a row that is chosen", async () => {
    const reply = { type: "list_reply", list_reply: { id: "cake" } };
    const heard = await press(action.list(), reply);
    assert(heard.list_reply.description === "sweet, and creamy", "its description");
  });
  await checks.check("in: a flow that is completed", async () => {
    const answer = { name: "flow", body: "The form is sent", response_json: '{"a":1}' };
    const heard = await press(action.flow(), { type: "nfm_reply", nfm_reply: answer });
    assert(JSON.parse(heard.nfm_reply.response_json).a === 1, "its answer");
  });
}

async function statuses(checks, bot, world) {
  await checks.check("out of the window: 131047 in a status", async () => {
    const to = { phone: world.stranger };
    const answer = await bot.api.sendMessage(bot.id, to, new M.Text("Hello, are you there?"));
    const { error } = await bot.status(answer.messages[0].id, "failed");
    assert(error.code === 131047, JSON.stringify(error));
  });
  await checks.check("callback data comes back in statuses", async () => {
    const wamid = await bot.send(new M.Text("A text, no more."), undefined, "my data");
    const told = await bot.status(wamid, "delivered");
    assert(told.biz_opaque_callback_data === "my data", JSON.stringify(told.raw));
  });
}

async function managed(checks, bot, world) {
  const { api, id } = bot;
  await checks.check("media: upload, metadata, delete", async () => {
    const form = new FormData();
    form.set("file", new Blob(["%PDF-1.4"], { type: "application/pdf" }), "a-long-letter.pdf");
    const uploaded = await api.uploadMedia(id, form);
    assert(uploaded.id, JSON.stringify(uploaded));
    const media = await api.retrieveMedia(uploaded.id);
    assert(media.mime_type === "application/pdf", JSON.stringify(media));
    const sent = await bot.send(new M.Document(uploaded.id, true, "Read", "a-long-letter.pdf"));
    const got = await world.passed(sent, "fetched");
    assert(got.file.file_size === 8, JSON.stringify(got));
    assert((await api.deleteMedia(uploaded.id)).success, "deleted");
  });
  await checks.check("block list", async () => {
    const user = { phone: world.user };
    const blocked = await api.blockUser(id, user);
    assert(blocked.block_users?.added_users.length === 1, JSON.stringify(blocked));
    const unblocked = await api.unblockUser(id, user);
    assert(unblocked.block_users?.removed_users.length === 1, JSON.stringify(unblocked));
  });
  await checks.check("QR link", async () => {
    const made = await api.createQR(id, "Hello");
    assert(made.code, JSON.stringify(made));
  });
}

const open = (world, appSecret) => new ApiBot(world, appSecret);
await run("whatsapp-api-js", open, [inbound, outbound, pressed, statuses, managed]);
