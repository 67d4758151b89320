#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""perfctl history: what is added is there, once, and what is shown of it is what Python computes."""
import json
import math
import os
import re
import statistics
import subprocess

import checks
from daemon import LIMIT_S, PERFCTL
from history_runs import ONE, THREE, TWO, History, run

VALUES = {ONE: [16.5, 17.25, 16.125, 18.0], TWO: [20.0], THREE: [1e9 + 4, 1e9 + 7, 1e9 + 13]}


def three_commits(history):
    """Added in another order than they were made in."""
    for commit, day in ((THREE, 3), (ONE, 1), (TWO, 2)):
        history.add(commit, [run({"ms": value, "fps": 60}) for value in VALUES[commit]],
                    "--at", f"2026-01-0{day}T12:00:00+01:00", "--ref", "main")


def point(exported, figure, commit):
    series = next(one for one in exported["series"] if one["figure"] == figure)
    return next(one for one in series["points"] if one["commit"] == commit)


@checks.check
def statistics_are_those_of_python():
    with History() as history:
        three_commits(history)
        exported = history.exported()
        for commit, values in VALUES.items():
            got = point(exported, "figures.ms", commit)
            expected = {"n": len(values), "mean": statistics.fmean(values), "variance": statistics.pvariance(values),
                        "stdev": statistics.pstdev(values), "cv": statistics.pstdev(values) / statistics.fmean(values),
                        "min": min(values), "max": max(values), "median": statistics.median(values)}
            checks.equal(set(got), {"commit", "at", *expected})
            for key, value in expected.items():
                checks.true(math.isclose(got[key], value, rel_tol=1e-12, abs_tol=1e-9), f"{key}: {got[key]} {value}")


@checks.check
def an_export_has_one_order():
    with History() as history:
        three_commits(history)
        history.add(ONE, [run({"ms": 3}, profile="other")])
        first, again = (history.perfctl("export", "-o", "-").stdout for _ in range(2))
        checks.equal(first, again)
        exported = history.exported()
        checks.equal(list(exported), ["version", "generator", "series"])
        checks.equal(exported["version"], 1)
        checks.equal([(one["figure"], one["profile"]) for one in exported["series"]],
                     [("figures.fps", "default"), ("figures.ms", "default"), ("figures.ms", "other")])
        points = exported["series"][0]["points"]
        checks.equal([one["commit"] for one in points], [ONE, TWO, THREE], "as they were made, not as they were added")
        checks.equal(points[0]["at"], "2026-01-01T11:00:00Z")
        checks.equal(len(history.exported("--profile", "other")["series"]), 1)
        checks.equal(history.exported("--target", "nowhere")["series"], [])


@checks.check
def an_export_is_as_its_schema_says():
    def objects(schema):
        properties = schema["properties"]
        checks.equal((set(schema["required"]), schema["additionalProperties"]), (set(properties), False))
        return set(properties)

    with open(os.path.join(checks.ROOT, "docs", "perf", "history.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    with History() as history:
        three_commits(history)
        exported = history.exported()
        series = schema["properties"]["series"]["items"]
        checks.equal(set(exported), objects(schema))
        checks.equal(exported["version"], schema["properties"]["version"]["const"])
        for one in exported["series"]:
            checks.equal(set(one), objects(series))
            for each in one["points"]:
                checks.equal(set(each), objects(schema["$defs"]["point"]))
                for key in ("commit", "at"):
                    checks.true(re.search(schema["$defs"]["point"]["properties"][key]["pattern"], each[key]), each[key])


@checks.check
def a_list_is_newest_first():
    with History() as history:
        three_commits(history)
        history.add(ONE, [run({"ms": 1}, profile="scroll", session={"name": "menu", "budget_ms": 16.7})],
                    "--env", "compiler=gcc 12", "--env", "machine=z80")
        runs = history.json("list")["runs"]
        checks.equal([one["commit"] for one in runs], [ONE, TWO, ONE, ONE, ONE, ONE, THREE, THREE, THREE])
        newest = runs[0]
        checks.equal((newest["profile"], newest["target"], newest["session"], newest["figures"], newest["ref"]),
                     ("scroll", "test-machine", "menu", 1, None))
        checks.equal((newest["environment"]["compiler"], newest["environment"]["machine"]), ("gcc 12", "z80"))
        checks.equal(runs[1]["environment"]["machine"], os.uname().machine)
        checks.true({"system", "release", "cpus"} <= set(newest["environment"]), newest)
        checks.equal([one["repetition"] for one in runs[2:6]], [3, 2, 1, 0])
        checks.equal(len(history.json("list", "-n", "2")["runs"]), 2)
        lines = history.perfctl("list", "--profile", "scroll").stdout.splitlines()
        checks.equal(len(lines), 2, lines)
        checks.true(ONE[:12] in lines[1] and ONE[:13] not in lines[1] and lines[1].endswith("menu"), lines)


@checks.check
def a_trend_is_a_line_a_commit():
    with History() as history:
        three_commits(history)
        lines = [line.split() for line in history.perfctl("trend", "figures.ms").stdout.splitlines()]
        checks.equal(lines[2][:4], [ONE[:12], "4", "16.875", "-"])
        checks.equal(lines[3][:5], [TWO[:12], "1", "20", "+18.5", "%"])
        checks.equal(len(lines), 5)
        checks.equal(lines[4][-1], "#" * 24)
        checks.equal(len(history.perfctl("trend", "figures.ms", "-n", "1").stdout.splitlines()), 3)
        series = history.json("trend", "figures.ms")["series"]
        checks.equal([(one["n"], one["median"]) for one in series[0]["points"]], [(4, 16.875), (1, 20), (3, 1e9 + 7)])
        checks.equal(history.perfctl("trend", "figures.*").stdout, "figures.fps\nfigures.ms\n")
        checks.equal(history.json("trend", "*s")["figures"], ["figures.fps", "figures.ms"])
        checks.true("profile default" in history.perfctl("trend", "*.f*").stdout, "a glob of one figure shows it")
        history.perfctl("trend", "figures.gone", code=1, words=["no figure figures.gone"])
        history.perfctl("trend", "figures.ms", "--target", "nowhere", code=1, words=["no run"])


@checks.check
def a_name_with_a_globs_characters_is_that_one():
    with History() as history:
        history.add(ONE, [run({"[a]": 1, "a": 2})])
        checks.true("figures.[a]" in history.perfctl("trend", "figures.[a]").stdout, "the very name")


@checks.check
def the_same_run_again_adds_nothing():
    with History() as history:
        file = history.file([run({"ms": 1}), run({"ms": 2})])
        history.perfctl("add", file, "--commit", ONE)
        before = open(history.db, "rb").read()
        for commit in (ONE, ONE.upper()):
            said = history.perfctl("add", file, "--commit", commit).stdout
            checks.equal(said.count("there already"), 2, said)
        # Its second run alone: as the first repetition, there is another.
        said = history.add(ONE, [run({"ms": 2})]).stdout
        checks.true("there already" in said, said)
        checks.equal(open(history.db, "rb").read(), before)


@checks.check
def a_conflicting_duplicate_is_refused():
    with History() as history:
        history.add(ONE, [run({"a": 1, "b": 2, "c": 3})])
        before = open(history.db, "rb").read()
        conflict = history.add(ONE, [run({"a": 1, "b": 2.5, "d": 3})], code=1)
        checks.equal(conflict.stderr, f"perfctl: run2.json: commit {ONE[:12]}, profile default, target test-machine, "
                     "repetition 0 is there with other figures: figures.b was 2, is 2.5, and 2 more; "
                     "--repeat N adds it as another repetition\n")
        checks.equal(open(history.db, "rb").read(), before)
        history.add(ONE, [run({"a": 1})], code=1, words=["figures.b was 2, is missing, and 1 more"])
        history.add(ONE, [run({"a": 1, "a2": 1, "b": 2, "c": 3})], code=1, words=["figures.a2 is new;"])
        history.add(ONE, [run({"a": 1, "b": 2.5, "d": 3})], "--repeat", "1")
        history.add(ONE, [run({"a": 9})], "--repeat", "1", code=1, words=["repetition 1 is there"])
        # Another profile, target or commit is another run.
        history.add(ONE, [run({"a": 9}, profile="other")])
        history.add(TWO, [run({"a": 9})])
        history.perfctl("add", history.file([run({"a": 9})], target="elsewhere"), "--commit", ONE)
        checks.equal(len(history.json("list")["runs"]), 5)
        done = history.json("add", history.file([run({"a": 9}), run({"a": 8})]), "--commit", TWO)
        checks.equal([(one["repetition"], one["added"]) for one in done["runs"]], [(0, False), (1, True)])


@checks.check
def a_file_whose_name_is_no_text():
    with History() as history:
        path = os.fsencode(history.folder) + b"/\xff.json"
        os.rename(history.file([run({"ms": 1})]), path)
        history.perfctl("add", os.fsdecode(path), "--commit", ONE, "--json")
        checks.equal(history.json("list")["runs"][0]["source"], "?")


@checks.check
def repetitions_go_on_from_file_to_file():
    with History() as history:
        files = [history.file([run({"ms": i}), run({"ms": i}, profile="p")]) for i in range(3)]
        history.perfctl("add", *files, "--commit", ONE, "--repeat", "2")
        checks.equal(history.ask("SELECT repetition FROM run WHERE profile = 'p' ORDER BY id"), [(2,), (3,), (4,)])


@checks.check
def bad_input_adds_nothing_of_any_file():
    with History() as history:
        bad = history.path("bad.json")
        with open(bad, "w", encoding="utf-8") as file:
            file.write('{"version": 1, "target": "x", "runs": []}')
        history.perfctl("add", history.file([run({"ms": 1})]), bad, "--commit", ONE, code=2, words=["without runs"])
        history.perfctl("add", history.path("gone"), "--commit", ONE, code=2, words=["No such file"])
        checks.equal(os.path.exists(history.db), False)


@checks.check
def a_commit_is_hex_and_must_be_said():
    with History() as history:
        for commit in ("abcdef", "a" * 65, "HEAD", "abcdefg", "", "abcdef0\n", "abcdef0'; DROP TABLE run; --",
                       "\x1b[31mabcdef0", "../abcdef0", "0xabcdef0"):
            refused = history.add(commit, [run({"ms": 1})], code=2, words=["7 to 64 hex digits"])
            checks.true("\x1b" not in refused.stderr, refused.stderr)
            refused = history.perfctl("add", history.file([run({})]), code=2, env={**os.environ, "PERF_COMMIT": commit})
        without = {key: value for key, value in os.environ.items() if key != "PERF_COMMIT"}
        history.perfctl("add", history.file([run({})]), code=2, words=["--commit, or $PERF_COMMIT"], env=without)
        checks.equal(os.path.exists(history.db), False)
        history.perfctl("add", history.file([run({"ms": 1})]), env={**os.environ, "PERF_COMMIT": "ABCDEF0"})
        checks.equal(history.json("list")["runs"][0]["commit"], "abcdef0")


@checks.check
def options_that_make_no_sense_are_refused():
    with History() as history:
        file = history.file([run({"ms": 1})])
        for option, value in (("--at", "yesterday"), ("--at", "2026-02-30T00:00:00Z"), ("--at", "2026-01-01T00:00:00"),
                              ("--at", "2026-01-01T00:00:00+0100"), ("--at", "-5"), ("--at", "99999999999999999999"),
                              ("--env", "novalue"), ("--env", "=x"), ("--env", "a b=x"), ("--env", "a=\x1b[2J"),
                              ("--ref", "a\nb"), ("--ref", ""), ("--repeat", "-1"), ("--repeat", "x")):
            history.perfctl("add", file, "--commit", ONE, option, value, code=2, words=[option])
        for url in ("javascript:alert(%s)", "https://host/", "https://%s/", "https://h/%s/%s", "https://h/%d%s",
                    "https://h/%s\"onclick=", "http:///%s", "ftp://h/%s", "https://h/ %s", "file:///%s"):
            history.perfctl("html", "-o", "-", "--commit-url", url, code=2, words=["--commit-url"])
        for arguments, words in ((("list", "--commit", ONE), "no --commit"), (("export",), "-o FILE"),
                                 (("trend",), "figure"), (("add", "--commit", ONE), "files"), ((), "add, list"),
                                 (("drop",), "'drop' is not one"),
                                 (("list", "x"), "unexpected"), (("export", "-o", "-", "-n", "3"), "no --last")):
            history.perfctl(*arguments, code=2, words=[words])
        checks.equal(os.path.exists(history.db), False)


@checks.check
def names_cannot_steer_a_terminal():
    hostile = "\x1b[31m\x9b2J\x07\r\n\x7fü"
    with History() as history:
        one = run({hostile: 1, "plain": 1}, profile=hostile, session={"name": hostile, "budget_ms": 1})
        said = [history.add(ONE, [one]).stdout, history.perfctl("list").stdout,
                history.perfctl("trend", "*").stdout, history.perfctl("trend", "figures.plain").stdout]
        one["figures"][hostile] = 2
        said.append(history.add(ONE, [one], code=1).stderr)
        for text in said:
            checks.true("ü" in text, text)
            steering = (*range(10), *range(11, 32), *range(127, 160))
            checks.true(not any(ord(char) in steering for char in text), repr(text))
        checks.equal(history.json("list")["runs"][0]["profile"], hostile, "as it is, for programs")


@checks.check
def a_page_has_the_series():
    with History() as history:
        three_commits(history)
        history.perfctl("html", "-o", history.path("page.html"), "--commit-url", "https://host/c/%s")
        with open(history.path("page.html"), encoding="utf-8") as file:
            page = file.read()
        checks.true(all(text in page for text in (THREE, "figures.ms", "commit_url")), "commits and figures")
        for word in ("html", "export"):
            history.perfctl(word, "-o", "/dev/full", code=1, words=["No space left"])
            history.perfctl(word, "-o", history.path("no/such/folder"), code=1, words=["No such file"])


@checks.check
def a_closed_terminal_is_said():
    with History() as history:
        three_commits(history)
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PERFCTL, "history", "list", "--db", history.db], stdout=full, stderr=subprocess.PIPE,
                                  timeout=LIMIT_S, check=False)
        checks.equal(done.returncode, 1)


checks.main()
