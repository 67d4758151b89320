#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""perfctl gate: planted regressions fail, what is as it was passes, and no threshold file judges less than it says."""
import json
import os
import tempfile

import checks
from perf_json import bad_files, document, perfctl, refused, run, write

FOLDER = tempfile.TemporaryDirectory()
TOTAL = "frame_metrics.total."
P95, FPS, DROPPED, LONG = (TOTAL + name for name in ("p95_ms", "fps", "dropped", "long"))
EXAMPLE = os.path.join(checks.ROOT, "docs", "perf", "thresholds.example.json")


def thresholds(*limits, profile="pr", **stability):
    of = {"limits": list(limits)}
    if stability:
        of["stability"] = stability
    return {"version": 1, "profiles": {profile: of}}


def gate(by, now, was=None, *arguments):
    """`now` and `was` are lists of runs; `by` is what is in the threshold file."""
    words = ["gate", write(FOLDER.name, "now", document(*now)), "-t", write(FOLDER.name, "thresholds", by)]
    if was is not None:
        words += ["-b", write(FOLDER.name, "was", document(*was))]
    return perfctl(*words, *arguments, cwd=FOLDER.name)


def judged(limits, now, was=None, **stability):
    """(exit code, lines) for limits that are fine."""
    code, out, err = gate(thresholds(*limits, **stability), now, was)
    checks.equal(err, "")
    return code, out.splitlines()


def one(limit, now, was=None, figure="p95_ms"):
    """The exit code and the one line's words for one figure of one run a side; None where it is ok."""
    code, lines = judged([dict(limit, figure=TOTAL + figure)], [run(**{figure: now})],
                         None if was is None else [run(**{figure: was})])
    checks.true(lines[-1].startswith("gate: ") and len(lines) <= 2, lines)
    return code, lines[0].replace(f" {TOTAL}{figure}", "") if len(lines) > 1 else None


def example(now, was):
    """By the example file, three runs of each."""
    words = [path for i in range(3) for path in ("-b", write(FOLDER.name, f"was{i}", document(was)))]
    now = [write(FOLDER.name, f"now{i}", document(now)) for i in range(3)]
    code, out, err = perfctl("gate", *now, "-t", EXAMPLE, *words, "--profile", "pr")
    checks.equal(err, "")
    return code, out.splitlines()


GOOD = {"p95_ms": 18, "p99_ms": 19, "fps": 60, "long": 4, "dropped": 0, "labels": [("draw", "blur", 1000)]}


@checks.check
def the_example_passes_what_is_as_it_was():
    checks.equal(example(run(**GOOD), run(**GOOD)), (0, ["gate: 0 failed, 0 warned, 7 ok"]))


@checks.check
def the_example_fails_planted_regressions():
    for worse, line in (
            ({"p95_ms": 23.4}, f"fail {P95}: 23.400 is 30.0 % above 18 (limit 10 % and 0.500)"),
            ({"p99_ms": 22.8}, f"fail {TOTAL}p99_ms: 22.800 is 20.0 % above 19 (limit 15 % and 1)"),
            ({"fps": 48}, f"fail {FPS}: 48 is below 50; 48 is 20.0 % below 60 (limit 5 %)"),
            ({"long": 8}, f"fail {LONG}: 8 is 4 above 4 (limit 2)"),
            ({"dropped": 2}, f"fail {DROPPED}: 2 is above 0 (limit 1)"),
            ({"labels": [("draw", "blur", 1500)]},
             "fail metrics.draw/blur.cpu_us.p95: 1500 is 50.0 % above 1000 (limit 25 % and 200)"),
            ({"labels": []}, "fail metrics.draw/blur.cpu_us.p95: is missing, and is in the baseline"),
            ({"p95_ms": None}, f"fail {P95}: is missing, and is in the baseline")):
        code, lines = example(run(**dict(GOOD, **worse)), run(**GOOD))
        checks.equal((code, lines), (1, [line, "gate: 1 failed, 0 warned, 6 ok"]))


@checks.check
def max_and_min():
    checks.equal(one({"max": 25}, 25), (0, None))
    checks.equal(one({"max": 25}, 25.001), (1, "fail: 25.001 is above 25"))
    checks.equal(one({"min": 58}, 58, figure="fps"), (0, None))
    checks.equal(one({"min": 58}, 57.5, figure="fps"), (1, "fail: 57.500 is below 58"))
    checks.equal(one({"max": 0}, 1, figure="dropped"), (1, "fail: 1 is above 0"))
    checks.equal(one({"max": 25, "min": None}, 20), (0, None))


@checks.check
def levels():
    both = {"max": {"target": 20, "critical": 25}}
    checks.equal(one(both, 20), (0, None))
    checks.equal(one(both, 22), (0, "warn: 22 is above 20"))
    checks.equal(one(both, 26), (1, "fail: 26 is above 25"))
    checks.equal(one({"max": 25, "level": "target"}, 26), (0, "warn: 26 is above 25"))
    checks.equal(one({"max": 25, "level": "critical"}, 26), (1, "fail: 26 is above 25"))
    low = {"min": {"target": 58, "critical": 50}}
    checks.equal(one(low, 55, figure="fps"), (0, "warn: 55 is below 58"))
    checks.equal(one(low, 49, figure="fps"), (1, "fail: 49 is below 50"))
    share = {"percent": {"target": 5, "critical": 10}}
    checks.equal(one(share, 10.7, 10), (0, "warn: 10.700 is 7.0 % above 10 (limit 5 %)"))
    checks.equal(one(share, 12, 10), (1, "fail: 12 is 20.0 % above 10 (limit 10 %)"))
    # The floor for noise is of both levels.
    floor = dict(share, absolute=1)
    checks.equal(one(floor, 10.7, 10), (0, None))
    checks.equal(one(floor, 22.4, 21), (0, "warn: 22.400 is 6.7 % above 21 (limit 5 % and 1)"))
    amounts = {"percent": 10, "absolute": {"target": 1, "critical": 5}}
    checks.equal(one(amounts, 13, 10), (0, "warn: 13 is 30.0 % above 10 (limit 10 % and 1)"))
    checks.equal(one(amounts, 16, 10), (1, "fail: 16 is 60.0 % above 10 (limit 10 % and 5)"))


@checks.check
def regressions_exceed_both():
    both = {"percent": 10, "absolute": 0.5}
    checks.equal(one(both, 27.3, 23.9), (1, "fail: 27.300 is 14.2 % above 23.900 (limit 10 % and 0.500)"))
    checks.equal(one(both, 1.4, 1.0), (0, None), "40 %, but 0.4")
    checks.equal(one(both, 102, 100), (0, None), "2, but 2 %")
    checks.equal(one(both, 5, 20), (0, None), "better")
    checks.equal(one({"percent": 10}, 1.4, 1), (1, "fail: 1.400 is 40.0 % above 1 (limit 10 %)"))
    checks.equal(one({"absolute": 0.5}, 101, 100), (1, "fail: 101 is 1 above 100 (limit 0.500)"))
    # Exactly the limit is within it, whatever binary fractions make of 1.1 - 1 and 17.2 - 16.7.
    checks.equal(one({"percent": 10}, 1.1, 1.0), (0, None))
    checks.equal(one({"absolute": 0.5}, 17.2, 16.7), (0, None))
    checks.equal(one({"percent": 0}, 0.1 + 0.2, 0.3), (0, None))
    checks.equal(one({"percent": 0}, 21, 20), (1, "fail: 21 is 5.0 % above 20 (limit 0 %)"))
    # A share that rounds to the limit is shown as what it is.
    checks.equal(one({"percent": 10}, 110.02, 100), (1, "fail: 110.020 is 10.020 % above 100 (limit 10 %)"))


@checks.check
def from_zero():
    checks.equal(one({"percent": 50, "absolute": 2}, 2, 0, "dropped"), (0, None))
    checks.equal(one({"percent": 50, "absolute": 2}, 3, 0, "dropped"), (1, "fail: 3 is above 0 (limit 2)"))
    checks.equal(one({"percent": 50}, 0, 0, "dropped"), (0, None))
    checks.equal(one({"percent": 50}, 1, 0, "dropped"),
                 (1, "fail: 1 is above 0 (no percentage of zero allows for any)"))


@checks.check
def which_way_is_better():
    checks.equal(one({"percent": 10}, 50, 60, "fps"), (1, "fail: 50 is 16.7 % below 60 (limit 10 %)"))
    checks.equal(one({"percent": 10}, 70, 60, "fps"), (0, None))
    checks.equal(one({"percent": 10, "better": "lower"}, 70, 60, "fps"),
                 (1, "fail: 70 is 16.7 % above 60 (limit 10 %)"))
    checks.equal(one({"percent": 10, "better": "higher"}, 10, 20), (1, "fail: 10 is 50.0 % below 20 (limit 10 %)"))
    checks.equal(one({"percent": 10, "better": "higher"}, 30, 20), (0, None))


@checks.check
def medians_are_judged():
    limit = {"figure": P95, "max": 25}
    checks.equal(judged([limit], [run(p95_ms=value) for value in (20, 90, 21)])[0], 0)
    code, lines = judged([limit], [run(p95_ms=value) for value in (20, 26, 27, 90)])
    checks.equal((code, lines[0]), (1, f"fail {P95}: 26.500 is above 25"))


@checks.check
def patterns():
    was = [run(labels=[("draw", "blur", 100), ("draw", "text", 100), ("io", "read", 100)])]
    now = [run(labels=[("draw", "blur", 150), ("draw", "text", 100), ("io", "read", 300)])]
    code, lines = judged([{"figure": "metrics.draw/*.cpu_us.p95", "percent": 10}], now, was)
    checks.equal((code, lines), (1, ["fail metrics.draw/blur.cpu_us.p95: 150 is 50.0 % above 100 (limit 10 %)",
                                     "gate: 1 failed, 0 warned, 1 ok"]))
    # A figure's name is no pattern: [ and * of it are taken as they are behind a backslash.
    odd = [run(labels=[("js", "[x]*", 30), ("js", "x", 90)])]
    code, lines = judged([{"figure": "metrics.js/\\[x]\\*.cpu_us.p95", "max": 20}], odd)
    checks.equal((code, lines[0]), (1, "fail metrics.js/[x]*.cpu_us.p95: 30 is above 20"))
    checks.equal(lines[1], "gate: 1 failed, 0 warned, 0 ok")


@checks.check
def missing_figures():
    now, was = [run(late=1)], [run(late=1)]
    for limit, left, right, line in (
            ({"figure": "no.such", "max": 1}, now, None, "no.such: is missing"),
            ({"figure": "no.*.p95", "max": 1}, now, was, "no.*.p95: no figure matches"),
            ({"figure": P95, "max": 99}, [run(p95_ms=None)], was, f"{P95}: is missing, and is in the baseline"),
            ({"figure": P95, "percent": 10}, now, [run(p95_ms=None)], f"{P95}: is missing in the baseline"),
            ({"figure": TOTAL + "l?te", "percent": 10}, now, [run()],
             f"{TOTAL}l?te: no figure of the baseline matches")):
        code, lines = judged([limit], left, right)
        checks.equal((code, lines[0]), (1, "fail " + line))
        code, lines = judged([dict(limit, missing="warn")], left, right)
        checks.equal((code, lines[0]), (0, "warn " + line))
        code, lines = judged([dict(limit, missing="ok")], left, right)
        checks.equal((code, len(lines)), (0, 1))
    # What is new and only matches a pattern is no failure, and is judged by what needs no baseline.
    code, lines = judged([{"figure": TOTAL + "l*", "percent": 10}], [run(late=1)], [run()])
    checks.equal((code, lines), (0, ["gate: 0 failed, 0 warned, 2 ok"]))
    code, lines = judged([{"figure": TOTAL + "l*", "percent": 10, "max": 4}], [run(late=5)], [run()])
    checks.equal((code, lines[0]), (1, f"fail {TOTAL}late: 5 is above 4"))
    code, lines = judged([{"figure": P95, "percent": 10, "max": 15, "missing": "ok"}], now, [run(p95_ms=None)])
    checks.equal((code, lines[0]), (1, f"fail {P95}: is missing in the baseline; 20 is above 15"))


@checks.check
def unstable_runs():
    # 10, 20, 30: mean 20, deviation sqrt(200 / 3) = 8.165, of the mean 0.408.
    apart, alike = [run(p95_ms=value) for value in (10, 20, 30)], [run(p95_ms=20)] * 3
    share = {"figure": P95, "percent": 10}
    code, lines = judged([share], apart, alike, max_cv=0.4)
    checks.equal((code, lines), (2, [f"unstable {P95}: cv 0.408 over 3 runs of the current side is above 0.400",
                                     "gate: 0 failed, 0 warned, 0 ok, 1 unstable"]))
    code, lines = judged([share], alike, apart, max_cv=0.4)
    checks.equal((code, lines[0]), (2, f"unstable {P95}: cv 0.408 over 3 runs of the baseline is above 0.400"))
    checks.equal(judged([share], apart, alike, max_cv=0.41)[0], 0)
    checks.equal(judged([share], apart, alike)[0], 0)
    # A limit that does not look at the baseline does not mind what it is like.
    checks.equal(judged([{"figure": P95, "max": 25}], alike, apart, max_cv=0.4)[0], 0)
    # Its own goes before the profile's, and null looks at none.
    checks.equal(judged([dict(share, max_cv=0.5)], apart, alike, max_cv=0.4)[0], 0)
    checks.equal(judged([dict(share, max_cv=None)], apart, alike, max_cv=0.4)[0], 0)
    checks.equal(judged([dict(share, max_cv=0.1)], apart, alike, max_cv=0.5)[0], 2)


@checks.check
def too_few_runs():
    limit = {"figure": P95, "percent": 10}
    two, three = [run()] * 2, [run()] * 3
    code, lines = judged([limit], two, three, min_runs=3)
    checks.equal((code, lines[0]), (2, f"unstable {P95}: 2 runs of the current side, of at least 3"))
    code, lines = judged([limit], three, two, min_runs=3)
    checks.equal((code, lines[0]), (2, f"unstable {P95}: 2 runs of the baseline, of at least 3"))
    checks.equal(judged([limit], three, three, min_runs=3)[0], 0)
    checks.equal(judged([dict(limit, min_runs=2)], two, two, min_runs=3)[0], 0)
    # A run without the figure is none of it.
    code, lines = judged([limit], [run(), run(), run(p95_ms=None)], three, min_runs=3)
    checks.equal((code, lines[0]), (2, f"unstable {P95}: 2 runs of the current side, of at least 3"))


@checks.check
def unstable_goes_before_failed():
    now = [run(p95_ms=value, dropped=9) for value in (10, 20, 30)]
    code, lines = judged([{"figure": P95, "max": 5}, {"figure": DROPPED, "max": 1}, {"figure": FPS, "min": 1}], now,
                         max_cv=0.2)
    checks.equal((code, [line.split(":")[0] for line in lines]),
                 (2, [f"unstable {P95}", f"fail {DROPPED}", "gate"]))
    checks.equal(lines[-1], "gate: 1 failed, 0 warned, 1 ok, 1 unstable")


@checks.check
def profiles():
    by = {"version": 1, "profiles": {"pr": {"limits": [{"figure": P95, "max": 25}]},
                                     "nightly": {"limits": [{"figure": P95, "max": 15}]}}}
    both = [run("pr"), run("nightly")]
    checks.equal(gate(by, [run("pr")])[0], 0)
    checks.equal(gate(by, [run("nightly")])[0], 1)
    checks.equal(gate(by, both, None, "--profile", "pr")[0], 0)
    checks.equal(gate(by, both, None, "--profile", "nightly")[0], 1)
    refused(gate(by, both), "'pr', 'nightly'", "--profile")
    refused(gate(by, [run("pr")], None, "--profile", "nightly"), "no run of the current side", "'nightly'", "'pr'")
    refused(gate(by, both, None, "--profile", "weekly"), "no profile 'weekly'", "'pr', 'nightly'")
    refused(gate(by, [run("weekly")]), "no profile 'weekly'", "'pr', 'nightly'")


@checks.check
def a_baseline_where_it_is_needed():
    for limit in ({"percent": 10}, {"absolute": 1}, {"max": 1, "absolute": {"target": 1}}):
        refused(gate(thresholds(dict(limit, figure=P95)), [run()]), P95, "--baseline")
        refused(gate(thresholds(dict(limit, figure=P95)), [run()], None, "--profile", "pr"), P95, "--baseline")
    checks.equal(gate(thresholds({"figure": P95, "max": 30}), [run()])[0], 0)


def limits(text):
    return '{"version": 1, "profiles": {"pr": {"limits": [' + text + "]}}}"


FINE = '{"figure": "a", "max": 1}'
REFUSED_THRESHOLDS = (
    ("", "line 1"),
    ("{", "line 1"),
    ("[]", "must be an object"),
    ("{}", "version: is missing"),
    ('{"version": "1", "profiles": {}}', "version: must be a whole number"),
    ('{"version": 0, "profiles": {}}', "version: must be 1"),
    ('{"version": 2, "profiles": {}, "others": 1}', "version: is newer than this perfctl knows"),
    ('{"version": 1}', "profiles: is missing"),
    ('{"version": 1, "profiles": {}}', "profiles: must be an object, and not empty"),
    ('{"version": 1, "profiles": []}', "profiles: must be an object, and not empty"),
    ('{"version": 1, "profile": {}}', "profile: there is no such key"),
    ('{"version": 1, "version": 1}', "duplicate object key"),
    ('{"version": 1, "profiles": {"pr": 1}}', "profiles.pr: must be an object"),
    ('{"version": 1, "profiles": {"pr": {}}}', "profiles.pr.limits: is missing"),
    ('{"version": 1, "profiles": {"pr": {"limits": {}}}}', "profiles.pr.limits: must be a list"),
    ('{"version": 1, "profiles": {"pr": {"limits": [], "x": 1}}}', "profiles.pr.x: there is no such key"),
    ('{"version": 1, "profiles": {"pr": {"stability": {"cv": 1}}}}', "profiles.pr.stability.cv: there is no such"),
    ('{"version": 1, "profiles": {"pr": {"stability": 1}}}', "profiles.pr.stability: must be an object"),
    ('{"version": 1, "profiles": {"pr": {"stability": {"max_cv": "1"}}}}', "stability.max_cv: must be a number"),
    ('{"version": 1, "profiles": {"pr": {"stability": {"max_cv": -1}}}}', "stability.max_cv: must be within 0"),
    ('{"version": 1, "profiles": {"pr": {"stability": {"min_runs": 0}}}}', "stability.min_runs: must be a whole"),
    ('{"version": 1, "profiles": {"pr": {"stability": {"min_runs": 1.5}}}}', "stability.min_runs: must be a whole"),
    (limits(""), "profiles.pr.limits: is empty"),
    (limits("1"), "profiles.pr.limits[0]: must be an object"),
    (limits('{"max": 1}'), "profiles.pr.limits[0].figure: must be a figure's name"),
    (limits('{"figure": "", "max": 1}'), "profiles.pr.limits[0].figure: must be a figure's name"),
    (limits('{"figure": 7, "max": 1}'), "profiles.pr.limits[0].figure: must be a figure's name"),
    (limits(",".join('{"figure": "%d", "max": 1}' % i for i in range(3)) + ', {"figure": "a", "maxx": 1}'),
     "profiles.pr.limits[3].maxx: there is no such key"),
    (limits('{"figure": "a", "max": 1, "max": 2}'), "duplicate object key"),
    (limits(FINE + "," + FINE), "profiles.pr.limits[1].figure: a limit before it is of the same figure"),
    (limits('{"figure": "a"}'), "profiles.pr.limits[0]: a limit needs max, min, percent or absolute"),
    (limits('{"figure": "a", "max": null, "percent": {}}'), "profiles.pr.limits[0]: a limit needs"),
    (limits('{"figure": "a", "max": "1"}'), "profiles.pr.limits[0].max: must be a number"),
    (limits('{"figure": "a", "max": true}'), "profiles.pr.limits[0].max: must be a number"),
    (limits('{"figure": "a", "max": {"critical": []}}'), "profiles.pr.limits[0].max.critical: must be a number"),
    (limits('{"figure": "a", "max": {"fatal": 1}}'), "profiles.pr.limits[0].max.fatal: there is no such key"),
    (limits('{"figure": "a", "max": {"target": 2, "critical": 1}}'), "limits[0].max: the target is laxer"),
    (limits('{"figure": "a", "min": {"target": 1, "critical": 2}}'), "limits[0].min: the target is laxer"),
    (limits('{"figure": "a", "min": 2, "max": 1}'), "profiles.pr.limits[0]: min is above max"),
    (limits('{"figure": "a", "percent": -1}'), "profiles.pr.limits[0].percent: must be within 0 and 1e15"),
    (limits('{"figure": "a", "absolute": 2e15}'), "profiles.pr.limits[0].absolute: must be within 0 and 1e15"),
    (limits('{"figure": "a", "max": -2e15}'), "profiles.pr.limits[0].max: must be within -1e15 and 1e15"),
    (limits('{"figure": "a", "max": 1e999}'), "real number overflow"),
    (limits('{"figure": "a", "max": 99999999999999999999}'), "too big integer"),
    (limits('{"figure": "a", "max": NaN}'), "invalid token"),
    (limits('{"figure": "a", "max": 1, "better": "more"}'), 'limits[0].better: must be one of "by name" "lower"'),
    (limits('{"figure": "a", "max": 1, "level": 1}'), 'limits[0].level: must be one of "target" "critical"'),
    (limits('{"figure": "a", "max": 1, "missing": "no"}'), 'limits[0].missing: must be one of "fail" "warn" "ok"'),
    (limits('{"figure": "a", "max": 1, "min_runs": "3"}'), "limits[0].min_runs: must be a whole number"),
    (limits('{"figure": "a", "max": 1, "\\u001b[31m": 1}'), "limits[0].?[31m: there is no such key"),
)


@checks.check
def threshold_files_that_are_refused():
    for text, has in REFUSED_THRESHOLDS:
        refused(gate(text, [run()], [run()]), "thresholds: ", has)
    # In a profile that is not asked for as well.
    two = '{"version": 1, "profiles": {"pr": {"limits": [%s]}, "x": {"limits": [{"figure": "a"}]}}}' % FINE
    refused(gate(two, [run()]), "profiles.x.limits[0]: a limit needs")
    now = write(FOLDER.name, "now", document(run()))
    refused(perfctl("gate", now, "-t", FOLDER.name), "Is a directory")
    refused(perfctl("gate", now, "-t", "no-such-file"), "No such file")


@checks.check
def unusable_input():
    by, good = write(FOLDER.name, "by", thresholds({"figure": P95, "percent": 1})), write(FOLDER.name, "good",
                                                                                       document(run()))
    for path, has in bad_files(FOLDER.name):
        refused(perfctl("gate", path, "-t", by, "-b", good), path, has)
        refused(perfctl("gate", good, "-t", by, "-b", path), path, has)
    for arguments in ([], [good], ["-t", by], [good, "-t", by, "--json", "--markdown", "-"]):
        code, out, err = perfctl("gate", *arguments)
        checks.equal((code, out), (2, ""), f"{arguments}")
        checks.true(err != "", f"{arguments} are said to be wrong")


@checks.check
def as_json():
    by = thresholds({"figure": P95, "max": {"target": 15, "critical": 30}, "percent": 50},
                    {"figure": DROPPED, "absolute": 1}, {"figure": "no.such", "max": 1, "missing": "ok"})
    code, out, err = gate(by, [run(dropped=2)], [run()], "--json")
    checks.equal((code, err), (1, ""))
    found = json.loads(out)
    checks.equal({key: value for key, value in found.items() if key != "results"},
                 {"version": 1, "profile": "pr", "current_runs": 1, "baseline_runs": 1, "failed": 1, "warned": 1,
                  "unstable": 0, "ok": 1})
    checks.equal([(one["figure"], one["verdict"], one["current"], one["baseline"]) for one in found["results"]],
                 [(P95, "warn", 20, 20), (DROPPED, "fail", 2, 0), ("no.such", "ok", None, None)])


@checks.check
def as_markdown():
    hostile = "a|b`c<img>\x1b[31m"
    by = thresholds({"figure": "metrics.*.cpu_us.p95", "max": 10})
    now = [run(labels=[("draw", hostile, 30)])]
    code, out, _ = gate(by, now, None, "-m")
    checks.equal((code, out.splitlines()[-1]), (1, "gate: 1 failed, 0 warned, 0 ok"))
    with open(os.path.join(FOLDER.name, "gate.md"), encoding="utf-8") as file:
        text = file.read()
    checks.equal(text.splitlines()[0], "## Performance gate: failed")
    checks.true("| fail | <code>metrics.draw/a&#124;b&#96;c&#60;img&#62;?&#91;31m.cpu_us.p95</code> | 30 is above 10 |"
                in text, text)
    checks.true("\x1b" not in out + text, "what steers a terminal is not shown")
    checks.equal(gate(by, [run(labels=[("draw", "blur", 1)])], None, "--markdown", "-")[1].splitlines()[0],
                 "## Performance gate: passed")


@checks.check
def markdown_that_cannot_be_written():
    by, kept = thresholds({"figure": P95, "max": 30}), write(FOLDER.name, "kept.md", "as it was\n")
    for path in ("none/out.md", FOLDER.name, "/dev/full"):
        code, _, err = gate(by, [run()], None, "--markdown", path)
        checks.equal((code, err.count("\n")), (2, 1), err)
        checks.true(path in err, err)
    refused(gate("{", [run()], None, "--markdown", kept), "line 1")
    with open(kept, encoding="utf-8") as file:
        checks.equal(file.read(), "as it was\n")


checks.main()
