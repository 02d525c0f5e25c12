"""schemathesis from PyPI over the two descriptions that a live Blindpost serves, that of the
control API and that of the Graph interface: no answer may be a server's error, or one that its
description does not have.

    python schema.py BLINDPOST [--plant]

What is generated is the same in each run. With --plant the descriptions lack the answer of one
operation each, and the exit code is 0 if both were noticed.
"""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

from world import World

# So many generated calls to each operation, besides those that try what its description allows, and
# so many seconds for each description.
EXAMPLES, SECONDS = 10, 60
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]
# A call that takes a number away, after which a business can do little.
ENDS = "/{phone_number_id}/deregister"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


class Graph:
    """Calls that make what the description's paths name."""

    def __init__(self, world):
        self.ready = world.ready

    def call(self, path, body=None, kind="application/json"):
        headers = {"Authorization": f"Bearer {self.ready['token']}", "Content-Type": kind}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.ready["base_url"] + path, data, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def media(self):
        parts = [
            b'Content-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp',
            b'Content-Disposition: form-data; name="file"; filename="a.png"\r\n'
            b"Content-Type: image/png\r\n\r\n" + PNG,
        ]
        body = b"".join(b"--part\r\n" + part + b"\r\n" for part in parts) + b"--part--\r\n"
        kind = "multipart/form-data; boundary=part"
        return self.call(f"/{self.ready['phone_number_id']}/media", body, kind)["id"]

    def ids(self):
        """What each parameter of a path may be, by the path."""
        number, waba, app = (self.ready[name] for name in ("phone_number_id", "waba_id", "app_id"))
        link = self.call(f"/{number}/message_qrdls", {"prefilled_message": "Hello"})["code"]
        template = self.call(f"/{waba}/message_templates")["data"][0]["id"]
        asked = {"file_length": 4, "file_type": "image/png"}
        upload = self.call(f"/{app}/uploads", asked)["id"]
        media = self.media()
        return {
            "/{id}": [number, waba, app, template, upload, media],
            "/media/{id}": [media],
            "/{id}/subscriptions": [app],
            "/{id}/uploads": [app],
            "/{phone_number_id}/message_qrdls/{id}": [link],
        }


def with_ids(description, world):
    """The description of the Graph interface, with what there is in this world in its paths."""
    ids = Graph(world).ids()
    for path, operations in description["paths"].items():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["name"] == "phone_number_id" and parameter["in"] == "path":
                    parameter["schema"] = {"enum": [world.ready["phone_number_id"]]}
                elif parameter["in"] == "path":
                    parameter["schema"] = {"enum": ids.get(path, [world.ready["waba_id"]])}
    del description["paths"][ENDS]
    return description


def with_people(description, world):
    """The description of the control API, with the people of this world."""
    for operations in description["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path":
                    parameter["schema"] = {"enum": world.ready["users"]}
            # Nobody writes meanwhile, so that waiting takes all of its time.
            kept = [one for one in operation["parameters"] if one["name"] != "wait_ms"]
            operation["parameters"] = kept
    return description


def lacks(description, path, method):
    """Has the description lose the answer of an operation, and all others."""
    operation = description["paths"][path][method]
    del operation["responses"]["200"]
    description["paths"] = {path: {method: operation}}


class Descriptions:
    """Holds the process to its descriptions, as files in a folder."""

    def __init__(self, folder):
        self.folder = folder

    def hold(self, name, description, url, checks, *more):
        """Whether schemathesis finds nothing. What it finds is printed."""
        (self.folder / "description.json").write_text(json.dumps(description))
        command = [
            Path(sys.executable).with_name("schemathesis"),
            *("run", "description.json", "--url", url, "--checks", ",".join(checks)),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES)),
            *("--max-time", str(SECONDS), "--request-timeout", "10"),
            *("--generation-deterministic", "--no-shrink"),
            *("--suppress-health-check", "all", "--no-color", "--warnings", "off", *more),
        ]
        ran = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        tested = [line for line in ran.stdout.splitlines() if "generated" in line]
        if ran.returncode != 0:
            print(ran.stdout[-8000:], ran.stderr[-2000:])
        if not tested:
            sys.exit(f"{name}: schemathesis tested nothing")
        result = "ok" if ran.returncode == 0 else "FAILED"
        print(f"{result:<8}{name}: {tested[-1].strip()}", flush=True)
        return ran.returncode == 0


def main(blindpost, plant):
    with World(blindpost, "http://127.0.0.1:1/webhook", "--clock", "virtual") as world:
        control = with_people(world.control("/openapi.json"), world)
        graph = with_ids(world.control("/graph.openapi.json"), world)
        if plant:
            lacks(control, "/users", "get")
            lacks(graph, "/{phone_number_id}/messages", "post")
        descriptions = Descriptions(world.folder)
        token = f"Authorization: Bearer {world.ready['token']}"
        url = world.ready["base_url"]
        more = ["--max-failures", "1"] if plant else []
        checks = [*CHECKS, "ignored_auth"]
        holds = [descriptions.hold("Graph", graph, url, checks, "--header", token, *more)]
        # Its calls move the clock by centuries, so that it comes last.
        checks = [*CHECKS, "unsupported_method", "negative_data_rejection"]
        url = world.ready["control_url"]
        holds.append(descriptions.hold("control API", control, url, checks, *more))
    return int(any(holds) if plant else not all(holds))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--plant" in sys.argv[2:]))
