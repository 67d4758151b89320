# SPDX-License-Identifier: Apache-2.0
"""perf.json files made up for tests (docs/perf/perf-json.md), and perfctl run on them."""
import json
import os
import subprocess

import checks


def label(function, name, p95):
    return {"trace_id": "0x0123456789abcdef", "mir_id": None, "function": function, "label": name, "count": 10,
            "cpu_us": {"total": p95 * 10, "mean": p95, "p95": p95, "max": p95, "self": p95},
            "budget_cpu_us": None, "budget_gpu_us": None, "budget_mem_bytes": None,
            "over_by_cpu_us": None, "over_count": None}


def run(profile="pr", labels=(), **total):
    """One run: `total` goes over its frame_metrics.total, where None takes a figure away."""
    figures = {"fps": 60.0, "p95_ms": 20.0, "long": 4, "dropped": 0}
    figures.update(total)
    return {"profile": profile, "metrics": [label(*one) for one in labels],
            "frame_metrics": {"total": figures, "rolling": None},
            "run_log": {"version": 1, "rng_streams": []}}


def document(*runs, target="x86_64-linux"):
    return {"version": 1, "target": target, "runs": list(runs)}


def write(folder, name, content):
    """The path of a new file: text, bytes, or whatever else as JSON."""
    path = os.path.join(folder, name)
    if not isinstance(content, (str, bytes)):
        content = json.dumps(content)
    with open(path, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
    return path


def perfctl(*arguments, cwd=None):
    """(exit code, stdout, stderr)"""
    done = subprocess.run([os.path.join(checks.HOST, "perfctl"), *arguments], cwd=cwd, capture_output=True,
                          check=False, timeout=30)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def refused(result, *parts):
    """2, nothing on stdout, and one line on stderr with all the parts in it."""
    code, out, err = result
    checks.equal((code, out, err.count("\n")), (2, "", 1), err)
    for part in parts:
        checks.true(part in err, f"{part!r} in {err!r}")


# Name: (content or None for a folder, what the line must have).
BAD_FILES = {
    "truncated": (json.dumps(document(run()))[:-40], "line 1"),
    "empty": ("", "empty"),
    "newer": (dict(document(run()), version=2), "newer version"),
    "no_runs": (document(), "without runs"),
    "folder": (None, "Is a directory"),
    "other": ({"traceEvents2": []}, "neither"),
    "text": ("# A title\n\nand text\n", "line 1"),
    "steers": ("\x1b]0;title\x07", "line 1"),
    "huge": (document(run(p95_ms=1e200)), "as large as"),
    "twice": ('{"version": 1, "version": 1}', "duplicate"),
}


def bad_files(folder):
    """(path, what the line must have) of each."""
    for name, (content, has) in BAD_FILES.items():
        path = os.path.join(folder, "bad_" + name)
        if content is None:
            os.mkdir(path)
        else:
            write(folder, "bad_" + name, content)
        yield path, has
