#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What repeats (instructions, sizes, stack) is no worse than the baseline; and the comparison sees what is."""
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile

import figures  # bench's own: before there is a path to the tests', which have one of this name
import rows

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "tests", "perf_v1_host"))
import checks  # noqa: E402

BENCH = os.path.join(checks.ROOT, "scripts", "bench")
BASELINE = os.path.join(HERE, "baseline.json")
BUILD = os.path.dirname(checks.HOST.rstrip("/"))

with open(BASELINE, encoding="utf-8") as _file:
    EXPECTED = json.load(_file)


def bench(*arguments):
    with tempfile.TemporaryDirectory(prefix="perfd-bench-") as out:
        return subprocess.run([BENCH, "--build", BUILD, "--out", out, *arguments], capture_output=True, text=True,
                              timeout=250)


def compare(measured):
    """The baseline against these figures."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(measured, file)
        file.flush()
        return bench("--measured", file.name, "--against", BASELINE)


def worse(result):
    """Names of the figures that were called worse."""
    return [line[14:48].strip() for line in result.stdout.splitlines() if "WORSE" in line]


@checks.check
def nothing_is_worse_than_the_baseline():
    result = bench("--counts", "--against", BASELINE)
    print(result.stdout)
    checks.equal(result.returncode, 0, result.stdout + result.stderr)
    checks.equal(worse(result), [])
    if shutil.which("valgrind"):
        checks.true("not measured here" not in result.stdout, "all of the baseline is measured")


@checks.check
def a_mark_takes_a_third_of_what_libcapnp_takes():
    """A figure of another library's code, and so not in the baseline."""
    if shutil.which("valgrind"):
        counts = figures.instructions(os.path.join(checks.HOST, "bench", "codec"), None, 100, 300)
        for what in ("encode", "decode"):
            ratio = rows.codec_ratio(counts, what)
            print(f"{what}: {ratio:.2f} x")
            checks.true(ratio >= rows.LESS_THAN_CAPNP, f"{what}: {ratio:.2f} x")


@checks.check
def the_baseline_is_as_good_as_itself():
    result = compare(EXPECTED)
    checks.equal(result.returncode, 0, result.stdout + result.stderr)


@checks.check
def each_figure_that_is_planted_worse_is_found():
    for kind, share in (("instructions", 1.06), ("bytes", 1.03)):
        for name, value in EXPECTED[kind].items():
            planted = copy.deepcopy(EXPECTED)
            planted[kind][name] = round(value * share) + (3 if kind == "instructions" else 65)
            result = compare(planted)
            checks.equal(result.returncode, 1, result.stdout + result.stderr)
            checks.equal(worse(result), [name])


@checks.check
def another_compilers_noise_is_no_failure():
    planted = copy.deepcopy(EXPECTED)
    planted["instructions"]["rpc_mark_begin"] = round(EXPECTED["instructions"]["rpc_mark_begin"] * 1.04)
    planted["instructions"]["lane_phase"] += 2
    planted["bytes"]["text riscv64"] = round(EXPECTED["bytes"]["text riscv64"] * 1.01)
    result = compare(planted)
    checks.equal(result.returncode, 0, result.stdout + result.stderr)


@checks.check
def better_is_said_and_is_no_failure():
    planted = copy.deepcopy(EXPECTED)
    planted["instructions"]["rpc_mark_begin"] //= 2
    result = compare(planted)
    checks.equal(result.returncode, 0, result.stdout + result.stderr)
    checks.true("better: let the baseline follow" in result.stdout, result.stdout)


checks.main()
