// @chat-adapter/whatsapp 4.41.1 from npm, unmodified, against a live Blindpost:
//
//   node chat-adapter.mjs BLINDPOST [--plant]
//
// It is one end of the Chat SDK, which knows conversations and not WhatsApp: it passes no statuses
// on, so that what came of a message is looked up over the control API. With --plant the bot has
// another app secret, so that no webhook may pass its verification.

import { PICTURE, PNG, WORDS, Bot, refused, run } from "./bot.mjs";
import { load } from "./npm/load.mjs";
import { assert } from "./world.mjs";

const { createWhatsAppAdapter } = await load("@chat-adapter/whatsapp");
const { createMemoryState } = await load("@chat-adapter/state-memory");
const { Actions, Button, Card, CardText, Chat, ConsoleLogger, LinkButton } = await load("chat");

class ChatBot extends Bot {
  constructor(world, appSecret) {
    super(world);
    const logger = new ConsoleLogger("silent");
    this.adapter = this.adapterWith(world.ready.token, appSecret, logger);
    this.chat = new Chat({
      userName: "bot", logger, state: createMemoryState(), adapters: { whatsapp: this.adapter },
      concurrency: "queue",
    });
    this.chat.onDirectMessage((thread, message) => this.seen.add({ thread, message }));
    this.chat.onAction((action) => this.seen.add({ action, message: { id: action.messageId } }));
    this.chat.onReaction((reaction) => this.seen.add({ reaction, message: reaction.raw }));
  }

  adapterWith(accessToken, appSecret, logger) {
    const { base_url: apiUrl, verify_token: verifyToken } = this.world.ready;
    return createWhatsAppAdapter({
      accessToken, appSecret, apiUrl, verifyToken, logger, phoneNumberId: this.id,
    });
  }

  async webhook({ method, url, headers }, body) {
    const content = method === "GET" ? {} : { body };
    const request = new Request(new URL(url, "http://here"), { method, headers, ...content });
    const response = await this.chat.webhooks.whatsapp(request);
    return [response.status, await response.text()];
  }

  // The thread with somebody, as a bot opens one that was not written to.
  async thread(user = this.world.user) {
    return this.chat.thread(await this.adapter.openDM(user));
  }

  // What is posted is shown with this type and these words in it, and read.
  async arrives(message, kind, words = "") {
    const { id } = await (await this.thread()).post(message);
    const shown = await this.world.passed(id, "read");
    assert(shown.type === kind, JSON.stringify(shown));
    assert(JSON.stringify(shown[kind]).includes(words), JSON.stringify(shown));
    return shown;
  }
}

async function inbound(checks, bot, world) {
  await checks.check("in: text, marked as read, answered", async () => {
    const wamid = await world.says("text", { body: WORDS });
    const { thread, message } = await bot.hears(wamid);
    assert(message.text === WORDS, message.text);
    const { userId, fullName } = message.author;
    assert(userId === world.user && fullName === "Person 1", JSON.stringify(message.author));
    await bot.adapter.markAsRead(thread.id, wamid);
    await world.passed(wamid, "read");
    const { id } = await bot.adapter.reply(thread.id, wamid, { raw: WORDS });
    const shown = await world.passed(id, "shown");
    assert(shown.context.id === wamid && shown.text.body === WORDS, "quoted");
  });
  await checks.check("in: location", async () => {
    const place = { latitude: 52.5, longitude: 13.4, name: "Here, at a corner" };
    const { message } = await bot.hears(await world.says("location", place));
    assert(message.attachments[0].url.endsWith("52.5,13.4"), JSON.stringify(message.attachments));
  });
  await checks.check("in: reaction", async () => {
    const { wamid } = await bot.arrives("React to this message", "text");
    const heard = await world.says("reaction", { message_id: wamid, emoji: "👍" });
    const { reaction } = await bot.hears(heard);
    assert(reaction.rawEmoji === "👍" && reaction.messageId === wamid, reaction.rawEmoji);
  });
  await checks.check("in: image", async () => {
    const heard = await world.says("image", PICTURE);
    assert((await bot.hears(heard)).message.attachments[0].type === "image", "an attachment");
  });
}

const link = LinkButton({ label: "Go", url: "https://example.com/a" });
const yes = Button({ id: "bread", label: "Yes, I want that", value: "yes" });
const card = (button) => Card({
  title: "Bread", children: [CardText("Bread or a cake?"), Actions([button])],
});
const hello = { name: "hello_world", language: "en_US" };

async function outbound(checks, bot, world) {
  for (const [name, message, kind, words] of [
    ["text", { raw: WORDS }, "text", "Grüße"],
    ["text in Markdown", { markdown: "**bold** and *not*" }, "text", "*bold* and _not_"],
    ["buttons", card(yes), "interactive", "Yes, I want that"],
    ["link button", card(link), "interactive", "cta_url"],
  ]) {
    await checks.check(`out: ${name}`, () => bot.arrives(message, kind, words));
  }
  await checks.check("out: a text that is too long for one message", async () => {
    const shown = await bot.arrives("x".repeat(5000), "text");
    assert(shown.text.body.length === 5000 - 4096, "the rest");
  });
  await checks.check("out: template", async () => {
    const { id } = await bot.adapter.sendTemplate((await bot.thread()).id, hello);
    assert((await world.passed(id, "read")).type === "template", "a template");
  });
  await checks.check("out: reaction, and its removal", async () => {
    const heard = await world.says("text", { body: "Is this not a nice one?" });
    const { thread } = await bot.hears(heard);
    const shown = async (count) => {
      const reactions = "/messages?direction=outbound&type=reaction&status=shown";
      const path = `${reactions}&count=${count}&wait_ms=9000`;
      return (await world.control(path)).messages.map(({ reaction }) => reaction.emoji).join();
    };
    await bot.adapter.addReaction(thread.id, heard, "thumbs_up");
    assert(await shown(1) === "👍", "shown");
    await bot.adapter.removeReaction(thread.id, heard, "thumbs_up");
    assert(await shown(2) === "👍,", "removed");
  });
  await checks.check("typing indicator", async () => {
    const heard = await world.says("text", { body: "Are you there today?" });
    const { thread } = await bot.hears(heard);
    await thread.startTyping();
    await world.passed(heard, "read");
  });
  const data = PNG;
  for (const [name, filename, mimeType, kind] of [
    ["image", "a.png", "image/png", "image"],
    ["video", "a.mp4", "video/mp4", "video"],
    ["document", "a-long-letter.pdf", "application/pdf", "document"],
    ["audio", "a.mp3", "audio/mpeg", "audio"],
  ]) {
    const raw = kind === "audio" ? "" : "Caption of this file";
    const message = { raw, files: [{ data, filename, mimeType }] };
    await checks.check(`out: ${name} that is uploaded`, () => bot.arrives(message, kind));
  }
}

async function pressed(checks, bot, world) {
  await checks.check("in: a button that is pressed", async () => {
    const shown = await bot.arrives(card(yes), "interactive");
    const [{ reply: { id } }] = shown.interactive.action.buttons;
    const reply = { type: "button_reply", button_reply: { id } };
    const { action } = await bot.hears(await world.says("interactive", reply));
    assert(action.actionId === "bread" && action.value === "yes", action.actionId);
  });
}

async function errors(checks, bot, world) {
  await checks.check("out of the window: failed", async () => {
    const { id } = await (await bot.thread(world.stranger)).post("Hello, are you there?");
    await world.passed(id, "failed");
  });
  await checks.check("out: image by a link that may not be fetched fails", async () => {
    const attachment = { type: "image", url: "https://example.com/a.png", name: "a.png" };
    const { id } = await (await bot.thread()).post({ raw: "", attachments: [attachment] });
    await world.passed(id, "failed");
  });
  await checks.check("a fault of the control API is the SDK's error", async () => {
    await world.control("/faults", { sends: { code: 131056, times: 1 } });
    const thread = await bot.thread();
    const error = await refused(() => thread.post("Too many"));
    assert(error.errorCode === 131056 && error.code === "RATE_LIMITED", String(error));
  });
  await checks.check("an unknown template is the SDK's error", async () => {
    const thread = await bot.thread();
    const unknown = { ...hello, name: "unknown" };
    const error = await refused(() => bot.adapter.sendTemplate(thread.id, unknown));
    assert(error.errorCode === 132001, String(error));
  });
  await checks.check("an unknown token is the SDK's error", async () => {
    const nobody = bot.adapterWith("nobody's", "secret", new ConsoleLogger("silent"));
    const thread = await bot.thread();
    const error = await refused(() => nobody.postMessage(thread.id, "Hello"));
    assert(error.code === "AUTH_FAILED", String(error));
  });
  await checks.check("media: upload and download", async () => {
    const id = await bot.adapter.uploadMedia(
      { data: PNG, filename: "a.png", mimeType: "image/png" });
    assert((await bot.adapter.downloadMedia(id)).equals(PNG), "the same bytes");
  });
}

const open = (world, appSecret) => new ChatBot(world, appSecret);
await run("chat-adapter", open, [inbound, outbound, pressed, errors]);
