# SPDX-License-Identifier: Apache-2.0
"""The baseline: figures that repeat (instructions, sizes, stack), and by how much each may be worse.

A figure that is better by more is no failure, but the baseline ought to follow it: `make bench-baseline`.
"""
import json

# Another patch level of the compiler or of the C library moves a figure by this much without any change here.
TOLERANCE = {"instructions": 0.05, "bytes": 0.02}
LEAST = {"instructions": 2, "bytes": 64}


def most(kind, expected):
    return expected + max(LEAST[kind], round(expected * TOLERANCE[kind]))


def least(kind, expected):
    return expected - max(LEAST[kind], round(expected * TOLERANCE[kind]))


def compare(baseline, measured):
    """Lines to print, and whether anything is worse. What was not measured here is said and is not worse."""
    lines, worse = [], False
    for kind in sorted(TOLERANCE):
        expected, found = baseline.get(kind, {}), measured.get(kind, {})
        for name in sorted(expected.keys() | found.keys()):
            if name not in found:
                verdict = "not measured here"
            elif name not in expected:
                verdict = "new: not in the baseline"
            elif found[name] > most(kind, expected[name]):
                verdict, worse = f"WORSE: at most {most(kind, expected[name])}", True
            elif found[name] < least(kind, expected[name]):
                verdict = "better: let the baseline follow (make bench-baseline)"
            else:
                verdict = "as before" if found[name] == expected[name] else f"{found[name] - expected[name]:+}"
            lines.append(f"{kind:13} {name:34} {expected.get(name, '-'):>9} {found.get(name, '-'):>9}  {verdict}")
    return lines, worse


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write(path, measured):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(measured, file, indent=2, sort_keys=True)
        file.write("\n")
