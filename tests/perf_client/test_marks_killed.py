#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A thousand writers killed at random instants, and perfd's ledger exact after each."""
import os
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "perf_v1_host")]
import checks  # noqa: E402
import daemon  # noqa: E402

KILL_MARKS = os.path.join(checks.HOST, "tests", "kill_marks")
SEED = os.environ.get("SEED", "1")


@checks.check
def the_ledger_is_exact_whenever_a_writer_dies():
    with daemon.Daemon() as perfd:
        result = daemon.run(KILL_MARKS, perfd.address, "1000", SEED, text=True)
        print(f"seed {SEED}: {result.stdout}{result.stderr}", end="")
        checks.equal(result.returncode, 0)
        checks.true("1000 killed, 0 wrong" in result.stdout, "it killed them all")
        checks.equal(perfd.end(), 0)


checks.main()
