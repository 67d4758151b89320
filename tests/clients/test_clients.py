#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stock Cap'n Proto clients with perfd: each does the steps of steps.py twice, each time with a daemon of its own.

Once it is on its own. Once there is a proxy between that holds answers back until the calls that should be
out have been seen, and takes down what the client sends; that must be what docs/perf/interop.md says.

    test_clients.py            runs the clients that are built, and compares with the tables of the page
    test_clients.py --write    puts the tables of this run into the page
"""
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "perf_v1_host"))
import checks  # noqa: E402
import daemon  # noqa: E402
import facts  # noqa: E402
import page  # noqa: E402
import proxy  # noqa: E402
import steps  # noqa: E402

CLIENTS = os.path.join(os.path.dirname(checks.HOST), "clients")
LIMIT_S = 40
RESULT = re.compile(r"^(ok|not ok) - ([^:]+)(?:: (.*))?$")
# Beside C++ and JavaScript, which there must be.
WHERE_INSTALLED = {"Rust"}
FOLDERS = {"C++": "cpp", "JavaScript": "javascript", "Rust": "rust"}
PROGRAMS = {
    "C++": lambda name: [os.path.join(CLIENTS, "cpp", name)],
    "JavaScript": lambda name: ["node", os.path.join(CLIENTS, "javascript", name + ".mjs")],
    "Rust": lambda name: [os.path.join(CLIENTS, "rust", name)],
}

results = []


def report(good, what, why=""):
    results.append(good)
    print("ok" if good else "not ok", "-", what + (f": {why}" if why and not good else ""), flush=True)


def attempt(what, function, *arguments):
    """A check that may raise; its value, or None."""
    try:
        value = function(*arguments)
    except Exception as error:  # whatever it is, it is this check's failure
        report(False, what, f"{type(error).__name__}: {error}")
        return None
    report(True, what)
    return value


def start(language, path, trace):
    return subprocess.Popen(["timeout", "-k", "1", str(LIMIT_S), *PROGRAMS[language]("client"), path, trace],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def count_steps(how, process):
    """Each step's result, from what the client said; (its versions, the good steps)."""
    said = process.stdout.read()
    process.stdout.close()
    status = process.wait()
    found = {match[2]: match for match in map(RESULT.match, said.splitlines()) if match}
    for step in steps.STEPS:
        if step in found:
            report(found[step][1] == "ok", f"{how}: {step}", found[step][3])
        else:
            report(False, f"{how}: {step}", "the client did not come so far")
    good = {step for step in steps.STEPS if step in found and found[step][1] == "ok"}
    report(status == 0 and found.keys() == steps.STEPS.keys(), f"{how}: ends",
           f"status {status}; it said:\n{said}")
    version = next((line[8:] for line in said.splitlines() if line.startswith("client: ")), "unknown")
    return version, good


def check_trace(path, name):
    with open(path, encoding="utf-8") as file:
        trace = json.load(file)
    checks.equal(trace["otherData"]["session"]["name"], name, "the session")
    checks.equal(trace["otherData"]["metrics"]["frames"], steps.FRAMES, "frames in the metrics")
    events = trace["traceEvents"]
    names = {event["name"] for event in events}
    checks.equal(steps.MARKS - names, set(), "marks that are missing")
    checks.equal(sum(event["name"] == "many" for event in events), 64, "instants of the batch")
    checks.equal([event["args"]["value"] for event in events if event["name"] == "level"], [-7], "counter")


def check_health(perfd):
    """It lives, serves somebody else, and has an account of each record."""
    checks.true(perfd.process.poll() is None, "perfd runs")
    metrics = perfd.json("metrics")
    health = metrics["health"]
    checks.equal(metrics["running"], False, "the session runs")
    checks.true(health["ledgerBalanced"], "the ledger balances")
    checks.equal(health["written"], steps.RECORDS, "records")
    # What may be refused: a session's name, and a batch of 65.
    expected = {"written": steps.RECORDS, "resident": steps.RECORDS, "rejectInvalid": 2}
    wrong = {name: value for name, value in health.items()
             if re.match("written|resident|overwritten|dropped|ticks|reject", name)
             and value != expected.get(name, 0)}
    checks.equal(wrong, {}, "health")


def run(language, between=None):
    """(version, good steps, what was watched); between: how to start it with a proxy."""
    how = f"{language}, {'watched' if between else 'direct'}"
    with daemon.Daemon() as perfd:
        trace = os.path.join(perfd.work, "trace.json")
        if between:
            process, watched = between(perfd, trace)
        else:
            process, watched = start(language, perfd.path, trace), None
        version, good = count_steps(how, process)
        attempt(f"{how}: the trace is JSON and has its marks", check_trace, trace,
                f"interop-{FOLDERS[language]}")
        attempt(f"{how}: perfd lives, and its accounts balance", check_health, perfd)
        status = perfd.end()
    report(status == 0, f"{how}: perfd ends well", f"status {status}")
    return version, good, watched


def greet(language):
    """The few lines that the page shows for each language."""
    with daemon.Daemon() as perfd:
        version = perfd.json("info")["version"]
        said = daemon.run(*PROGRAMS[language]("hello"), perfd.path, text=True)
    checks.equal((said.stdout, said.returncode), (f"perfd {version}\n", 0), said.stderr)
    page.check_has(os.path.join(HERE, FOLDERS[language]), "hello")


def run_watched(language):
    def between(perfd, trace):
        path = os.path.join(perfd.work, "between.sock")
        with proxy.Proxy(path, perfd.path, [gate for _, gate in steps.CONNECTIONS]) as watching:
            process = start(language, path, trace)
            watching.serve(process)
        return process, watching.connections

    version, good, connections = run(language, between)
    what = f"{language}: the wire is as it should be"
    return version, good, attempt(what, facts.of, language, connections)


def main():
    writes = sys.argv[1:] == ["--write"]
    columns = {}
    for language, program in PROGRAMS.items():
        if language in WHERE_INSTALLED and not os.path.exists(program("client")[-1]):
            print(f"# {language}: not built, since its packages are not installed (scripts/install-deps)")
            continue
        attempt(f"{language}: the page's lines for it are these, and connect", greet, language)
        version, good, _ = run(language)
        again, good_again, seen = run_watched(language)
        report(version == again, f"{language}: the same client twice", f"{version} and {again}")
        columns[language] = page.Column(version, good & good_again, seen)
    if writes:
        page.write(columns)
    for what, why in page.compare(columns):
        report(not why, what, why)
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    sys.exit(1 if False in results else 0)


main()
