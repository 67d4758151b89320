#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""lane.pml through Spin: the ring's protocol holds in every order of its stores and loads, and no part of it can go."""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "perf_v1_host"))
import checks  # noqa: E402

DEPTH = 10000  # steps; the longest run of the model has some 150
VERDICT = re.compile(r"^State-vector \d+ byte, depth reached (\d+), errors: (\d+)$", re.M)
STATES = re.compile(r"^ *(\d+) states, stored$", re.M)
COMPLAINT = re.compile(r"^pan:1: (.*) \(at depth \d+\)$", re.M)


def run(command, cwd, limit):
    done = subprocess.run(command, cwd=cwd, timeout=limit, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    checks.equal(done.returncode, 0, f"{' '.join(command)}: {done.stdout}")
    return done.stdout


def search(flags, compiler_flags):
    """What Spin printed, the errors that it counted, and how deep it went."""
    with tempfile.TemporaryDirectory() as directory:
        run(["spin", *(f"-D{flag}" for flag in flags), "-a", os.path.join(HERE, "lane.pml")], directory, 20)
        run(["gcc", *compiler_flags, "-w", "-DSAFETY", "-o", "pan", "pan.c"], directory, 60)
        output = run(["./pan", f"-m{DEPTH}", "-n"], directory, 200)
    verdict = VERDICT.search(output)
    checks.true(verdict, f"no verdict: {output}")
    return output, int(verdict[2]), int(verdict[1])


def holds(*flags):
    """All states are gone through, and nothing is wrong in any."""
    output, errors, depth = search(flags, ["-O2"])
    checks.equal(errors, 0, f"errors in {output}")
    checks.true(depth < DEPTH and "Full statespace search" in output, f"cut short: {output}")
    for sign in ("max search depth too small", "Search not completed", "out of memory", "assertion violated"):
        checks.true(sign not in output, f"cut short: {output}")
    print(f"# {' '.join(flags) or 'as it is'}: {STATES.search(output)[1]} states")


def finds(flag, *flags):
    """A state is found in which the flag is set, and the search stops there."""
    output, errors, _ = search([f"FIND={flag}", *flags], ["-O0", "-DREVERSE"])
    complaint = COMPLAINT.search(output)
    checks.equal((errors, complaint and complaint[1]), (1, f"assertion violated  !({flag})"), output)


@checks.check
def the_protocol_holds():
    holds()


@checks.check
def it_holds_with_two_bits_of_laps():
    holds("TOLD=4")


@checks.check
def what_it_is_about_is_reached():
    for flag in ("dropped", "read_whole", "overtaken", "late"):
        finds(flag)


@checks.check
def without_release_fence_a_record_is_torn():
    finds("torn", "NO_RELEASE_FENCE")


@checks.check
def without_lap_bits_in_word_0_a_record_is_torn():
    finds("torn", "BARE_WORD=0")


@checks.check
def without_lap_bits_in_word_1_a_record_is_torn():
    finds("torn", "BARE_WORD=1")


@checks.check
def without_the_second_look_a_record_is_torn():
    finds("torn", "NO_SECOND_LOOK")


@checks.check
def without_acquire_fence_a_record_is_torn():
    finds("torn", "NO_ACQUIRE_FENCE")


@checks.check
def without_acquire_load_a_record_is_torn():
    finds("torn", "NO_ACQUIRE_LOAD")


@checks.check
def a_copy_dropped_a_lap_later_has_a_torn_record():
    finds("torn", "LATE_LIMIT")


@checks.check
def two_laps_told_apart_are_not():
    finds("torn", "TOLD=2")


checks.main()
