// @great-detail/whatsapp 8.4.0 from npm, unmodified, against a live Blindpost:
//
//   node great-detail.mjs BLINDPOST [--plant]
//
// With --plant the bot has another app secret, so that no webhook may pass its verification.

import { PNG, WORDS, Bot, carried, run } from "./bot.mjs";
import { load } from "./npm/load.mjs";
import { assert } from "./world.mjs";

const { Client } = await load("@great-detail/whatsapp");

class ClientBot extends Bot {
  constructor(world, appSecret) {
    super(world);
    const { ready } = world;
    this.appSecret = appSecret;
    this.api = this.client(ready.token);
    this.waba = ready.waba_id;
    this.to = { phoneNumberID: this.id, to: world.user };
  }

  client(token) {
    const headers = { Authorization: `Bearer ${token}` };
    return new Client({ prefixUrl: this.world.ready.base_url, request: { headers } });
  }

  async webhook({ method, url, headers }, body) {
    const { webhook } = this.api;
    if (method === "GET") {
      const query = Object.fromEntries(new URL(url, "http://here").searchParams);
      const registration = await webhook.register({ method, query });
      const known = registration.verifyToken === this.world.ready.verify_token;
      return known ? [200, registration.accept()] : [403, registration.reject() ?? ""];
    }
    const told = await webhook.eventNotification({ method, headers, body });
    await told.verifySignature(this.appSecret);
    for (const { value } of told.eventNotification.entry.flatMap(({ changes }) => changes)) {
      for (const message of value.messages ?? []) this.seen.add({ message, ...value.contacts[0] });
      for (const status of value.statuses ?? []) this.seen.add({ kind: "status", ...status });
    }
    return [200, ""];
  }

  // Sends a message of a type: the wamid.
  async send(type, value, more) {
    const message = { ...this.to, type, [type]: value, ...more };
    return (await this.api.message.createMessage(message).json()).messages[0].id;
  }

  async arrives(type, value, words) {
    const wamid = await this.send(type, value);
    await this.reaches(wamid, type, words);
    return wamid;
  }

  async uploads() {
    const file = new Blob([PNG], { type: "image/png" });
    const media = { phoneNumberID: this.id, file, filename: "a.png", mimeType: "image/png" };
    return (await this.api.media.upload(media).json()).id;
  }
}

// The error of Graph with which a call is refused.
async function refused(call) {
  try {
    await call();
  } catch (error) {
    return (await error.response.json()).error;
  }
  throw new Error("it was not refused");
}

async function inbound(checks, bot, world) {
  await checks.check("in: text, marked as read, answered", async () => {
    const wamid = await world.says("text", { body: WORDS });
    const { message, profile, wa_id } = await bot.hears(wamid);
    assert(message.text.body === WORDS, message.text.body);
    assert(wa_id === world.user && profile.name === "Person 1", JSON.stringify(profile));
    const reads = { phoneNumberID: bot.id, status: "read", message_id: wamid };
    assert((await bot.api.message.createStatus(reads).json()).success, "marked as read");
    await world.passed(wamid, "read");
    const context = { message_id: wamid };
    const answer = await bot.send("text", { body: WORDS }, { to: wa_id, context });
    const shown = await world.passed(answer, "shown");
    assert(shown.context.id === wamid && shown.text.body === WORDS, "quoted");
  });
  const asks = (body) => bot.arrives("text", { body });
  await carried(checks, bot, asks, (reaction) => reaction.message_id);
}

const url = "https://example.com/a";
const body = { text: "Bread or a cake?" };
const reply = (id, title) => ({ type: "reply", reply: { id, title } });
const parameters = {
  flow_message_version: "3", flow_id: "1", flow_token: "t", flow_cta: "Open", mode: "draft",
  flow_action: "data_exchange",
};

// What the SDK calls interactive is written by its user, as Graph has it.
const INTERACTIVE = {
  "buttons": { type: "button", body, action: {
    buttons: [reply("yes", "Yes, I want that"), reply("no", "No")],
  } },
  "list": { type: "list", body, action: {
    button: "Choose",
    sections: [{
      title: "All that there is",
      rows: [{ id: "cake", title: "Cake", description: "sweet, and creamy" }],
    }],
  } },
  "product": { type: "product", body, action: { catalog_id: "1", product_retailer_id: "a" } },
  "products": { type: "product_list", header: { type: "text", text: "H" }, body, action: {
    catalog_id: "1",
    sections: [{ title: "All that there is", product_items: [{ product_retailer_id: "a" }] }],
  } },
  "catalog": { type: "catalog_message", body, action: { name: "catalog_message" } },
  "link button": { type: "cta_url", body, action: {
    name: "cta_url", parameters: { display_text: "Go", url },
  } },
  "flow": { type: "flow", body, action: { name: "flow", parameters } },
  "location request": { type: "location_request_message", body, action: { name: "send_location" } },
};

async function outbound(checks, bot, world) {
  const template = { name: "hello_world", language: { code: "en_US" } };
  const name = { formatted_name: "Ada, of Lovelace", first_name: "Ada" };
  const card = { name, phones: [{ phone: "+1555" }] };
  const place = {
    latitude: 52.5, longitude: 13.4, name: "Here, at a corner", address: "Street 1, Court 2",
  };
  for (const [type, value, words] of [
    ["text", { body: WORDS, preview_url: true }, "Grüße"],
    ["location", place, "Street 1, Court 2"],
    ["contacts", [card], "Ada, of Lovelace"],
    ["template", template, "hello_world"],
  ]) {
    await checks.check(`out: ${type}`, () => bot.arrives(type, value, words));
  }
  for (const [name, value] of Object.entries(INTERACTIVE)) {
    const [words] = Object.keys(value.action);
    await checks.check(`out: ${name}`, () => bot.arrives("interactive", value, words));
  }
  await checks.check("out: reaction, and its removal", async () => {
    const message_id = await world.says("text", { body: "Is this not a nice one?" });
    await bot.hears(message_id);
    await bot.arrives("reaction", { message_id, emoji: "👍" }, "👍");
    const wamid = await bot.send("reaction", { message_id, emoji: "" });
    assert((await world.passed(wamid, "shown")).reaction.emoji === "", "no emoji");
  });
  for (const type of ["image", "video", "document", "audio", "sticker"]) {
    const title = `out: ${type} by a link that may not be fetched fails with 131053`;
    await checks.check(title, async () => {
      const { errors } = await bot.status(await bot.send(type, { link: url }), "failed");
      assert(errors[0].code === 131053, JSON.stringify(errors));
    });
  }
  await checks.check("out: image that is uploaded", async () => {
    const image = { id: await bot.uploads(), caption: "Caption of this file" };
    await bot.arrives("image", image, "Caption of this file");
  });
}

async function pressed(checks, bot, world) {
  const press = async (name, answer) => {
    await bot.arrives("interactive", INTERACTIVE[name]);
    return (await bot.hears(await world.says("interactive", answer))).message.interactive;
  };
  await checks.check("in: a button that is pressed", async () => {
    const heard = await press("buttons", { type: "button_reply", button_reply: { id: "yes" } });
    assert(heard.button_reply.title === "Yes, I want that", JSON.stringify(heard));
  });
  await checks.check("in: a row that is chosen", async () => {
    const heard = await press("list", { type: "list_reply", list_reply: { id: "cake" } });
    assert(heard.list_reply.description === "sweet, and creamy", JSON.stringify(heard));
  });
  await checks.check("in: a flow that is completed", async () => {
    const nfm_reply = {
      name: "flow", body: "The form is sent", response_json: '{"flow_token":"t","a":1}',
    };
    const heard = await press("flow", { type: "nfm_reply", nfm_reply });
    assert(JSON.parse(heard.nfm_reply.response_json).a === 1, JSON.stringify(heard));
  });
}

async function statuses(checks, bot, world) {
  const template = (name) => ({ name, language: { code: "en_US" } });
  await checks.check("out of the window: 131047 in a status", async () => {
    const wamid = await bot.send("text", { body: "Hello, are you there?" }, { to: world.stranger });
    const { errors } = await bot.status(wamid, "failed");
    assert(errors[0].code === 131047, JSON.stringify(errors));
  });
  await checks.check("a template outside the window is charged", async () => {
    const wamid = await bot.send("template", template("hello_world"), { to: world.stranger });
    const { pricing } = await bot.status(wamid, "sent");
    assert(pricing.pricing_model === "PMP" && pricing.billable, JSON.stringify(pricing));
  });
  await checks.check("a fault of the control API is the SDK's error", async () => {
    await world.control("/faults", { sends: { code: 131056, times: 1 } });
    const { code } = await refused(() => bot.send("text", { body: "Too many" }));
    assert(code === 131056, String(code));
  });
  await checks.check("an unknown template is the SDK's error", async () => {
    const { code } = await refused(() => bot.send("template", template("unknown")));
    assert(code === 132001, String(code));
  });
  await checks.check("an unknown token is the SDK's error", async () => {
    const message = { ...bot.to, type: "text", text: { body: "Hello" } };
    const { code } = await refused(() => bot.client("nobody's").message.createMessage(message));
    assert(code === 190, String(code));
  });
}

async function managed(checks, bot, world) {
  const { api, waba } = bot;
  const phoneNumberID = bot.id;
  await checks.check("media: upload, metadata, download, delete", async () => {
    const mediaID = await bot.uploads();
    const { url: mediaURL, mime_type } = await api.media.getURL({ mediaID, phoneNumberID }).json();
    assert(mime_type === "image/png", mime_type);
    const headers = { Authorization: `Bearer ${world.ready.token}` };
    const bytes = await api.media.download({ mediaURL, request: { headers } }).arrayBuffer();
    assert(Buffer.from(bytes).equals(PNG), "the same bytes");
    assert((await api.media.delete({ mediaID, phoneNumberID }).json()).success, "deleted");
  });
  await checks.check("templates: create, get, list, change, send, delete", async () => {
    const components = [{ type: "BODY", text: "Come today?" }];
    const about = { category: "UTILITY", language: "en_US", parameter_format: "POSITIONAL" };
    const made = await api.template.create(waba, { name: "visit", components, ...about }).json();
    const found = await api.template.get(made.id, { fields: ["name", "status"] }).json();
    assert(found.name === "visit" && found.status === "APPROVED", JSON.stringify(found));
    const { data } = await api.template.list(waba, { status: ["APPROVED"], limit: 10 }).json();
    const names = data.map(({ name }) => name);
    assert(names.includes("visit") && names.includes("hello_world"), names.join());
    await bot.arrives("template", { name: "visit", language: { code: "en_US" } }, "visit");
    const changed = { category: "UTILITY", components: [{ type: "BODY", text: "Come now?" }] };
    assert((await api.template.update(made.id, changed).json()).success, "changed");
    assert((await api.template.delete(waba, { name: "visit" }).json()).success, "deleted");
  });
  await checks.check("templates: the library", async () => {
    const found = await api.template.listLibrary({ search: "order", limit: 1 }).json();
    assert(found.data, JSON.stringify(found));
  });
  await checks.check("phone numbers: one and all", async () => {
    const fields = ["display_phone_number", "verified_name", "quality_rating", "throughput"];
    const number = await api.phoneNumbers.getPhoneNumber({ phoneNumberID, fields }).json();
    assert(number.id === phoneNumberID && number.quality_rating, JSON.stringify(number));
    const businessAccountID = waba;
    const { data } = await api.phoneNumbers.listPhoneNumbers({ businessAccountID }).json();
    assert(data.some(({ id }) => id === phoneNumberID), JSON.stringify(data));
  });
  await checks.check("phone numbers: another name", async () => {
    const another = { phoneNumberID, new_display_name: "Bakery" };
    assert((await api.phoneNumbers.updatePhoneNumber(another).json()).success, "changed");
  });
  await checks.check("business profile", async () => {
    const { businessProfile } = api;
    const changes = { phoneNumberID, about: "We bake" };
    assert((await businessProfile.updateBusinessProfile(changes).json()).success, "changed");
    const asked = { phoneNumberID, fields: ["about", "vertical"] };
    const [{ about }] = (await businessProfile.getBusinessProfile(asked).json()).data;
    assert(about === "We bake", about);
  });
  await checks.check("account and subscribed apps", async () => {
    const account = await api.whatsappBusinessAccount.get(waba, { fields: ["id", "name"] }).json();
    assert(account.id === waba && account.name, JSON.stringify(account));
    const businessAccountID = waba;
    const subscribed = await api.subscribedApps.createSubscription({ businessAccountID }).json();
    assert(subscribed.success, "subscribed");
    const { data } = await api.subscribedApps.listSubscriptions({ businessAccountID }).json();
    assert(data.length === 1, JSON.stringify(data));
  });
}

const open = (world, appSecret) => new ClientBot(world, appSecret);
await run("great-detail", open, [inbound, outbound, pressed, statuses, managed]);
