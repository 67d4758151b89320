# SPDX-License-Identifier: Apache-2.0
"""Made-up runs, and a history of a test's own in a fresh folder.

    with history_runs.History() as history:
        history.add("c0ffee1", [run({"ms": 1.5})])
        history.perfctl("list").stdout
"""
import json
import os
import sqlite3
import subprocess
import tempfile

import checks
from daemon import DISK_FAULTS, LIMIT_S, PERFCTL

ONE = "1111111111111111111111111111111111111111"
TWO = "2222222222222222222222222222222222222222"
THREE = "3333333333333333333333333333333333333333"


def run(figures, profile="default", **more):
    return {"profile": profile, "metrics": [], "run_log": {"version": 1, "rng_streams": []}, "figures": figures, **more}


def perf_json(runs, target="test-machine"):
    return {"version": 1, "target": target, "runs": runs}


def faulty(fault):
    """The environment of a program whose disk is faulty; behind the address sanitizer, where it has that."""
    options = os.environ.get("ASAN_OPTIONS", "")
    return {**os.environ, "LD_PRELOAD": DISK_FAULTS, "DISK_FAULT": fault,
            "ASAN_OPTIONS": f"{options}:verify_asan_link_order=0:detect_leaks=0"}


class History:
    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="perfd-history-")
        self.folder = self._folder.name
        self.db = os.path.join(self.folder, "perf-history.db")
        self._files = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, runs, target="test-machine"):
        self._files += 1
        path = self.path(f"run{self._files}.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(perf_json(runs, target), file)
        return path

    def perfctl(self, *arguments, code=0, db=None, words=(), **options):
        """`perfctl history` on it; a failure says these words; code None: any."""
        done = subprocess.run([PERFCTL, "history", *arguments, "--db", db or self.db], capture_output=True,
                              text=True, timeout=LIMIT_S, check=False, **options)
        if code is not None:
            checks.equal(done.returncode, code, f"{arguments}: {done.stderr}")
        if code == 0:
            checks.equal(done.stderr, "")
        for word in words:
            checks.true(word in done.stderr, f"{word!r} is not in {done.stderr!r}")
        return done

    def add(self, commit, runs, *arguments, **options):
        return self.perfctl("add", self.file(runs), "--commit", commit, *arguments, **options)

    def json(self, *arguments):
        return json.loads(self.perfctl(*arguments, "--json").stdout)

    def exported(self, *arguments):
        return json.loads(self.perfctl("export", "-o", "-", *arguments).stdout)

    def ask(self, sql):
        """Of the file, with another program's SQLite."""
        database = sqlite3.connect(self.db)
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def check_whole(self, runs):
        """So many runs, each with all of its figures."""
        checks.equal(self.ask("PRAGMA integrity_check"), [("ok",)])
        checks.equal(self.ask("PRAGMA foreign_key_check"), [])
        checks.equal(self.ask("SELECT count(*) FROM run"), [(runs,)])
