// @kapso/whatsapp-cloud-api 0.3.0 from npm, unmodified, against a live Blindpost:
//
//   node kapso.mjs BLINDPOST [--plant]
//
// With --plant the bot has another app secret, so that no webhook may pass its verification.

import { PNG, WORDS, Bot, carried, refused, run } from "./bot.mjs";
import { load } from "./npm/load.mjs";
import { assert } from "./world.mjs";

const { WhatsAppClient } = await load("@kapso/whatsapp-cloud-api");
const { normalizeWebhook, verifySignature } = await load("@kapso/whatsapp-cloud-api/server");

class KapsoBot extends Bot {
  constructor(world, appSecret) {
    super(world);
    const { ready } = world;
    this.appSecret = appSecret;
    this.api = new WhatsAppClient({ accessToken: ready.token, baseUrl: ready.base_url });
    this.waba = ready.waba_id;
    this.to = { phoneNumberId: this.id, to: world.user };
  }

  async webhook(request, rawBody) {
    const query = new URL(request.url, "http://here").searchParams;
    if (request.method === "GET") {
      const known = query.get("hub.verify_token") === this.world.ready.verify_token;
      return known ? [200, query.get("hub.challenge")] : [403, ""];
    }
    const signatureHeader = request.headers["x-hub-signature-256"];
    if (!verifySignature({ appSecret: this.appSecret, rawBody, signatureHeader })) return [401, ""];
    const { contacts, messages, statuses } = normalizeWebhook(JSON.parse(rawBody));
    for (const message of messages) this.seen.add({ message, contacts });
    for (const status of statuses) this.seen.add({ kind: "status", ...status });
    return [200, ""];
  }

  // Sends with one of the SDK's methods: the wamid.
  async send(method, message) {
    const answer = await this.api.messages[method]({ ...this.to, ...message });
    return answer.messages[0].id;
  }

  async arrives(method, message, kind, words) {
    const wamid = await this.send(method, message);
    await this.reaches(wamid, kind, words);
    return wamid;
  }
}

async function inbound(checks, bot, world) {
  await checks.check("in: text, marked as read, answered to the user id", async () => {
    const wamid = await world.says("text", { body: WORDS });
    const { message, contacts } = await bot.hears(wamid);
    assert(message.text.body === WORDS && message.kapso.direction === "inbound", message.text.body);
    const [{ userId, waId, profile }] = contacts;
    assert(waId === world.user && profile.name === "Person 1", JSON.stringify(contacts));
    const read = await bot.api.messages.markRead({ phoneNumberId: bot.id, messageId: wamid });
    assert(read.success, "marked as read");
    await world.passed(wamid, "read");
    const answer = await bot.api.messages.sendText({
      phoneNumberId: bot.id, recipient: userId, body: WORDS, contextMessageId: wamid,
    });
    assert(answer.contacts[0].userId === userId, JSON.stringify(answer));
    const shown = await world.passed(answer.messages[0].id, "shown");
    assert(shown.context.id === wamid && shown.text.body === WORDS, "quoted");
  });
  const asks = (body) => bot.arrives("sendText", { body }, "text");
  await carried(checks, bot, asks, (reaction) => reaction.messageId);
}

const bodyText = "Bread or a cake?";
const url = "https://example.com/a";
const buttons = [{ id: "yes", title: "Yes, I want that" }, { id: "no", title: "No" }];
const rows = [{ id: "cake", title: "Cake", description: "sweet, and creamy" }];
const sections = [{ title: "All that there is", rows }];
const flow = { flowId: "1", flowCta: "Open", flowToken: "t", flowAction: "data_exchange" };
const cards = (action) => [0, 1].map((cardIndex) => ({
  cardIndex, header: { type: "image", image: { link: `${url}.png` } },
  bodyText: `Card ${cardIndex}`, action: action(cardIndex),
}));

// The name of each check, and the method, the message and the words that are shown of it.
const MESSAGES = {
  "text": ["sendText", { body: WORDS, previewUrl: true }, "text", "Grüße"],
  "location": ["sendLocation", { location: {
    latitude: 52.5, longitude: 13.4, name: "Here, at a corner", address: "Street 1, Court 2",
  } }, "location", "Street 1, Court 2"],
  "contacts": ["sendContacts", { contacts: [
    { name: { formattedName: "Ada, of Lovelace", firstName: "Ada" }, phones: [{ phone: "+1555" }] },
  ] }, "contacts", "Ada, of Lovelace"],
  "template": ["sendTemplate", {
    template: { name: "hello_world", language: { code: "en_US" } },
  }, "template", "hello_world"],
  "buttons": ["sendInteractiveButtons", {
    bodyText, buttons, header: { type: "text", text: "H" }, footerText: "F",
  }, "interactive", "yes"],
  "list": ["sendInteractiveList", { bodyText, buttonText: "Choose", sections },
    "interactive", "sweet, and creamy"],
  "product": ["sendInteractiveProduct", { bodyText, catalogId: "1", productRetailerId: "a" },
    "interactive", "product_retailer_id"],
  "products": ["sendInteractiveProductList", {
    bodyText, header: { type: "text", text: "H" }, catalogId: "1",
    sections: [{ title: "All that there is", productItems: [{ productRetailerId: "a" }] }],
  }, "interactive", "product_items"],
  "flow": ["sendInteractiveFlow", { bodyText, parameters: { ...flow, mode: "draft" } },
    "interactive", "flow_token"],
  "address": ["sendInteractiveAddress", { bodyText, parameters: { country: "IN" } },
    "interactive", "address_message"],
  "location request": ["sendInteractiveLocationRequest", {
    bodyText, parameters: { requestMessage: "Where are you now?" },
  }, "interactive", "send_location"],
  "call permission request": ["sendInteractiveCallPermission", {
    bodyText, parameters: { phoneNumber: "15551234" },
  }, "interactive", "call_permission_request"],
  "link button": ["sendInteractiveCtaUrl", { bodyText, parameters: { displayText: "Go", url } },
    "interactive", "display_text"],
  "carousel of links": ["sendInteractiveCarousel", {
    bodyText, cards: cards(() => ({ displayText: "Go", url })),
  }, "interactive", "Card 1"],
  "carousel of buttons": ["sendInteractiveCarousel", {
    bodyText,
    cards: cards((index) => ({ buttons: [{ id: `take-${index}`, title: "Take" }] })),
  }, "interactive", "take-1"],
  "catalog": ["sendInteractiveCatalogMessage", {
    bodyText, parameters: { thumbnailProductRetailerId: "a" },
  }, "interactive", "catalog_message"],
};

async function outbound(checks, bot, world) {
  for (const [name, [method, message, kind, words]] of Object.entries(MESSAGES)) {
    await checks.check(`out: ${name}`, () => bot.arrives(method, message, kind, words));
  }
  await checks.check("out: reaction, and its removal", async () => {
    const messageId = await world.says("text", { body: "Is this not a nice one?" });
    await bot.hears(messageId);
    const reaction = { messageId, emoji: "👍" };
    await bot.arrives("sendReaction", { reaction }, "reaction", "👍");
    const wamid = await bot.send("sendReaction", { reaction: { messageId, emoji: "" } });
    assert(!(await world.passed(wamid, "shown")).reaction.emoji, "no emoji");
  });
  await checks.check("typing indicator", async () => {
    const messageId = await world.says("text", { body: "Are you there today?" });
    await bot.hears(messageId);
    const typingIndicator = { type: "text" };
    const answer = await bot.api.messages.markRead(
      { phoneNumberId: bot.id, messageId, typingIndicator });
    assert(answer.success, "success");
    await world.passed(messageId, "read");
  });
  for (const kind of ["Image", "Video", "Document", "Audio", "Sticker"]) {
    const name = kind.toLowerCase();
    const title = `out: ${name} by a link that may not be fetched fails with 131053`;
    await checks.check(title, async () => {
      const wamid = await bot.send(`send${kind}`, { [name]: { link: url } });
      const { errors } = await bot.status(wamid, "failed");
      assert(errors[0].code === 131053, JSON.stringify(errors));
    });
  }
  await checks.check("out: image that is uploaded", async () => {
    const file = new Blob([PNG], { type: "image/png" });
    const { id } = await bot.api.media.upload({ phoneNumberId: bot.id, type: "image/png", file });
    const image = { id, caption: "Caption of this file" };
    await bot.arrives("sendImage", { image }, "image", "Caption of this file");
  });
}

async function pressed(checks, bot, world) {
  const press = async (method, message, reply) => {
    await bot.arrives(method, { bodyText, ...message }, "interactive");
    return (await bot.hears(await world.says("interactive", reply))).message;
  };
  await checks.check("in: a button that is pressed", async () => {
    const reply = { type: "button_reply", button_reply: { id: "yes" } };
    const { interactive } = await press("sendInteractiveButtons", { buttons }, reply);
    assert(interactive.buttonReply.title === "Yes, I want that", JSON.stringify(interactive));
  });
  await checks.check("in: a row that is chosen", async () => {
    const reply = { type: "list_reply", list_reply: { id: "cake" } };
    const list = { buttonText: "Choose", sections };
    const { interactive } = await press("sendInteractiveList", list, reply);
    assert(interactive.listReply.description === "sweet, and creamy", JSON.stringify(interactive));
  });
  await checks.check("in: a flow that is completed", async () => {
    const answer = {
      name: "flow", body: "The form is sent", response_json: '{"flow_token":"t","a":1}',
    };
    const reply = { type: "nfm_reply", nfm_reply: answer };
    const { kapso } = await press("sendInteractiveFlow", { parameters: flow }, reply);
    assert(kapso.flowToken === "t" && kapso.flowResponse.a === 1, JSON.stringify(kapso));
  });
}

async function statuses(checks, bot, world) {
  await checks.check("out of the window: 131047 in a status", async () => {
    const wamid = await bot.send("sendText", { to: world.stranger, body: "Hello, are you there?" });
    const { errors } = await bot.status(wamid, "failed");
    assert(errors[0].code === 131047, JSON.stringify(errors));
  });
  await checks.check("callback data comes back in statuses", async () => {
    const message = { body: "A text, no more.", bizOpaqueCallbackData: "my data" };
    const wamid = await bot.send("sendText", message);
    const told = await bot.status(wamid, "delivered");
    assert(told.bizOpaqueCallbackData === "my data", JSON.stringify(told));
  });
  await checks.check("a template outside the window is charged", async () => {
    const [method, message] = MESSAGES.template;
    const wamid = await bot.send(method, { ...message, to: world.stranger });
    const { pricing } = await bot.status(wamid, "sent");
    assert(pricing.pricingModel === "PMP" && pricing.billable, JSON.stringify(pricing));
  });
  await checks.check("a fault of the control API is the SDK's error", async () => {
    await world.control("/faults", { sends: { code: 131056, times: 1 } });
    const error = await refused(() => bot.send("sendText", { body: "Too many" }));
    assert(error.code === 131056 && error.isRateLimit(), JSON.stringify(error));
  });
  await checks.check("an unknown template is the SDK's error", async () => {
    const template = { name: "unknown", language: { code: "en_US" } };
    const error = await refused(() => bot.send("sendTemplate", { template }));
    assert(error.code === 132001 && error.isTemplateError(), JSON.stringify(error));
  });
  await checks.check("an unknown token is the SDK's error", async () => {
    const { base_url: baseUrl } = world.ready;
    const nobody = new WhatsAppClient({ accessToken: "nobody's", baseUrl });
    const error = await refused(() => nobody.messages.sendText({ ...bot.to, body: "Hello" }));
    assert(error.isAuthError() && error.requiresTokenRefresh(), JSON.stringify(error));
  });
}

async function managed(checks, bot, world) {
  const { api, waba: businessAccountId } = bot;
  const number = { phoneNumberId: bot.id };
  const uploads = async () => {
    const [type, fileName] = ["image/png", "a.png"];
    const file = new Blob([PNG], { type });
    return { mediaId: (await api.media.upload({ ...number, type, file, fileName })).id };
  };
  await checks.check("media: upload, metadata, download, delete", async () => {
    const media = await uploads();
    assert((await api.media.get(media)).mimeType === "image/png", "its type");
    const bytes = Buffer.from(await api.media.download({ ...media, auth: "always" }));
    assert(bytes.equals(PNG), "the same bytes");
    assert((await api.media.delete({ ...media, ...number })).success, "deleted");
  });
  await checks.check("media: no download without the token", async () => {
    const answer = await api.media.download({ ...await uploads(), auth: "never", as: "response" });
    assert(answer.status === 401, String(answer.status));
  });
  await checks.check("templates: create, list, send, quick reply, delete", async () => {
    const made = await api.templates.create({
      businessAccountId, name: "visit", language: "en_US", category: "UTILITY",
      components: [
        { type: "BODY", text: "Come {{1}}?", example: { bodyText: [["today, this noon"]] } },
        { type: "BUTTONS", buttons: [{ type: "QUICK_REPLY", text: "Yes, I want that" }] },
      ],
    });
    assert(made.id && made.status, JSON.stringify(made));
    const names = (await api.templates.list({ businessAccountId })).data.map(({ name }) => name);
    assert(names.includes("visit") && names.includes("hello_world"), names.join());
    const template = {
      name: "visit", language: { code: "en_US" },
      components: [{ type: "body", parameters: [{ type: "text", text: "today, this noon" }] }],
    };
    await bot.arrives("sendTemplate", { template }, "template", "today, this noon");
    const yes = { payload: "Yes, I want that", text: "Yes, I want that" };
    const heard = await world.says("button", yes);
    assert((await bot.hears(heard)).message.button.payload === "Yes, I want that", "its payload");
    assert((await api.templates.delete({ businessAccountId, name: "visit" })).success, "deleted");
  });
  await checks.check("templates: one by the path that the SDK asks", async () => {
    const { data: [{ id: templateId }] } = await api.templates.list({ businessAccountId });
    const found = await api.templates.get({ businessAccountId, templateId });
    assert(found.name, JSON.stringify(found));
  });
  await checks.check("deregister and register", async () => {
    assert((await api.phoneNumbers.deregister(number)).success, "deregistered");
    assert((await api.phoneNumbers.register({ ...number, pin: "123456" })).success, "registered");
  });
  await checks.check("settings of a number", async () => {
    const settings = await api.phoneNumbers.settings.get(number);
    assert(typeof settings === "object", JSON.stringify(settings));
  });
  await checks.check("business profile", async () => {
    const profile = api.phoneNumbers.businessProfile;
    assert((await profile.update({ ...number, about: "We bake" })).success, "changed");
    const [{ about }] = (await profile.get({ ...number, fields: "about" })).data;
    assert(about === "We bake", about);
  });
}

const open = (world, appSecret) => new KapsoBot(world, appSecret);
await run("kapso", open, [inbound, outbound, pressed, statuses, managed]);
