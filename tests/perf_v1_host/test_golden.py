#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A scripted session's traces, byte for byte: the recorded hashes, here and on a big-endian machine.

    test_golden.py            checks
    test_golden.py --record   records what this machine makes, after the content was checked
"""
import hashlib
import os
import sys

import checks
import driver
import golden_session
from trace_model import Parsed

HASHES = os.path.join(checks.DATA, "golden.sha256")


def hashes(answers):
    """One a trace, and one over all the rest."""
    out, rest = [], hashlib.sha256()
    for command, result, more in answers:
        if command == "trace":
            checks.equal(result, 0)
            out.append(hashlib.sha256(more.text).hexdigest())
        else:
            rest.update(f"{command} {result} {more}\n".encode())
    names = ["running"] + [f"cap {cap}" for cap in golden_session.CAPS]
    return [f"{digest}  {name}" for digest, name in zip(out, names)] + [f"{rest.hexdigest()}  answers"]


def recorded():
    with open(HASHES, encoding="utf-8") as file:
        return file.read().splitlines()


@checks.check
def the_content_is_sound():
    traces = [Parsed(more.text) for command, _, more in driver.play(golden_session.script()) if command == "trace"]
    spans = traces[-1].other["spans"]
    for name, count in spans.items():
        checks.true(count > 0, f"the session has something of everything: {name}")
    checks.true(traces[-1].other["lanes"]["3"]["overwritten"] > 0, "and of loss")
    checks.true(traces[1].other["truncated"]["frames"] > 0, "and of the cut")


@checks.check
def the_recorded_bytes():
    checks.equal(hashes(driver.play(golden_session.script())), recorded())


@checks.check
def the_same_bytes_from_a_big_endian_machine():
    checks.equal(hashes(driver.play(golden_session.script(), machine="s390x")), recorded())


@checks.check
def that_machine_is_big_endian():
    program = driver.program("s390x")[-1]
    with open(program, "rb") as file:
        checks.equal(file.read(6)[5], 2, "EI_DATA, 2 is big-endian")


if __name__ == "__main__":
    if sys.argv[1:] == ["--record"]:
        with open(HASHES, "w", encoding="utf-8") as FILE:
            FILE.write("\n".join(hashes(driver.play(golden_session.script()))) + "\n")
        sys.exit(0)
    checks.main()
