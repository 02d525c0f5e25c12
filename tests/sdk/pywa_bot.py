"""pywa 4.5.0 from PyPI, unmodified, against a live Blindpost:

    python pywa_bot.py BLINDPOST [--plant]

With --plant the bot has another app secret, so that no webhook may pass its verification.
"""

import base64
import hashlib
import logging
import sys
import threading
from http.server import ThreadingHTTPServer

import httpx
from pywa import WhatsApp, errors, types
from pywa.types.callback import (
    CallPermissionRequestButton,
    ContactInfoRequestButton,
    ImageCarouselCard,
    VoiceCallButton,
)
from pywa.types.templates import (
    BodyText,
    Buttons,
    QuickReplyButton,
    Template,
    TemplateCategory,
    TemplateLanguage,
)

from pywa_flows import flows
from pywa_live import Bot, Receiver, ToBlindpost
from world import PATIENCE, Checks, World

WORDS = 'Grüße 😀 to a@b, 5% </p> \\ "quoted"'
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


def main(blindpost, plant):
    logging.getLogger("pywa").setLevel(logging.CRITICAL if plant else logging.ERROR)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Receiver.port = server.server_port
    checks = Checks("pywa")
    with World(blindpost, f"http://127.0.0.1:{server.server_port}/webhook") as world:
        bot = Bot(world, "another" if plant else world.ready["app_secret"])
        world.control(f"/users/{world.user}", {"reads": True})
        inbound(checks.check, bot, world, plant)
        if not plant:
            outbound(checks.check, bot, world)
            pressed(checks.check, bot, world)
            errors_and_statuses(checks.check, bot, world)
            managed(checks.check, bot, world)
            flows(checks.check, bot, world, Receiver)
    return int(checks.counts["FAILED"] > 0) if plant else checks.end()


def inbound(check, bot, world, plant):
    wa = bot.wa

    def text():
        message = bot.hears(types.Message, world.says("text", {"body": WORDS}))
        assert message.text == WORDS and message.from_user.wa_id == world.user, message
        assert message.from_user.bsuid, "a business-scoped user id"
        assert message.mark_as_read() and world.passed(message.id, "read")
        answer = message.reply_text("You wrote " + WORDS, quote=True)
        assert world.passed(answer.id, "shown")["context"]["id"] == message.id

    def location():
        address = "Street 1, Court 2"
        place = {
            "latitude": 52.5,
            "longitude": 13.4,
            "name": "Here, at a corner",
            "address": address,
        }
        message = bot.hears(types.Message, world.says("location", place))
        assert (message.location.latitude, message.location.name) == (52.5, "Here, at a corner")

    def contacts():
        card = {
            "name": {"formatted_name": "Ada, of Lovelace"},
            "phones": [{"phone": "+1 555", "type": "HOME"}],
        }
        message = bot.hears(types.Message, world.says("contacts", [card]))
        assert message.contacts[0].name.formatted_name == "Ada, of Lovelace"

    def reaction():
        sent = wa.send_message(world.user, "React to this message")
        world.passed(sent.id, "shown")
        heard = world.says("reaction", {"message_id": sent.id, "emoji": "👍"})
        assert bot.hears(types.Message, heard).reaction.emoji == "👍"

    def order():
        item = {"product_retailer_id": "a", "quantity": 1, "item_price": 2, "currency": "EUR"}
        heard = world.says(
            "order", {"catalog_id": "1", "product_items": [item], "text": "Please, be quick"}
        )
        assert bot.hears(types.Message, heard).order.products[0].sku == "a"

    def quoted():
        sent = wa.send_message(world.user, "Which of the two breads?")
        world.passed(sent.id, "shown")
        heard = world.says("text", {"body": "This one of them"}, context={"id": sent.id})
        assert bot.hears(types.Message, heard).reply_to_message.id == sent.id

    def image():
        data = base64.b64encode(PNG).decode()
        heard = world.says(
            "image", {"data": data, "mime_type": "image/png", "caption": "Bread of this day"}
        )
        message = bot.hears(types.Message, heard)
        assert (message.image.mime_type, message.caption) == (
            "image/png",
            "Bread of this day",
        ), message
        assert wa.get_media_bytes(wa.get_media_url(message.image.id).url) == PNG

    for name, does in [
        ("in: text, marked as read, answered to the user id", text),
        ("in: location", location),
        ("in: contacts", contacts),
        ("in: reaction", reaction),
        ("in: order", order),
        ("in: text that quotes", quoted),
        ("in: image", image),
    ]:
        check(name, does)
        if plant:
            return


def outbound(check, bot, world):
    wa, to = bot.wa, world.user
    says = lambda text: wa.send_message(to, text)
    buttons = lambda: [types.Button("Yes, I want that", "yes"), types.Button("No", "no")]
    rows = [types.SectionRow("Bread", "bread", "fresh"), types.SectionRow("Cake", "cake")]
    choose = types.SectionList("Choose", [types.Section("All that there is", rows)])
    go = types.URLButton("Go", "https://example.com/a")
    may_call = CallPermissionRequestButton()
    flow = types.FlowButton(
        "Open", flow_id="1", flow_token="t", flow_action_type="data_exchange", mode="draft"
    )
    card = types.Contact(
        name=types.Contact.Name(formatted_name="Ada, of Lovelace", first_name="Ada, of Lovelace"),
        phones=[types.Contact.Phone(phone="+15551234", type="HOME")],
    )
    cards = [
        ImageCarouselCard(
            body=f"Card {index}",
            image="https://example.com/a.png",
            buttons=[types.Button("Take", f"take-{index}")],
        )
        for index in range(2)
    ]
    section = types.ProductsSection(title="All that there is", skus=["a", "b"])
    location = lambda: wa.send_location(to, 52.5, 13.4, "Here, at a corner", "Street 1, Court 2")
    hello = lambda: wa.send_template(to, "hello_world", TemplateLanguage.ENGLISH_US, [])
    text = lambda **more: wa.send_message(to, "A text, no more.", **more)
    for name, kind, send in [
        ("text", "text", lambda: wa.send_message(to, WORDS, preview_url=True)),
        ("text with a tracker", "text", lambda: text(tracker="abc")),
        ("buttons", "interactive", lambda: text(header="H", footer="F", buttons=buttons())),
        ("link button", "interactive", lambda: text(buttons=go)),
        ("list", "interactive", lambda: text(buttons=choose)),
        ("flow", "interactive", lambda: text(buttons=flow)),
        ("voice call button", "interactive", lambda: text(buttons=VoiceCallButton("Call"))),
        ("call permission request", "interactive", lambda: text(buttons=may_call)),
        ("contact info request", "interactive", lambda: text(buttons=ContactInfoRequestButton())),
        ("location", "location", location),
        ("location request", "interactive", lambda: wa.request_location(to, "Where are you now?")),
        ("contacts", "contacts", lambda: wa.send_contact(to, card)),
        ("catalog", "interactive", lambda: wa.send_catalog(to, "All that there is", "Footer")),
        ("product", "interactive", lambda: wa.send_product(to, "1", "a", "One of our breads")),
        (
            "products",
            "interactive",
            lambda: wa.send_products(to, "1", [section], "Title", "Products of ours"),
        ),
        (
            "carousel",
            "interactive",
            lambda: wa.send_carousel(to, body="Cards to look at", cards=cards),
        ),
        ("template", "template", hello),
    ]:
        check(f"out: {name}", lambda: bot.arrives(send, kind))

    def reaction():
        heard = world.says("text", {"body": "Is this not a nice one?"})
        bot.hears(types.Message, heard)
        bot.arrives(lambda: wa.send_reaction(to, "❤️", heard), "reaction")
        removed = wa.remove_reaction(to, heard)
        assert world.passed(removed.id, "shown")["reaction"]["emoji"] == ""

    def typing():
        heard = world.says("text", {"body": "Are you there today?"})
        bot.hears(types.Message, heard)
        assert wa.indicate_typing(heard)
        world.passed(heard, "read")

    def linked(send):
        status = bot.status(send(), types.MessageStatusType.FAILED)
        assert status.error.code == 131053, status

    check("out: reaction, and its removal", reaction)
    check("typing indicator", typing)
    link = "https://example.com/file"
    for name, send in [
        ("image", lambda: wa.send_image(to, link + ".png", "Caption of this file")),
        ("video", lambda: wa.send_video(to, link + ".mp4")),
        ("document", lambda: wa.send_document(to, link + ".pdf", "a-long-letter.pdf")),
        ("audio", lambda: wa.send_audio(to, link + ".mp3")),
        ("sticker", lambda: wa.send_sticker(to, link + ".webp")),
    ]:
        name = f"out: {name} by a link that may not be fetched fails with 131053"
        check(name, lambda: linked(send))
    sends = lambda: wa.send_image(to, PNG, "Caption of this file", mime_type="image/png")
    check("out: image that is uploaded", lambda: bot.arrives(sends, "image"))


def pressed(check, bot, world):
    wa, to = bot.wa, world.user

    def button():
        yes = [types.Button("Yes, I want that", "yes")]
        asks = lambda: wa.send_message(to, "Bread or a cake?", buttons=yes)
        sent, _ = bot.arrives(asks, "interactive")
        reply = {"type": "button_reply", "button_reply": {"id": "yes"}}
        update = bot.hears(types.CallbackButton, world.says("interactive", reply))
        assert (update.data, update.title) == ("yes", "Yes, I want that"), update
        assert update.reply_to_message.id == sent.id

    def row():
        rows = [types.SectionRow("Cake", "cake", "sweet, and creamy")]
        choose = types.SectionList("Choose", [types.Section("All that there is", rows)])
        bot.arrives(lambda: wa.send_message(to, "What do you take?", buttons=choose), "interactive")
        reply = {"type": "list_reply", "list_reply": {"id": "cake"}}
        update = bot.hears(types.CallbackSelection, world.says("interactive", reply))
        assert (update.data, update.description) == ("cake", "sweet, and creamy"), update

    def flow():
        opens = types.FlowButton(
            "Open", flow_id="1", flow_token="t", flow_action_type="data_exchange", mode="draft"
        )
        bot.arrives(lambda: wa.send_message(to, "A form to fill in", buttons=opens), "interactive")
        answer = {
            "name": "flow",
            "body": "The form is sent",
            "response_json": '{"flow_token":"t","a":1}',
        }
        reply = {"type": "nfm_reply", "nfm_reply": answer}
        update = bot.hears(types.FlowCompletion, world.says("interactive", reply))
        assert (update.token, update.response["a"]) == ("t", 1), update

    def never_shown():
        reply = {"type": "button_reply", "button_reply": {"id": "never"}}
        try:
            world.says("interactive", reply)
        except AssertionError as refused:
            assert "409" in str(refused), refused
        else:
            raise AssertionError("it was pressed")

    check("in: a button that is pressed", button)
    check("in: a row that is chosen", row)
    check("in: a flow that is completed", flow)
    check("nobody presses what was never shown", never_shown)


def errors_and_statuses(check, bot, world):
    wa = bot.wa

    def raises(kind, call):
        try:
            call()
        except kind:
            return
        raise AssertionError(f"no {kind.__name__}")

    def outside():
        sent = wa.send_message(world.stranger, "Hello, are you there?")
        status = bot.status(sent, types.MessageStatusType.FAILED)
        assert isinstance(status.error, errors.ReEngagementMessage), status

    def tracked():
        sent = wa.send_message(world.user, "A text, no more.", tracker="my tracker")
        assert bot.status(sent, "delivered").tracker == "my tracker"

    def priced():
        sent = wa.send_template(world.stranger, "hello_world", TemplateLanguage.ENGLISH_US, [])
        pricing = bot.status(sent, "sent").pricing
        assert (pricing.model, pricing.billable) == ("PMP", True), pricing

    def duplicate():
        world.control("/faults", {"webhooks": {"duplicate": True}})
        heard = world.says("text", {"body": "It is told twice"})
        bot.hears(types.Message, heard)
        world.passed(heard, "received")
        again = [u for u in bot.seen.all if isinstance(u, types.Message) and u.id == heard]
        world.control("/faults", {})
        assert len(again) == 1, again

    def limited():
        world.control("/faults", {"sends": {"code": 131056, "times": 1}})
        raises(errors.TooManyMessages, lambda: wa.send_message(world.user, "Too many"))

    no_token = WhatsApp(
        phone_id=world.ready["phone_number_id"],
        token="nobody's",
        session=httpx.Client(transport=ToBlindpost(world.ready["base_url"])),
    )
    unknown = lambda: wa.send_template(world.user, "unknown", TemplateLanguage.ENGLISH_US, [])
    check("out of the window: 131047 in a status", outside)
    check("a tracker comes back in statuses", tracked)
    check("a template outside the window is charged", priced)
    check("a webhook that comes twice is handled once", duplicate)
    check("a fault of the control API is the SDK's error", limited)
    check(
        "an unknown template is the SDK's error",
        lambda: raises(errors.TemplateNotExists, unknown),
    )
    check(
        "an unknown token is the SDK's error",
        lambda: raises(errors.WhatsAppError, lambda: no_token.send_message(world.user, "Hello")),
    )


def managed(check, bot, world):
    wa, ready = bot.wa, world.ready

    def media():
        uploaded = wa.upload_media(PNG, mime_type="image/png", filename="a.png")
        url = wa.get_media_url(uploaded.id)
        assert wa.get_media_bytes(url.url) == PNG
        sent = wa.send_image(world.user, uploaded.id, "Caption of this file")
        got = world.passed(sent.id, "fetched")["file"]
        expected = {"sha256": hashlib.sha256(PNG).hexdigest(), "file_size": len(PNG)}
        assert got == expected, got
        assert wa.delete_media(uploaded.id)

    def quick_reply():
        template = Template(
            name="visit",
            category=TemplateCategory.UTILITY,
            language=TemplateLanguage.ENGLISH_US,
            components=[
                BodyText("Come today?"),
                Buttons(buttons=[QuickReplyButton(text="Yes, I want that")]),
            ],
        )
        assert wa.create_template(template).id
        names = [known.name for known in wa.get_templates()]
        assert "visit" in names and "hello_world" in names, names
        sent = wa.send_template(world.user, "visit", TemplateLanguage.ENGLISH_US, [])
        world.passed(sent.id, "shown")
        heard = world.says("button", {"payload": "Yes, I want that", "text": "Yes, I want that"})
        assert bot.hears(types.CallbackButton, heard).data == "Yes, I want that"
        assert wa.delete_template("visit")

    def preferred():
        template = Template(
            name="offer",
            category=TemplateCategory.MARKETING,
            language=TemplateLanguage.ENGLISH_US,
            components=[BodyText("Cake at half the price!")],
        )
        assert wa.create_template(template).id
        offer = lambda: wa.send_template(world.user, "offer", TemplateLanguage.ENGLISH_US, [])
        bot.arrives(offer, "template")
        for value, status in [("stop", "failed"), ("resume", "delivered")]:
            world.control(f"/users/{world.user}/marketing", {"value": value})
            fits = lambda u: isinstance(u, types.UserMarketingPreferences) and u.value == value
            with bot.seen.changed:
                # The SDK's update is false where marketing stops.
                come = lambda: list(filter(fits, bot.seen.all)) or None
                (update,) = bot.seen.changed.wait_for(come, PATIENCE)
            assert update.from_user.wa_id == world.user and bool(update) == (value == "resume")
            told = bot.status(offer(), status)
            assert value == "resume" or told.error.code == 131050, told

    def blocked():
        assert wa.block_users([world.user]).added_users
        assert [user.input for user in wa.get_blocked_users()] == [world.user]
        assert wa.unblock_users([world.user]).removed_users

    def registered():
        assert wa.deregister_phone_number()
        assert wa.register_phone_number(pin="123456")

    def profile():
        assert wa.update_business_profile(about="We bake")
        assert wa.get_business_profile().about == "We bake"

    def number():
        assert wa.get_business_phone_number().id == ready["phone_number_id"]

    def commerce():
        assert wa.update_commerce_settings(is_catalog_visible=True, is_cart_enabled=True)
        assert wa.get_commerce_settings().is_cart_enabled

    def subscribed():
        token = wa.get_app_access_token(ready["app_id"], ready["app_secret"])
        url, verify = ready["webhook_url"], ready["verify_token"]
        assert wa.set_app_callback_url(ready["app_id"], token, url, verify, ["messages"])

    def code():
        assert wa.create_qr_code("Hello").code

    for name, does in [
        ("media: upload, metadata, download, send, delete", media),
        ("templates: create, list, send, quick reply, delete", quick_reply),
        ("a person stops marketing (131050) and wants it again", preferred),
        ("block list", blocked),
        ("deregister and register", registered),
        ("business profile", profile),
        ("phone number", number),
        ("commerce settings", commerce),
        ("app: token and subscription with its challenge", subscribed),
        ("QR link", code),
    ]:
        check(name, does)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--plant" in sys.argv[2:]))
