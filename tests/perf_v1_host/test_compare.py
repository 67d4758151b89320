#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""perfctl compare: medians, CoV and changes against Python's statistics, and what it makes of odd input."""
import json
import math
import os
import random
import resource
import statistics
import subprocess
import tempfile

import checks
from perf_json import bad_files, document, perfctl, refused, run, write

FOLDER = tempfile.TemporaryDirectory()
P95 = "frame_metrics.total.p95_ms"


def file_of(name, *runs, **more):
    return write(FOLDER.name, name, document(*runs, **more))


def compare(current, baseline, *arguments):
    sides = [*current, *(word for path in baseline for word in ("-b", path))]
    return perfctl("compare", *sides, *arguments, cwd=FOLDER.name)


def compare_json(current, baseline, *arguments):
    code, out, err = compare(current, baseline, "--json", *arguments)
    checks.equal((code, err), (0, ""))
    found = json.loads(out)
    return found, {figure["figure"]: figure for figure in found["figures"]}


def near(got, expected, what):
    checks.true(math.isclose(got, expected, rel_tol=1e-9, abs_tol=1e-12), f"{what}: {got}, expected {expected}")


@checks.check
def medians_and_cv_are_python_s():
    rng = random.Random(1)
    for count in (1, 2, 3, 4, 7):
        now = [rng.uniform(10, 40) for _ in range(count)]
        was = [rng.uniform(10, 40) for _ in range(count + 1)]
        # One file for each run, and one for all of them: no difference.
        current = [file_of(f"now{i}", run(p95_ms=value)) for i, value in enumerate(now)]
        found, by_name = compare_json(current, [file_of("was", *(run(p95_ms=value) for value in was))])
        checks.equal((found["current_runs"], found["baseline_runs"]), (count, count + 1))
        figure = by_name[P95]
        left, right = statistics.median(now), statistics.median(was)
        near(figure["current"], left, "current")
        near(figure["baseline"], right, "baseline")
        near(figure["change"], left - right, "change")
        near(figure["percent"], (left - right) / right * 100, "percent")
        near(figure["current_cv"], statistics.pstdev(now) / statistics.fmean(now), "cv")
        near(figure["baseline_cv"], statistics.pstdev(was) / statistics.fmean(was), "cv of the baseline")
        checks.equal(figure["verdict"], "worse" if left > right else "better")


@checks.check
def better_worse_same_and_new():
    now = file_of("now", run(p95_ms=22, fps=54, dropped=3, long=2, late=0))
    was = file_of("was", run(p95_ms=20, fps=60, dropped=0, long=4, late=0))
    found, by_name = compare_json([now], [was])
    checks.equal((found["worse"], found["better"], found["same"]), (3, 1, 1))
    verdicts = {name.rpartition(".")[2]: (figure["percent"], figure["verdict"]) for name, figure in by_name.items()}
    checks.equal(verdicts, {"p95_ms": (10, "worse"), "fps": (-10, "worse"), "dropped": (None, "worse"),
                            "long": (-50, "better"), "late": (0, "same")})
    # From nothing, then by percentage, then what is the same.
    checks.equal([figure["figure"].rpartition(".")[2] for figure in found["figures"]],
                 ["dropped", "long", "fps", "p95_ms", "late"])


@checks.check
def what_a_fraction_makes_is_the_same():
    # 0.1 + 0.2 is not 0.3.
    found, _ = compare_json([file_of("now", run(p95_ms=0.1 + 0.2))], [file_of("was", run(p95_ms=0.3))])
    checks.equal((found["worse"], found["better"]), (0, 0))


@checks.check
def the_table():
    now = file_of("now", run(p95_ms=22, dropped=3), run(p95_ms=22, dropped=3))
    was = file_of("was", run(p95_ms=20, dropped=0))
    code, out, err = compare([now], [was])
    lines = [line.split() for line in out.splitlines()]
    checks.equal((code, err), (0, ""))
    checks.equal(lines[1:3], [["0", "3", "3", "new", "0.000", "0.000", "worse", "frame_metrics.total.dropped"],
                              ["20", "22", "2", "+10.0", "%", "0.000", "0.000", "worse", P95]])
    checks.equal(out.splitlines()[3:], ["compare: 2 worse, 0 better, 0 changed, 2 same, 0 on one side only; runs: 2 against 1, "
                                        "profile pr"])
    checks.equal(len(compare([now], [was], "--all")[1].splitlines()), 6)
    one = compare([now], [was], "-n", "1")[1]
    checks.true(P95 not in one and "1 smaller" in one, one)
    only = compare([now], [was], "--filter", "*.p95_ms")[1]
    checks.true(P95 in only and "dropped" not in only and "1 worse" in only, only)


@checks.check
def missing_on_either_side():
    now = file_of("now", run(p95_ms=None, late=1))
    was = file_of("was", run())
    found, by_name = compare_json([now], [was])
    checks.equal((found["missing_in_current"], found["missing_in_baseline"]), ([P95], ["frame_metrics.total.late"]))
    checks.true(P95 not in by_name, "what is missing has no change")
    out = compare([now], [was])[1]
    checks.true(f"missing now: {P95}\nnot in the baseline: frame_metrics.total.late\n" in out, out)


@checks.check
def one_profile():
    both = file_of("both", run("pr", p95_ms=10), run("nightly", p95_ms=30))
    other = file_of("other", run("nightly", p95_ms=15))
    refused(compare([both], [other]), "'pr', 'nightly'", "--profile")
    refused(compare([other], [both], "--profile", "other"), "current side", "'other'", "'nightly'")
    refused(compare([both], [other], "--profile", "pr"), "baseline", "'pr'")
    found, by_name = compare_json([both], [other], "--profile", "nightly")
    checks.equal((found["profile"], found["current_runs"], by_name[P95]["percent"]), ("nightly", 1, 100))


@checks.check
def other_targets_are_told():
    code, _, err = compare([file_of("now", run())], [file_of("was", run(), target="riscv64-nexus")])
    checks.equal(code, 0)
    checks.true("'x86_64-linux', 'riscv64-nexus'" in err, err)


@checks.check
def unusable_input():
    good = file_of("good", run())
    for path, has in bad_files(FOLDER.name):
        refused(compare([path], [good]), path, has)
        refused(compare([good], [path]), path, has)
    refused(compare(["none.json"], [good]), "none.json: No such file")


@checks.check
def unusable_arguments():
    good = file_of("good", run())
    for arguments in ([], [good], ["-b", good], [good, "-b"], [good, "-b", good, "-n", "x"],
                      [good, "-b", good, "--all", "-n", "1"], [good, "-b", good, "--json", "--markdown", "-"]):
        code, out, err = perfctl("compare", *arguments)
        checks.equal((code, out), (2, ""), f"{arguments}")
        checks.true(err != "", f"{arguments} are said to be wrong")


# A name that ends cells and code, is HTML, and steers terminals: ESC, and the one character CSI.
HOSTILE = "a|b`c<img src=x>\x1b[31m\x9b2J&\\"


@checks.check
def names_stay_text():
    now = file_of("now", run(labels=[("draw", HOSTILE, 30)]))
    was = file_of("was", run(labels=[("draw", HOSTILE, 20), ("draw", HOSTILE + "gone", 1)]))
    code, out, _ = compare([now], [was], "--markdown", "out.md")
    checks.equal(code, 0)
    checks.true("metrics.draw/a|b`c<img src=x>?[31m?2J&\\.cpu_us.p95\n" in out, out)
    with open(os.path.join(FOLDER.name, "out.md"), encoding="utf-8") as file:
        text = file.read()
    name = "a&#124;b&#96;c&#60;img src&#61;x&#62;?&#91;31m?2J&#38;&#92;"
    checks.true(f"| <code>metrics.draw/{name}.cpu_us.p95</code> | 20 | 30 | 10 | +50.0 % |" in text, text)
    checks.true(f"- <code>metrics.draw/{name}gone.cpu_us.p95</code>: missing now\n" in text, text)
    for printed in (out, text):
        checks.true(not any(ord(byte) < 32 and byte != "\n" or 127 <= ord(byte) < 160 for byte in printed), printed)
    checks.equal({line.count("|") for line in text.splitlines() if line.startswith("|")}, {9}, "bars of a row")


@checks.check
def each_of_them_alone():
    for byte in "|`<>&\\\x7f":
        labels = [("draw", f"a{byte}b", 30)], [("draw", f"a{byte}b", 20)]
        now, was = (file_of(name, run(labels=of)) for name, of in zip(("now", "was"), labels))
        code, out, _ = compare([now], [was], "--markdown", "-")
        shown = "?" if byte == "\x7f" else f"&#{ord(byte)};"
        checks.equal(code, 0)
        checks.true(f"| <code>metrics.draw/a{shown}b.cpu_us.p95</code> | 20 | 30 |" in out, out)


def headline(now, was):
    code, out, err = compare([file_of("now", run(**now))], [file_of("was", run(**was))], "--markdown", "-")
    checks.equal((code, err), (0, ""))
    return out.splitlines()[0]


@checks.check
def markdown_headlines():
    checks.equal(headline({}, {}), "## Frame pacing: same")
    checks.equal(headline({"p95_ms": 22}, {"p95_ms": 20}), "## Frame pacing: worse (p95_ms +10.0 %)")
    checks.equal(headline({"fps": 66}, {"fps": 60}), "## Frame pacing: better (fps +10.0 %)")
    checks.equal(headline({"fps": 66, "dropped": 1}, {"fps": 60}), "## Frame pacing: mixed (dropped new)")
    # A session of more frames is not a worse one.
    checks.equal(headline({"frames": 2000}, {"frames": 1000}), "## Frame pacing: same")


@checks.check
def markdown_has_frames_first():
    now = file_of("now", run(p95_ms=22, labels=[("draw", "blur", 90), ("draw", "text", 10)]))
    was = file_of("was", run(p95_ms=20, labels=[("draw", "blur", 30), ("draw", "text", 10), ("draw", "old", 1)]))
    code, out, _ = compare([now], [was], "-m")
    checks.equal(code, 0)
    checks.true("compare: " in out, "the table is printed as well")
    with open(os.path.join(FOLDER.name, "compare.md"), encoding="utf-8") as file:
        text = file.read()
    order = ["## Frame pacing", "### Frames", f"`{P95}` | 20 | 22 | 2 | +10.0 %", "### Largest changes",
             "`metrics.draw/blur.cpu_us.p95` | 30 | 90 | 60 | +200.0 %", "### On one side only",
             "`metrics.draw/old.cpu_us.p95`: missing now"]
    places = [text.find(part) for part in order]
    checks.true(-1 not in places and places == sorted(places), f"{places} in {text}")
    checks.true("draw/text" not in text, "what is the same is in no list")


@checks.check
def markdown_is_whole_or_not_there():
    good, other = file_of("good", run()), file_of("other", run("other"))
    kept = write(FOLDER.name, "kept.md", "as it was\n")
    before = sorted(os.listdir(FOLDER.name))
    for path, has in (("none/out.md", "No such file"), (FOLDER.name, "Is a directory"), ("/dev/full", "No space")):
        refused(compare([good], [good], "--markdown", path), path, has)
    refused(compare([good], [other], "--markdown", kept), "'pr', 'other'")
    with open(kept, encoding="utf-8") as file:
        checks.equal(file.read(), "as it was\n")
    # The room ends in the middle of the file; the signal for it stays ignored, as Python has it.
    limited = subprocess.run([os.path.join(checks.HOST, "perfctl"), "compare", good, "-b", good, "--markdown", kept],
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
                             restore_signals=False, capture_output=True, check=False, timeout=30)
    checks.equal((limited.returncode, limited.stdout), (2, b""))
    checks.true(b"kept.md: File too large" in limited.stderr, limited.stderr)
    with open(kept, encoding="utf-8") as file:
        checks.equal(file.read(), "as it was\n")
    checks.equal(sorted(os.listdir(FOLDER.name)), before, "nothing is left behind")


@checks.check
def stdout_that_takes_nothing():
    good = file_of("good", run())
    with open("/dev/full", "wb") as full:
        done = subprocess.run([os.path.join(checks.HOST, "perfctl"), "compare", good, "-b", good], stdout=full,
                              stderr=subprocess.PIPE, check=False, timeout=30)
    checks.equal(done.returncode, 2)


@checks.check
def which_side_a_file_is_on():
    now, was = ([file_of(f"side_{name}{i}", run()) for i in range(3)] for name in ("now", "was"))
    for words, runs in ((["compare", *now, "-b", *was], (3, 3)), (["compare", "-b", was[0], *now], (3, 1)),
                        (["compare", now[0], "-b", was[0], "-b", *was[1:]], (1, 3)),
                        (["compare", "-b", was[0], now[0], "--baseline=" + was[1], was[2]], (1, 3))):
        code, out, err = perfctl(*words, "--json")
        checks.equal((code, err), (0, ""))
        found = json.loads(out)
        checks.equal((found["current_runs"], found["baseline_runs"]), runs, str(words))


@checks.check
def more_of_an_amount_is_neither_better_nor_worse():
    runs = [document(run(frames=frames, time_ms=frames * 16.0)) for frames in (100, 150)]
    for one, figures in zip(runs, ({"draw_calls": 7}, {"draw_calls": 9})):
        one["runs"][0]["graphics"] = {"total": figures, "rolling": {"draw_calls_avg": figures["draw_calls"]}}
    was, now = (write(FOLDER.name, f"amount{i}", one) for i, one in enumerate(runs))
    found, by_name = compare_json([now], [was])
    checks.equal({name: figure["verdict"] for name, figure in by_name.items() if figure["verdict"] != "same"},
                 {"frame_metrics.total.frames": "changed", "frame_metrics.total.time_ms": "changed",
                  "graphics.total.draw_calls": "changed", "graphics.rolling.draw_calls_avg": "worse"})
    checks.equal((found["changed"], found["worse"], found["better"]), (3, 1, 0))


@checks.check
def run_logs_are_compared_as_their_artifacts_are():
    paths = {}
    for name in ("steady", "jank"):
        paths[name] = os.path.join(FOLDER.name, name + ".runlog")
        checks.equal(perfctl("scenario", name, "-o", paths[name])[0], 0)
        checks.equal(perfctl("report", paths[name], "--perf-json", paths[name] + ".json")[0], 0)
    of_logs = perfctl("compare", paths["jank"], "-b", paths["steady"], "--json")
    of_artifacts = perfctl("compare", paths["jank"] + ".json", "-b", paths["steady"] + ".json", "--json")
    sides = [{figure["figure"]: figure for figure in json.loads(out)["figures"]} for _, out, _ in (of_logs, of_artifacts)]
    checks.equal(sides[0].keys(), sides[1].keys())
    for name, figure in sides[0].items():
        checks.equal(figure["verdict"], sides[1][name]["verdict"], name)
        near(figure["current"], sides[1][name]["current"], name)  # an artifact has 15 digits
    dropped, = [one for one in json.loads(of_logs[1])["figures"] if one["figure"] == "frame_metrics.total.dropped"]
    checks.equal((dropped["verdict"], dropped["baseline"]), ("worse", 0))


checks.main()
