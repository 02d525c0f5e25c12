"""A live Blindpost for one program, its control API, and the checks that the program makes."""

import json
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

PATIENCE = 10


class World:
    """`blindpost up`, whose webhooks go to `webhook`."""

    def __init__(self, blindpost, webhook, *flags):
        self.folder = tempfile.TemporaryDirectory(prefix="blindpost-sdk-")
        file = Path(self.folder.name) / "ready.json"
        command = [blindpost, "up", "--port", "0", "--webhook", webhook, "--ready-file", file]
        self.process = subprocess.Popen(command + list(flags), stdout=subprocess.DEVNULL)
        until = time.monotonic() + 2 * PATIENCE
        while not file.exists():
            if self.process.poll() is not None or time.monotonic() > until:
                self.process.kill()
                sys.exit("blindpost up did not get ready")
            time.sleep(0.05)
        self.ready = json.loads(file.read_text())
        self.user, self.stranger = self.ready["users"][:2]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.folder.cleanup()

    def control(self, path, body=None):
        """A call of the control API; a refusal is an error that says why."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.ready["control_url"] + path, data)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read().decode()}") from error

    def says(self, kind, value, **more):
        """The person sends the business a message: the wamid."""
        message = {"type": kind, kind: value, **more}
        number = self.ready["phone_number_id"]
        call = {"from": self.user, "phone_number_id": number, "message": message}
        return self.control("/inbound", call)["wamid"]

    def passed(self, wamid, status):
        """The message as the control API shows it, once it has this status."""
        found = self.control(f"/messages?wamid={wamid}&status={status}&wait_ms=9000")["messages"]
        assert found, f"{wamid} never became {status}"
        return found[0]


class Seen:
    """What webhooks told, and a way to wait for it."""

    def __init__(self):
        self.all = []
        self.changed = threading.Condition()

    def add(self, thing):
        with self.changed:
            self.all.append(thing)
            self.changed.notify_all()

    def wait(self, fits, what):
        """The first thing that fits, come or to come."""
        with self.changed:
            found = lambda: next((thing for thing in self.all if fits(thing)), None)
            assert self.changed.wait_for(found, PATIENCE), f"no webhook told {what}"
            return found()


class Checks:
    """Runs checks and says what came of each. What is known to be missing must be missing."""

    def __init__(self, sdk):
        self.sdk = sdk
        known = json.loads((Path(__file__).parent / "known" / f"{sdk}.json").read_text())
        self.known = known
        self.counts = {"ok": 0, "missing": 0, "FAILED": 0}

    def check(self, name, does):
        try:
            does()
            why = None
        except Exception as error:  # Whatever an SDK raises is what came of it.
            why = f"{type(error).__name__}: {error}".split("\n")[0][:200]
        reason = self.known.pop(name, None)
        if why is None and reason is None:
            self.say("ok", name)
        elif why is None:
            self.say("FAILED", f"{name}: it works now; remove it from known/{self.sdk}.json")
        elif reason is None:
            self.say("FAILED", f"{name}: {why}")
        else:
            self.say("missing", f"{name}: {reason} ({why})")

    def say(self, result, text):
        self.counts[result] += 1
        print(f"{result:<8}{text}", flush=True)

    def end(self):
        """Ends the process: with 1 if something is not as it is known to be."""
        for name in self.known:
            self.say("FAILED", f"{name}: is in known/{self.sdk}.json, and no check has that name")
        said = ", ".join(f"{count} {result}" for result, count in self.counts.items())
        print(f"{self.sdk}: {said}")
        return int(self.counts["FAILED"] > 0)
