"""The SPQR of this folder against values that others computed: a known answer for the second
implementation itself.

    python known.py spqr-values.json        1 if any message or key differs
"""

import json
import pathlib
import sys

from spqr import Spqr


def main(path):
    values = json.loads(pathlib.Path(path).read_text())
    draws = {draw["msg"]: draw for draw in values["random_draws"]}
    key, sides, compared = bytes.fromhex(values["auth_key"]), {}, 0
    for name in "AB":
        sides[name] = Spqr(key, name == "A", lambda *step: None)
    for entry in values["transcript"]:
        number, sender = entry["i"], entry["from"]
        random = b""
        if draw := draws.get(number):
            first, length = draw["first_byte"], draw["len"]
            random = bytes((first + at) % 256 for at in range(length))
        message, sent = sides[sender].send(random)
        received = sides["B" if sender == "A" else "A"].receive(message)
        found = [message.hex(), sent.hex(), received.hex()]
        if found != [entry["msg"], entry["key"], entry["key"]]:
            raise SystemExit(f"message {number} differs: {found}")
        compared += len(found)
    print(f"{len(values['transcript'])} messages of a known answer: {compared} values agree")


main(sys.argv[1])
