#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page of `perfctl history html` in a browser: what changed, the trends, the search; wide, narrow, dark and in
print, without a network and without a complaint. Screenshots are left in out/browser/."""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "perf_v1_host"))

import checks  # noqa: E402
from history_runs import History, run  # noqa: E402

SHOTS = os.path.join(ROOT, "out", "browser")
LIMIT_S = 120
COMMITS = [f"{i:x}" * 40 for i in range(1, 6)]
HOSTILE = "</script><img src=x onerror=window.injected=1>"


def frames(p95_ms, fps):
    return {"rolling": None, "total": {"p95_ms": p95_ms, "fps": fps}}


def fill(history, commits=COMMITS):
    """Four runs a commit; with the last, p95 is worse, fps better, and work by less than runs of one commit differ."""
    for at, commit in enumerate(commits):
        last = at == len(commits) - 1
        runs = [run({"steady": 7, HOSTILE: 1 + at, "work": 10 + i + at / 10},
                    frame_metrics=frames((20 if last else 16) + i / 10, (75 if last else 60) + i / 10),
                    graphics={"total": {"draw_calls": 500 + 10 * at}, "rolling": None}) for i in range(4)]
        history.add(commit, runs, "--at", str(1790000000 + 86400 * at), "--ref", "<b>main</b>")


def view(history, words, *arguments, shots=SHOTS):
    os.makedirs(shots, exist_ok=True)
    page = history.path("page.html")
    history.perfctl("html", "-o", page, *arguments)
    done = subprocess.run(["node", os.path.join(HERE, "history.mjs"), page, shots, words],
                          capture_output=True, timeout=LIMIT_S, check=False)
    checks.equal(done.returncode, 0, f"{done.stderr.decode()[-2000:]}\n(scripts/install-deps installs what is missing)")
    report = json.loads(done.stdout)
    checks.equal(report["problems"], [])
    for name in ("wide", "narrow", "print", "found"):
        checks.equal(report[name]["injected"], None)
        checks.true(report[name]["drawn"] and all(report[name]["drawn"]), f"{name}: {report[name]['drawn']}")
        checks.true(report[name]["wider"] <= 0, f"{name} is {report[name]['wider']} px too wide")
    return report


@checks.check
def it_shows_what_is_there():
    with History() as history:
        fill(history)
        report = view(history, "DRAW calls", "--commit-url", "https://host.example/c/%s?x=1")
        wide = report["wide"]
        checks.equal(wide["headings"], ["Biggest changes", "Trends", "Commits"])
        # By hand: 1 + 4 against 1 + 3, one value a commit; 20.15 against 16.15 ms; 75.15 against 60.15 frames a second.
        expected = [[f"figures.{HOSTILE}", "+25.0\u00a0%", "worse", "4", "5"],
                    ["frame_metrics.total.fps", "+24.9\u00a0%", "better", "60.15", "75.15"],
                    ["frame_metrics.total.p95_ms", "+24.8\u00a0%", "worse", "16.15", "20.15"],
                    ["graphics.total.draw_calls", "+1.9\u00a0%", "changed", "530", "540"],
                    ["figures.work", "+0.8\u00a0%", "within noise", "11.80", "11.90"]]
        checks.equal([row[:5] for row in wide["changes"]], expected)
        checks.equal(wide["changes"][0][5], f"{COMMITS[3][:9]} → {COMMITS[4][:9]}")
        checks.equal(wide["trends"], [f"figures.{HOSTILE}", "figures.steady", "figures.work", "frame_metrics.total.fps",
                                      "frame_metrics.total.p95_ms"])
        checks.equal(wide["readouts"][4],
                     f"{COMMITS[4][:9]}: mean 20.15, median 20.15 (4 runs, ±\u00a00.112, 20 to 20.30)")
        checks.equal(wide["commits"][0], [COMMITS[4][:9], "2026-09-25T14:13:20Z", "<b>main</b>", "4"])
        checks.equal(wide["links"], [f"https://host.example/c/{commit}?x=1" for commit in reversed(COMMITS)])
        checks.equal(report["found"]["trends"], ["graphics.total.draw_calls"])
        checks.equal(len(report["numbers"]), len(COMMITS))
        checks.equal(report["numbers"][0].split(), [COMMITS[4][:9], "4", "540", "0", "540", "540", "540"])
        for name in ("narrow", "print"):
            checks.equal(report[name]["changes"], wide["changes"])
            checks.equal(report[name]["trends"], wide["trends"])


@checks.check
def a_single_commit_is_a_history_too():
    with History() as history:
        fill(history, COMMITS[:1])
        report = view(history, "steady", shots=history.folder)
        checks.equal((report["wide"]["changes"], report["wide"]["links"]), ([], []))
        checks.equal(len(report["wide"]["trends"]), 5)


checks.main()
