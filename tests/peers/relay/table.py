"""The page docs/reference/relay.md, from what a run measured: table.py RESULTS > PAGE."""

import json
import statistics
import sys
from pathlib import Path

PROMISES = {
    "nats": "an accepted message is synced, one at a time (`sync_interval: always`)",
    "prosody": "an accepted message is in a file, not synced (offline storage, internal)",
    "mosquitto": "none: a message is in memory until the next save or a clean end",
}
NAMES = {
    "nats": "NATS JetStream 2.15.1",
    "prosody": "Prosody 0.12.3",
    "mosquitto": "Mosquitto 2.0.11, persistent QoS 1",
}


def read(folder, name):
    path = folder / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def machine(figures):
    of = figures["machine"]
    return (f"{of['cores']} cores of {of['processor']}, "
            f"load of the minute before {of['load_of_a_minute']}")


def peers(folder):
    runs = [json.loads(line) for line in (folder / "peers.jsonl").read_text().splitlines()]
    for peer, name in NAMES.items():
        of_peer = [run for run in runs if run["peer"] == peer]
        by_window = {}
        for run in of_peer:
            by_window.setdefault(run["window"], []).append(run["per_second"])
        window, rates = max(by_window.items(), key=lambda item: statistics.median(item[1]))
        how = next(run["how"] for run in of_peer if run["window"] == window)
        yield name, statistics.median(rates), PROMISES[peer], f"{how}; window {window}"


def relay(figures, folder):
    print("## Durable relayed messages\n")
    print(f"Measured on {machine(figures)}. A message counts when its sender was told that it is "
          "accepted, its recipient has it, and the recipient was told that its acknowledgement is "
          f"kept; 200-byte texts, {figures['devices']} connected devices, load on the same cores. "
          "Medians of the rounds.\n")
    print("| what | messages/s | what an acknowledgement promises | how |\n|---|---|---|---|")
    ours = "an accepted message is synced, with others that came meanwhile"
    print(f"| Blindpost, over Noise | {figures['relayed_per_second']:.0f} | {ours} | "
          f"{figures['window']} messages of each device under way |")
    for name, rate, promise, how in peers(folder):
        print(f"| {name} | {rate:.0f} | {promise} | {how} |")
    print("\n| round | relayed/s | transactions of a commit | raw cycle/s at that batch | ratio | "
          "server, us of a core each | devices |\n|---|---|---|---|---|---|---|")
    for number, of in enumerate(figures["rounds"], 1):
        ratio = of["relayed_per_second"] / of["raw_cycle_per_second"]
        print(f"| {number} | {of['relayed_per_second']:.0f} | {of['batch']} | "
              f"{of['raw_cycle_per_second']:.0f} | {ratio:.2f} | {of['server_us_per_message']} | "
              f"{of['devices_us_per_message']} |")
    print(f"\nRatio: {figures['ratio_to_raw_cycle']} (median; goal 0.35).\n")
    print("| of the highest rate | messages/s | p50, ms | p99, ms |\n|---|---|---|---|")
    for of in figures["latency"]:
        print(f"| {of['percent']} % | {of['per_second']:.0f} | {of['p50_ms']} | {of['p99_ms']} |")
    print("\nLatency is from the moment at which a message was due, until its recipient has it.\n")


def idle(figures):
    print("## Idle devices\n")
    print(f"Measured on {machine(figures)}: {figures['connections']} devices, registered, their "
          "mailboxes open.\n")
    print("| of each connection | KB |\n|---|---|")
    print(f"| server, resident | {figures['server_kb_each']} |")
    print(f"| devices, resident, all in one process | {figures['devices_kb_each']} |")
    print(f"| kernel, buffers of both ends | {figures['kernel_buffers_kb_each']} |")
    print(f"| kernel, objects of both ends | {figures['kernel_objects_kb_each']} |")
    print(f"\nAll of them came back at once in {figures['storm_seconds']} s, with "
          f"{figures['storm_attempts']} attempts.\n")


def strangers(figures):
    print("## Strangers\n")
    print(f"Measured on {machine(figures)}: {figures['silent']} connections that say nothing, "
          f"{figures['slow']} at a time that say a true beginning a byte at a time, "
          f"{figures['noisy']} that say anything; {figures['connections']} in total, of which "
          f"{figures['evicted']} were ended for newer ones and {figures['failed']} for what they "
          "said.\n")
    (alone_p50, alone_p99), (p50, p99) = (
        figures["latency_alone_ms"], figures["latency_meanwhile_ms"])
    print(f"The server took {figures['server_kb_more_at_most']} KB more at the most. Messages of "
          f"devices: p50 {alone_p50} ms and p99 {alone_p99} ms before, {p50} ms and {p99} ms "
          "meanwhile; none was lost.\n")


def main():
    folder = Path(sys.argv[1])
    print("# What a transport relays\n")
    relay(read(folder, "relay"), folder)
    for name, show in (("idle", idle), ("strangers", strangers)):
        figures = read(folder, name)
        if figures:
            show(figures)


main()
