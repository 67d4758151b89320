# SPDX-License-Identifier: Apache-2.0
"""What the test scripts share: named checks, counted, with the last line that tests/run reads.

    import checks

    @checks.check
    def sums_are_right():
        checks.equal(1 + 1, 2)

    checks.main()

HOST names the directory with what was built for this machine, build/host where it is not set.
"""
import os
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
HOST = os.path.join(ROOT, os.environ.get("HOST", "build/host"))
DATA = os.path.join(ROOT, "tests", "data")

_checks = []


def check(function):
    _checks.append(function)
    return function


def equal(got, expected, what=""):
    if got != expected:
        raise AssertionError(f"{what}{': ' if what else ''}got {got!r}, expected {expected!r}")


def true(condition, what):
    if not condition:
        raise AssertionError(what)


def files_below(folder):
    """Path from there: bytes, of all files."""
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def main():
    passed = failed = 0
    for function in _checks:
        try:
            function()
        except Exception:  # whatever it is, it is this check's failure
            failed += 1
            print(f"not ok - {function.__name__}")
            traceback.print_exc(file=sys.stdout)
        else:
            passed += 1
            print(f"ok - {function.__name__}", flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)
