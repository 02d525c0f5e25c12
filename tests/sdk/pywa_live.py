"""A bot of pywa: the SDK led to this machine, a server for its webhooks, and what it was told."""

from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import httpx
from pywa import WhatsApp, types

from world import Seen


class ToBlindpost(httpx.HTTPTransport):
    """Sends every request to one server, whatever its URL says: the SDK's own is fixed."""

    def __init__(self, base_url):
        super().__init__()
        self.to = httpx.URL(base_url)

    def handle_request(self, request):
        request.url = request.url.copy_with(
            scheme=self.to.scheme, host=self.to.host, port=self.to.port
        )
        return super().handle_request(request)


class Receiver(BaseHTTPRequestHandler):
    """A server as somebody writes it who uses pywa without one of its frameworks."""

    bot = None
    # What serves requests about flows.
    flows = None
    port = None

    def answer(self, text, status):
        self.send_response(status)
        self.end_headers()
        self.wfile.write((text or "").encode())

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        one = lambda name: query.get(name, [None])[0]
        token, challenge = one("hub.verify_token"), one("hub.challenge")
        self.answer(*self.bot.webhook_challenge_handler(token, challenge))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/flow":
            signature = self.headers["X-Hub-Signature-256"]
            refused = self.bot.webhook_update_validator(body, signature)
            return self.answer(*(refused or self.flows.handle(body)))
        refused = self.bot.webhook_update_validator(body, self.headers["X-Hub-Signature-256"])
        self.answer(*(refused or self.bot.webhook_update_handler(body)))

    def log_message(self, *_):
        pass


class Bot:
    """The SDK, and what its handlers were called with."""

    def __init__(self, world, app_secret):
        ready = world.ready
        self.world, self.seen = world, Seen()
        self.wa = WhatsApp(
            phone_id=ready["phone_number_id"],
            token=ready["token"],
            session=httpx.Client(transport=ToBlindpost(ready["base_url"]), timeout=30),
            waba_id=ready["waba_id"],
            app_id=ready["app_id"],
            app_secret=app_secret,
            verify_token=ready["verify_token"],
        )
        add = lambda _, update: self.seen.add(update)
        for handles in (
            self.wa.on_message,
            self.wa.on_message_status,
            self.wa.on_callback_button,
            self.wa.on_callback_selection,
            self.wa.on_flow_completion,
            self.wa.on_user_marketing_preferences,
        ):
            handles()(lambda wa, update: add(wa, update))
        Receiver.bot = self.wa

    def hears(self, kind, wamid):
        """The update of this class about a message of the person."""
        fits = lambda update: isinstance(update, kind) and update.id == wamid
        return self.seen.wait(fits, f"{kind.__name__} {wamid}")

    def status(self, sent, status):
        """The update that says that what was sent has this status."""
        told = lambda u: isinstance(u, types.MessageStatus) and u.id == sent.id
        fits = lambda update: told(update) and update.status == status
        return self.seen.wait(fits, f"{status} of {sent.id}")

    def arrives(self, send, kind):
        """A message of this type is shown, and its statuses go as far as read."""
        sent = send()
        shown = self.world.passed(sent.id, "shown")
        assert shown["type"] == kind, shown
        for status in ("sent", "delivered", "read"):
            self.status(sent, status)
        return sent, shown
