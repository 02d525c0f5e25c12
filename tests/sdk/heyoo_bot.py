"""heyoo 0.1.2 from PyPI, unmodified, against a live Blindpost:

    python heyoo_bot.py BLINDPOST [--plant]

It knows Meta's address by heart, so that its requests go through the proxy of `--intercept`, whose
certificate it is told to trust. It verifies no signatures. With --plant it trusts only the
certificates that everybody trusts, so that nothing may go out.
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import certifi
from heyoo import WhatsApp

from world import Checks, Seen, World

WORDS = 'Grüße 😀 to a@b, 5% </p> \\ "quoted"'
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


class Receiver(BaseHTTPRequestHandler):
    """Keeps what webhooks tell, for the functions with which the SDK reads it."""

    seen = None

    def answer(self, text):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        self.answer(parse_qs(urlsplit(self.path).query)["hub.challenge"][0])

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.seen.add(json.loads(body))
        self.answer("")

    def log_message(self, *_):
        pass


class Bot:
    """The SDK, and what it made of webhooks."""

    def __init__(self, world, seen):
        self.world, self.seen = world, seen
        self.wa = WhatsApp(world.ready["token"], world.ready["phone_number_id"])

    def hears(self, wamid):
        """What was told about a message of the person."""
        fits = lambda told: self.is_message(told) and self.wa.get_message_id(told) == wamid
        return self.seen.wait(fits, f"message {wamid}")

    def is_message(self, told):
        return self.wa.changed_field(told) == "messages" and self.wa.is_message(told)

    def status(self, wamid, status):
        """What was told when a message of the bot got this status."""

        def fits(told):
            if self.wa.changed_field(told) != "messages" or self.wa.get_delivery(told) != status:
                return False
            return self.wa.preprocess(told)["statuses"][0]["id"] == wamid

        return self.seen.wait(fits, f"{status} of {wamid}")

    def arrives(self, send, kind, words=""):
        """A message of this type is shown with these words in it, and read."""
        answer = send()
        assert "messages" in answer, answer
        wamid = answer["messages"][0]["id"]
        shown = self.world.passed(wamid, "shown")
        assert shown["type"] == kind and words in json.dumps(shown[kind]), shown
        for status in ("sent", "delivered", "read"):
            self.status(wamid, status)
        return wamid


def outbound(check, bot, world):
    wa, to = bot.wa, world.user
    card = {
        "name": {"formatted_name": "Ada, of Lovelace", "first_name": "Ada, of Lovelace"},
        "phones": [{"phone": "+1555"}],
    }
    rows = [{"id": "cake", "title": "Cake", "description": "sweet, and creamy"}]
    choose = {"button": "Choose", "sections": [{"title": "All that there is", "rows": rows}]}
    listed = {"header": "H", "body": "What do you take?", "footer": "F", "action": choose}
    yes = {"type": "reply", "reply": {"id": "yes", "title": "Yes, I want that"}}
    asks = {"type": "button", "body": {"text": "Bread or a cake?"}, "action": {"buttons": [yes]}}
    own = {"messaging_product": "whatsapp", "type": "text", "text": {"body": "As it is, I think"}}
    place = ("52.5", "13.4", "Here, at a corner", "Street 1, Court 2")
    for name, kind, words, send in [
        ("text", "text", "\\ud83d\\ude00", lambda: wa.send_message(WORDS, to)),
        ("template", "template", "hello_world", lambda: wa.send_template("hello_world", to, [])),
        ("location", "location", "Street 1, Court 2", lambda: wa.send_location(*place, to)),
        ("contacts", "contacts", "Ada, of Lovelace", lambda: wa.send_contacts([card], to)),
        ("list", "interactive", "sweet, and creamy", lambda: wa.send_button(listed, to)),
        ("buttons", "interactive", "yes", lambda: wa.send_reply_button(asks, to)),
        ("its own JSON", "text", "As it is, I think", lambda: wa.send_custom_json(own, to)),
    ]:
        check(f"out: {name}", lambda: bot.arrives(send, kind, words))
    link = "https://example.com/file"
    for name, send in [
        ("image", lambda: wa.send_image(link + ".png", to)),
        ("video", lambda: wa.send_video(link + ".mp4", to)),
        ("document", lambda: wa.send_document(link + ".pdf", to)),
        ("audio", lambda: wa.send_audio(link + ".mp3", to)),
        ("sticker", lambda: wa.send_sticker(link + ".webp", to)),
    ]:
        name = f"out: {name} by a link that may not be fetched fails with 131053"
        check(name, lambda: linked(bot, send))


def linked(bot, send):
    told = bot.status(send()["messages"][0]["id"], "failed")
    assert bot.wa.preprocess(told)["statuses"][0]["errors"][0]["code"] == 131053, told


def inbound(check, bot, world):
    wa, to = bot.wa, world.user

    def text():
        wamid = world.says("text", {"body": WORDS})
        told = bot.hears(wamid)
        assert wa.get_message(told) == WORDS and wa.get_mobile(told) == to, told
        assert wa.get_name(told) == "Person 1", told
        assert wa.mark_as_read(wamid)["success"] and world.passed(wamid, "read")
        answer = wa.reply_to_message(wamid, to, WORDS)
        shown = world.passed(answer["messages"][0]["id"], "shown")
        assert shown["context"]["id"] == wamid and shown["text"]["body"] == WORDS, shown

    def location():
        told = bot.hears(
            world.says(
                "location", {"latitude": 52.5, "longitude": 13.4, "name": "Here, at a corner"}
            )
        )
        assert wa.get_location(told)["latitude"] == 52.5, told

    def reaction():
        heard = world.says("text", {"body": "Is this not a nice one?"})
        bot.hears(heard)
        bot.arrives(lambda: wa.send_reaction("👍", heard, to), "reaction")

    def pressed():
        yes = {"type": "reply", "reply": {"id": "yes", "title": "Yes, I want that"}}
        body = {"text": "Bread or a cake?"}
        asks = {"type": "button", "body": body, "action": {"buttons": [yes]}}
        bot.arrives(lambda: wa.send_reply_button(asks, to), "interactive")
        reply = {"type": "button_reply", "button_reply": {"id": "yes"}}
        told = bot.hears(world.says("interactive", reply))
        assert (
            wa.get_interactive_response(told)["button_reply"]["title"] == "Yes, I want that"
        ), told

    check("in: text, marked as read, answered", text)
    check("in: location", location)
    check("out: reaction", reaction)
    check("in: a button that is pressed", pressed)


def managed(check, bot, world):
    wa, to = bot.wa, world.user

    def media():
        file = os.path.join(world.folder, "a.png")
        with open(file, "wb") as png:
            png.write(PNG)
        uploaded = wa.upload_media(file)["id"]
        words = "Caption of this file"
        sends = lambda: wa.send_image(uploaded, to, caption=words, link=False)
        bot.arrives(sends, "image", words)
        url = wa.query_media_url(uploaded)
        saved = wa.download_media(url, "image/png", os.path.join(world.folder, "b"))
        with open(saved, "rb") as png:
            assert png.read() == PNG
        assert wa.delete_media(uploaded)["success"]

    def refused():
        answer = wa.send_template("unknown", to, [])
        assert answer["error"]["code"] == 132001, answer

    check("media: upload, send, metadata, download, delete", media)
    check("an unknown template is refused", refused)


def main(blindpost, plant):
    seen = Receiver.seen = Seen()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    checks = Checks("heyoo")
    webhook = f"http://127.0.0.1:{server.server_port}/webhook"
    with World(blindpost, webhook, "--intercept", "0") as world:
        os.environ["HTTPS_PROXY"] = world.ready["proxy_url"]
        os.environ["REQUESTS_CA_BUNDLE"] = certifi.where() if plant else world.ready["ca_file"]
        bot = Bot(world, seen)
        world.control(f"/users/{world.user}", {"reads": True})
        if plant:
            checks.check("out: text", lambda: bot.wa.send_message("Hello", world.stranger))
            return int(checks.counts["FAILED"] > 0)
        inbound(checks.check, bot, world)
        outbound(checks.check, bot, world)
        managed(checks.check, bot, world)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--plant" in sys.argv[2:]))
