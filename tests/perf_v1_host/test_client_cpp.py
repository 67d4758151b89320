#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A stock C++ client does a whole session with the daemon and checks every figure itself."""
import json
import os
import sys

import checks
import daemon

CLIENT = os.path.join(checks.HOST, "tests", "client_cpp")


def main():
    with daemon.Daemon() as perfd:
        trace = os.path.join(perfd.work, "trace.json")
        client = daemon.run(CLIENT, perfd.path, trace, text=True)
        print(client.stdout, end="")
        print(client.stderr, end="", file=sys.stderr)
        passed, _, failed, _ = client.stdout.splitlines()[-1].split()
        # What the client sent, found again in what it was given: by their names, quotes and all.
        names = set()
        if os.path.exists(trace):
            with open(trace, encoding="utf-8") as file:
                names = {event["name"] for event in json.load(file)["traceEvents"]}
        missing = {"layout", 'paint "x"\n', "by name"} - names
        alive = perfd.process.poll() is None
    extra = [(not missing, f"in the trace: {missing or 'all marks'}"), (alive, "perfd lives")]
    for good, what in extra:
        print("ok" if good else "not ok", "-", what)
    failed = int(failed) + sum(not good for good, _ in extra)
    print(f"{int(passed) + sum(good for good, _ in extra)} passed, {failed} failed")
    sys.exit(1 if failed or client.returncode else 0)


main()
