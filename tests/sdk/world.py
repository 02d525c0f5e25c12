"""A live Blindpost for one program, its control API, and the checks that the program makes."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

PATIENCE = 10
# Where worlds leave what they wrote; with none they leave nothing.
KEPT = os.environ.get("BLINDPOST_SDK_RUNS")


class World:
    """`blindpost up`, whose webhooks go to `webhook`. Where runs are kept, its folder has all that
    it wrote, and at its end what passed."""

    def __init__(self, blindpost, webhook, *flags):
        self.folder = Path(tempfile.mkdtemp(prefix="blindpost-sdk-", dir=KEPT))
        file = self.folder / "ready.json"
        command = [blindpost, "up", "--port", "0", "--webhook", webhook, "--ready-file", file]
        said, log = subprocess.DEVNULL, None
        if KEPT:
            for name in ("written", "passed"):
                (self.folder / name).mkdir()
            command += ["--data", self.folder / "written" / "data"]
            said, log = (open(self.folder / "written" / name, "wb") for name in ("said", "log"))
        self.process = subprocess.Popen(command + list(flags), stdout=said, stderr=log)
        until = time.monotonic() + 2 * PATIENCE
        while not file.exists():
            if self.process.poll() is not None or time.monotonic() > until:
                self.process.kill()
                sys.exit("blindpost up did not get ready")
            time.sleep(0.05)
        self.ready = json.loads(file.read_text())
        self.user, self.stranger = self.ready["users"][:2]
        self.kept = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if KEPT:
            self.keep()
            # So that nothing is tidied up before it is searched.
            self.process.kill()
        else:
            self.process.terminate()
        self.process.wait(PATIENCE)
        if not KEPT:
            shutil.rmtree(self.folder)

    def keep(self):
        """What passed since the last reset, as crates/blindpost/tests/proof/passed.rs reads it."""
        for what in ("messages", "webhooks"):
            file = self.folder / "passed" / f"{what}-{self.kept}.json"
            file.write_text(json.dumps(self.control(f"/{what}")))
        self.kept += 1

    def reset(self):
        """Nothing has passed, for who looks from now on."""
        if KEPT:
            self.keep()
        self.control("/reset", {})

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
