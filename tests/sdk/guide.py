"""Runs the examples of docs/guide/your-bot.md, one bot after the other: guide.py BLINDPOST NODE

The port that the page names is replaced by one that is free; nothing else is.
"""

import json
import re
import socket
import subprocess
import sys
from pathlib import Path

from world import World

PAGE = Path(__file__).parents[2] / "docs/guide/your-bot.md"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_it_listens(port, bot):
    while bot.poll() is None:
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return
    sys.exit("the bot of the page ended")


def shell(folder, *blocks, env=None):
    """Runs blocks one after the other, and returns what they print."""
    script = "set -e\n" + "\n".join(blocks)
    ran = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=env, capture_output=True, text=True
    )
    assert ran.returncode == 0, f"{script}\n{ran.stderr}{ran.stdout}"
    return ran.stdout


def main(blindpost, node):
    blocks = re.findall(r"^```(sh|python|js)\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
    variables, send, look, write = [code for kind, code in blocks if kind == "sh"]
    port = free_port()
    bots = {kind: code.replace("5000", str(port)) for kind, code in blocks if kind != "sh"}
    runs = {"python": ("bot.py", [sys.executable]), "js": ("bot.mjs", [node])}
    with World(blindpost, f"http://127.0.0.1:{port}/webhook") as world:
        folder = world.folder
        # Once for all examples: it starts Python for each variable.
        start = shell(folder, variables, "env -0").split("\0")
        env = dict(variable.split("=", 1) for variable in start if "=" in variable)
        accepted = json.loads(shell(folder, send, env=env))
        wamid = accepted["messages"][0]["id"]
        assert wamid in shell(folder, look, env=env), "the template was not delivered"
        print("ok      guide: curl")
        for kind, (name, command) in runs.items():
            (folder / name).write_text(bots[kind])
            bot = subprocess.Popen([*command, name], cwd=folder, env=env, stderr=subprocess.DEVNULL)
            try:
                wait_until_it_listens(port, bot)
                heard = shell(folder, write, env=env)
            finally:
                bot.kill()
                bot.wait()
            language = {"python": "Python", "js": "JavaScript"}[kind]
            assert f"{language} heard: Grüße aus Berlin 😀" in heard, heard
            world.reset()
            print(f"ok      guide: {language}")


if __name__ == "__main__":
    main(*sys.argv[1:])
