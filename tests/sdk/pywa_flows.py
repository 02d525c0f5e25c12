"""Flows of pywa: managed with the SDK, and answered by the SDK's own flow endpoint."""

import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pywa import errors, types
from pywa.handlers import FlowRequestHandler
from pywa.types.flows import (
    FlowCategory,
    FlowRequestActionType,
    FlowStatus,
    FlowTokenNoLongerValid,
)


def keys():
    """A new key of a business, in PEM: the private half, and the public one."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = serialization.Encoding.PEM
    secret = private.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    return secret.decode(), private.public_key().public_bytes(pem, spki).decode()


def flow_json():
    def screen(name, action, **more):
        footer = {"type": "Footer", "label": "Go", "on-click-action": action}
        layout = {"type": "SingleColumnLayout", "children": [footer]}
        return {"id": name, "title": name, "layout": layout, **more}

    asks = {"name": "data_exchange", "payload": {}}
    first = screen("FIRST", asks)
    last = screen("LAST", asks, terminal=True, success=True)
    routes = {"FIRST": ["LAST"], "LAST": []}
    return {
        "version": "7.3",
        "data_api_version": "4.0",
        "routing_model": routes,
        "screens": [first, last],
    }


class Endpoint:
    """The SDK's endpoint: it shows two screens, and ends the flow with what was entered."""

    def __init__(self, wa, private):
        self.requests, self.statuses = [], []
        self.wa, self.private = wa, private
        self.wrapper = self.with_key(private)

    def with_key(self, private):
        handler = FlowRequestHandler(
            callback=self.answer, endpoint="/flow", private_key=private, acknowledge_errors=True
        )
        return self.wa.add_flow_request_handler(handler)

    def answer(self, _, request):
        self.requests.append(request)
        if request.flow_token == "used":
            raise FlowTokenNoLongerValid("You ordered this cake")
        if request.action == FlowRequestActionType.INIT:
            return request.respond(screen="FIRST", data={"hello": "Grüße 😀"})
        if request.action == FlowRequestActionType.BACK:
            return request.respond(screen="FIRST")
        if request.screen == "FIRST":
            screen = "NOWHERE" if request.data.get("astray") else "LAST"
            return request.respond(screen=screen, data=request.data)
        return request.respond(data={"cake": request.data["cake"]}, close_flow=True)

    def handle(self, body):
        text, status = self.wrapper.handle(json.loads(body))
        self.statuses.append(status)
        return text, status


def flows(check, bot, world, receiver):
    """`receiver` serves what is posted to /flow with `receiver.flows.handle`."""
    wa, to = bot.wa, world.user
    private, public = keys()
    endpoint = receiver.flows = Endpoint(wa, private)
    uri = f"http://127.0.0.1:{receiver.port}/flow"
    made = {}

    def fills(does, **more):
        return world.control(f"/users/{to}/flow", {"does": does, **more})

    def sends(token):
        button = types.FlowButton(
            "Open", flow_id=made["id"], flow_token=token, flow_action_type="data_exchange"
        )
        asks = lambda: wa.send_message(to, "Cake or a bread?", buttons=button)
        sent, _ = bot.arrives(asks, "interactive")
        return sent

    def managed():
        created = wa.create_flow("cakes", [FlowCategory.OTHER], endpoint_uri=uri)
        made["id"] = created.id
        wrong = wa.update_flow_json(created.id, {"version": "7.3", "screens": []})
        fault = wrong.validation_errors[0]
        assert not wrong.success and fault.error == "REQUIRED_PROPERTY_MISSING", wrong
        assert fault.line_start > 0 and fault.column_end > 0, fault
        assert wa.update_flow_json(created.id, flow_json()).success
        assert wa.update_flow_metadata(created.id, name="tarts").success
        details = wa.get_flow(created.id)
        assert (details.name, details.status) == ("tarts", FlowStatus.DRAFT), details
        assert details.data_api_version == "4.0" and details.preview.url, details
        asset = list(wa.get_flow_assets(created.id))[0]
        assert asset.name == "flow.json", asset
        copy = wa.create_flow("copy", ["OTHER"], clone_flow_id=created.id)
        assert [flow.name for flow in wa.get_flows()] != []
        assert wa.delete_flow(copy.id).success

    def published():
        try:
            wa.publish_flow(made["id"])
        except errors.FlowPublishingError:
            pass
        else:
            raise AssertionError("it was published without a key")
        assert wa.set_business_public_key(public)
        assert wa.publish_flow(made["id"]).success
        assert endpoint.statuses == [200], "a health check"
        assert wa.get_flow(made["id"]).status == FlowStatus.PUBLISHED
        try:
            wa.delete_flow(made["id"])
        except errors.FlowDeletingError:
            return
        raise AssertionError("what is published was deleted")

    def filled():
        sent = sends("token")
        seen = fills("open")
        assert (seen["screen"], seen["data"]["hello"]) == ("FIRST", "Grüße 😀"), seen
        seen = fills("submit", data={"cake": "Sachertorte"})
        assert (seen["screen"], seen["data"]) == ("LAST", {"cake": "Sachertorte"}), seen
        assert fills("back")["screen"] == "FIRST"
        fills("submit", data={"cake": "Sachertorte"})
        seen = fills("submit", data={"cake": "Sachertorte"})
        update = bot.hears(types.FlowCompletion, seen["wamid"])
        assert (update.token, update.response["cake"]) == ("token", "Sachertorte"), update
        assert update.reply_to_message.id == sent.id and not seen["open"]
        assert all(request.flow_token_signature for request in endpoint.requests)

    def astray():
        sends("astray")
        fills("open")
        seen = fills("submit", data={"astray": True})
        assert seen["screen"] == "FIRST" and seen["error"], seen
        told = seen["exchanges"][-1]
        assert told["answer"]["data"] == {"acknowledged": True}, told
        assert endpoint.requests[-1].has_error
        fills("close")

    def used():
        sends("used")
        seen = fills("open")
        assert seen["error"] == "You ordered this cake" and not seen["open"], seen
        assert seen["exchanges"][-1]["status"] == 427, seen
        try:
            fills("open")
        except AssertionError as refused:
            assert "409" in str(refused), refused
        else:
            raise AssertionError("a flow that was used was opened")

    def another_key():
        other, other_public = keys()
        endpoint.wrapper = endpoint.with_key(other)
        sends("other")
        seen = fills("open")
        assert [one["status"] for one in seen["exchanges"]] == [421, 421, 421], seen
        assert wa.set_business_public_key(other_public)
        seen = fills("open")
        assert [one["status"] for one in seen["exchanges"]] == [200], seen
        fills("close")

    def deprecated():
        assert wa.deprecate_flow(made["id"]).success
        assert wa.get_flow(made["id"]).status == FlowStatus.DEPRECATED

    for name, does in [
        ("flows: create, upload, change, list, clone, delete", managed),
        ("flows: published when the SDK's endpoint passes its health check: 200", published),
        ("flows: a person fills one in over the SDK's endpoint: 200", filled),
        ("flows: of an answer that leads nowhere the endpoint is told", astray),
        ("flows: a token that was used closes its flow: 427", used),
        ("flows: an endpoint with another key answers 421 until it is uploaded", another_key),
        ("flows: deprecate", deprecated),
    ]:
        check(name, does)
