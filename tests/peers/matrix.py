"""Plays the conformance suite against the peers of matrix.toml; `run` calls it.

    python matrix.py BLINDPOST RESULTS NAME=PROGRAM... [-- PEER...]

Writes RESULTS/matrix.json, the rows, and for each of them the report of the suite. Exits with 1
if one of them is not as expected. With PEERs, of the form NAME-VERSION or NAME, only those.
"""

import json
import os
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
ROLES = ("initiates", "responds")


def identity(peer):
    return f"{peer['name']}-{peer['version']}"


def spoken(blindpost):
    """The profiles of our engine: in no other one can it be played."""
    ask = subprocess.run(
        [blindpost, "conform", "--serve"],
        input='{"op":"capabilities"}\n',
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ask.stdout)["ok"]["profiles"]


def command(blindpost, results, programs, peer):
    adapter = peer["command"].format(**programs)
    words = [blindpost, "conform", "--adapter", adapter]
    # A long jump takes some of them many seconds, and they share the machine.
    words += ["--timeout", "120", "--json", results / f"{identity(peer)}.json"]
    for profile in peer["profiles"]:
        words += ["--only", profile]
    for case in peer.get("skip", {}):
        words += ["--skip", case]
    known = HERE / "known" / f"{identity(peer)}.toml"
    return words + (["--known-failures", known] if known.exists() else [])


def unspoken(ours, peer, report):
    """Profiles and roles of which nothing passed."""
    passed = {(r["profile"], r["role"]) for r in report["results"] if r["verdict"] == "passed"}
    both = [profile for profile in peer["profiles"] if profile in ours]
    wanted = ((profile, role) for profile in both for role in ROLES)
    return [f"{profile} {role}" for profile, role in wanted if (profile, role) not in passed]


def play(blindpost, ours, results, programs, peer):
    """Whether the peer is as expected."""
    begun = time.monotonic()
    words = command(blindpost, results, programs, peer)
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    took = time.monotonic() - begun
    last = ran.stdout.strip().splitlines()[-1:]
    lines = [f"-- {identity(peer)}, {', '.join(peer['profiles'])}: {took:.0f} s", *last]
    good = ran.returncode == 0
    if not good:
        lines.append(f"{ran.stdout}{ran.stderr}exited with {ran.returncode}")
    else:
        report = json.loads((results / f"{identity(peer)}.json").read_text(encoding="utf-8"))
        missing = unspoken(ours, peer, report)
        lines += [f"nothing passed in {', '.join(missing)}"] if missing else []
        good = not missing
    print("\n".join(lines), flush=True)
    return good


def main(blindpost, results, *rest):
    results = Path(results)
    results.mkdir(parents=True, exist_ok=True)
    split = rest.index("--") if "--" in rest else len(rest)
    programs, chosen = dict(word.split("=", 1) for word in rest[:split]), set(rest[split + 1 :])
    rows = tomllib.loads((HERE / "matrix.toml").read_text(encoding="utf-8"))["peer"]
    peers = [p for p in rows if not chosen or chosen & {p["name"], identity(p)}]
    if not peers:
        sys.exit(f"no peer is called {' or '.join(chosen)}")
    (results / "matrix.json").write_text(json.dumps(peers, indent=1) + "\n", encoding="utf-8")
    ours = spoken(blindpost)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        good = list(pool.map(lambda peer: play(blindpost, ours, results, programs, peer), peers))
    print(f"{sum(good)} peers as expected, {len(good) - sum(good)} not")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
