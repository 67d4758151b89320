#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/nightly puts what `make bench` writes into a history, in a repository of the test's own."""
import copy
import json
import os
import shutil
import subprocess

import checks
from daemon import LIMIT_S, PERFCTL
from history_runs import History

BENCH = {"rows": [
    {"figure": "frame tick, window 1,200", "target": "<= 150 ns", "measured": "90.00 ns", "met": True,
     "values": {"value": 90.5}},
    {"figure": "... with phases", "target": "", "measured": "120 ns", "met": None,
     "values": {"alone_ns": 120, "why": None}},
    {"figure": "boot", "target": "<= 1", "measured": "not counted", "met": None, "values": {}}],
    "repeatable": {"bytes": {"text riscv64": 28000}, "instructions": {"lane_span": 34}}}
FIGURES = {"figures.frame_tick_window_1_200": 90.5, "figures.frame_tick_window_1_200.with_phases.alone_ns": 120,
           "figures.bytes.text_riscv64": 28000, "figures.instructions.lane_span": 34}


class Nightly(History):
    """A history, and a repository with scripts/nightly in it and a perfctl that git does not see."""

    def __enter__(self):
        self.root = self.path("repository")
        os.makedirs(os.path.join(self.root, "scripts"))
        os.makedirs(os.path.join(self.root, "build", "host"))
        shutil.copy(os.path.join(checks.ROOT, "scripts", "nightly"), os.path.join(self.root, "scripts"))
        os.symlink(PERFCTL, os.path.join(self.root, "build", "host", "perfctl"))
        self.write(".gitignore", "build\n")
        self.git("init", "-q", "-b", "trunk")
        self.git("add", ".")
        self.git("commit", "-q", "-m", "first")
        return self

    def write(self, name, text):
        with open(os.path.join(self.root, name), "w", encoding="utf-8") as file:
            file.write(text)

    def git(self, *arguments):
        env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
               **{f"GIT_{who}_{what}": "test" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}}
        return subprocess.run(["git", *arguments], cwd=self.root, env=env, check=True, capture_output=True,
                              text=True, timeout=LIMIT_S).stdout.strip()

    def run(self, bench, *arguments, code=0, words=""):
        path = self.path("bench.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(bench if isinstance(bench, str) else json.dumps(bench))
        env = {key: value for key, value in os.environ.items() if not key.startswith("PERF_")}
        script = os.path.join(self.root, "scripts", "nightly")
        done = subprocess.run([script, "--db", self.db, "--bench", path, *arguments], capture_output=True, text=True,
                              timeout=LIMIT_S, check=False, env={**env, "HOST": "build/host"})
        checks.equal(done.returncode, code, done.stderr)
        checks.true(words in done.stderr, done.stderr)
        checks.equal(done.stderr.count("\n"), 0 if code == 0 else 1, done.stderr)
        return done.stdout


def with_value(value):
    bench = copy.deepcopy(BENCH)
    bench["rows"][0]["values"]["value"] = value
    return bench


@checks.check
def its_figures_are_there_under_the_commit():
    with Nightly() as nightly:
        nightly.run(BENCH)
        run = nightly.json("list")["runs"][0]
        head = nightly.git("rev-parse", "HEAD")
        checks.equal((run["commit"], run["ref"], run["profile"]), (head, "trunk", "nightly"))
        checks.equal(run["target"], f"{os.uname().machine}-linux")
        checks.true(run["committed_at"] and run["environment"]["compiler"], run)
        got = {one["figure"]: one["points"][0]["mean"] for one in nightly.exported()["series"]}
        checks.equal(got, FIGURES)


@checks.check
def a_second_night_without_a_commit_is_a_repetition():
    with Nightly() as nightly:
        for value in (90, 91, 92, 91):
            nightly.run(with_value(value))
        checks.equal([run["repetition"] for run in nightly.json("list")["runs"]], [2, 1, 0], "the last one was there")
        nightly.git("commit", "-q", "--allow-empty", "-m", "second")
        nightly.run(with_value(91))
        checks.equal(len(nightly.json("trend", "*window_1_200")["series"][0]["points"]), 2)


@checks.check
def a_tree_with_changes_is_refused():
    with Nightly() as nightly:
        nightly.write("new", "")
        nightly.run(BENCH, code=2, words="the tree has changes")
        checks.equal(os.path.exists(nightly.db), False)
        nightly.run(BENCH, "--allow-dirty")
        checks.equal(nightly.json("list")["runs"][0]["profile"], "nightly-dirty")


@checks.check
def a_bench_json_that_is_none_is_refused():
    with Nightly() as nightly:
        for bad in ("", "[]", "{}", '{"rows": [{}], "repeatable": {}}', '{"rows": 3, "repeatable": {}}'):
            nightly.run(bad, code=2, words="bench.json: ")
        twice = copy.deepcopy(BENCH)
        twice["rows"].append(twice["rows"][0])
        nightly.run(twice, code=2, words="two figures")
        checks.equal(os.path.exists(nightly.db), False)


@checks.check
def what_perfctl_refuses_is_passed_on():
    with Nightly() as nightly:
        with open(nightly.db, "w", encoding="utf-8") as file:
            file.write("something else")
        nightly.run(BENCH, code=2, words="not an SQLite database")


checks.main()
