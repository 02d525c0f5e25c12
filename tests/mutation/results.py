"""Results of mutation testing as committed data: counts, and survivors with reasons.

results.py gather OUTPUT              adds the last run of cargo-mutants to those before it
results.py write FOLDER OUTPUT FILE   from all runs; reasons that FILE has are kept
results.py known OUTPUT RESULTS       exits with 1 if OUTPUT has a survivor that no file lists
"""

import json
import pathlib
import re
import sys
import tomllib

# What cargo-mutants calls an outcome, and what it is called here.
OUTCOMES = {
    "CaughtMutant": "caught",
    "MissedMutant": "missed",
    "Unviable": "unviable",
    "Timeout": "timeouts",
}


def gathered(output):
    """The last outcome of each mutant by name, over all runs that went on from one another."""
    path = pathlib.Path(output) / "all.json"
    return json.loads(path.read_text()) if path.exists() else {}


def gather(output):
    """A run that goes on leaves out what was caught, so each run is added to those before."""
    found, path = gathered(output), pathlib.Path(output) / "mutants.out" / "outcomes.json"
    for outcome in json.loads(path.read_text())["outcomes"] if path.exists() else []:
        scenario = outcome["scenario"]
        if isinstance(scenario, dict) and "Mutant" in scenario:
            found[scenario["Mutant"]["name"]] = OUTCOMES[outcome["summary"]]
    (pathlib.Path(output) / "all.json").write_text(json.dumps(found))
    return found


def without_place(name):
    """A mutant's name without line and column, which other changes move."""
    return re.sub(r":\d+:\d+: ", ": ", name)


def reasons(path):
    if not path.exists():
        return {}
    survivors = tomllib.loads(path.read_text()).get("survivor", [])
    return {entry["mutant"]: entry["reason"] for entry in survivors}


def write(folder, output, path):
    found = gather(output)
    counts = {word: list(found.values()).count(word) for word in OUTCOMES.values()}
    known = reasons(path)
    text = [f"# Made by tests/mutation/run {folder}; reasons are written by hand and kept.", ""]
    text += [f"{word} = {count}" for word, count in counts.items()]
    survivors = sorted({without_place(name) for name, word in found.items() if word == "missed"})
    for mutant in survivors:
        reason = known.get(mutant, "")
        text += ["", "[[survivor]]", f"mutant = {json.dumps(mutant)}"]
        text += [f"reason = {json.dumps(reason)}"]
    path.write_text("\n".join(text) + "\n")
    print(f"{folder}: " + ", ".join(f"{count} {word}" for word, count in counts.items()))
    unexplained = [mutant for mutant in survivors if not known.get(mutant)]
    for mutant in unexplained:
        print(f"no reason yet: {mutant}")
    return 1 if unexplained else 0


def known(output, results):
    listed = {}
    for path in pathlib.Path(results).glob("*.toml"):
        listed |= reasons(path)
    missed = {without_place(name) for name, word in gather(output).items() if word == "missed"}
    new = sorted(mutant for mutant in missed if not listed.get(mutant))
    for mutant in new:
        print(f"no test finds: {mutant}")
    return 1 if new else 0


def main(arguments):
    match arguments:
        case ["gather", output]:
            gather(output)
            return 0
        case ["write", folder, output, path]:
            return write(folder, output, pathlib.Path(path))
        case ["known", output, results]:
            return known(output, results)
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
