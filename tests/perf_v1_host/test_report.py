#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `perfctl report` makes of a trace, a run log and a perf.json: each figure is found here a second time, by other
means, in the trace itself."""
import collections
import csv
import io
import json
import math
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import checks
import daemon

sys.path.append(os.path.join(checks.ROOT, "bench"))
import reports  # noqa: E402

TESTS = os.path.join(checks.HOST, "tests")
SCHEMA = os.path.join(checks.ROOT, "docs", "perf", "perf.schema.json")
VALIDATE = os.path.join(checks.ROOT, "tests", "browser", "validate.mjs")


def perfctl(*arguments, code=0, env=None):
    """What it printed on stdout; where it must fail, the one line on stderr."""
    done = daemon.run(daemon.PERFCTL, *arguments, env=env)
    out, err = done.stdout.decode(), done.stderr.decode()
    checks.equal(done.returncode, code, f"perfctl {arguments}: {err}")
    if code == 0:
        return out
    checks.equal((out, err.count("\n")), ("", 1), f"perfctl {arguments}: one line: {err}")
    return err


def run_program(perfd, *command):
    checks.equal(daemon.run(*command, env={"PERF_SOCKET": perfd.path}, input=b"\n\n\n").returncode, 0, str(command))


_RECORDED = {}


def recorded():
    """A trace and a run log of one session with marks, frames, counters, hotspots and budgets."""
    if not _RECORDED:
        folder = tempfile.mkdtemp(prefix="perfd-report-")
        paths = {name: os.path.join(folder, name) for name in ("trace.json", "log", "perf.json", "folded")}
        with daemon.Daemon() as perfd:
            with subprocess.Popen(["timeout", "-k", "1", str(daemon.LIMIT_S), daemon.PERFCTL, "-c", perfd.address, "record", "-n", "report", "-o", paths["log"]],
                                  stdout=subprocess.PIPE) as recording:
                checks.equal(perfd.marker(), "perf: start report (budget=16.667ms)")
                run_program(perfd, os.path.join(TESTS, "mark_program"))
                run_program(perfd, os.path.join(TESTS, "interpreter"), "calls", "on", "150")
                # Of which some are late, and some are thrown away.
                run_program(perfd, os.path.join(TESTS, "write_frames"), perfd.address, "calls", "60",
                            str(time.monotonic_ns() + 800_000_000), "1000")
                recording.terminate()
                checks.equal(recording.wait(daemon.LIMIT_S), 0)
            perfd.perfctl("export", "-o", paths["trace.json"])
        _RECORDED.update(paths, folder=folder)
    return _RECORDED


def trace_of(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def spans_of(trace):
    """By lane, in ns, without the frames."""
    lanes = collections.defaultdict(list)
    for event in trace["traceEvents"]:
        if event["ph"] == "X" and (event["pid"], event["tid"]) != (1, 0):
            begin = round(event["ts"] * 1000)
            lanes[event["pid"], event["tid"]].append(
                (begin, begin + round(event["dur"] * 1000), event.get("cat", ""), event["name"]))
    return lanes


def own_times(spans):
    """Of each span its time less that of the spans right below it: found over all pairs."""
    inside = [[j for j, other in enumerate(spans) if j != i and span[0] <= other[0] and other[1] <= span[1]
               and (other[1] - other[0] < span[1] - span[0] or j > i)] for i, span in enumerate(spans)]
    for i, span in enumerate(spans):
        direct = [j for j in inside[i] if not any(j in inside[k] for k in inside[i] if k != j)]
        yield span[1] - span[0] - sum(spans[j][1] - spans[j][0] for j in direct)


def fnv1a(data):
    value = 0xcbf29ce484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001b3 % 2**64
    return value


def close(got, expected, what):
    checks.true(math.isclose(got, expected, rel_tol=1e-9, abs_tol=1e-9), f"{what}: {got}, expected {expected}")


@checks.check
def labels_are_those_of_the_trace():
    checks.equal(fnv1a(b"foobar"), 0x85944171f73967e8)  # as its authors publish it
    trace = trace_of(recorded()["trace.json"])
    perfctl("report", recorded()["trace.json"], "--perf-json", recorded()["perf.json"])
    run, = trace_of(recorded()["perf.json"])["runs"]
    expected = collections.defaultdict(lambda: ([], []))
    for spans in spans_of(trace).values():
        for span, own in zip(spans, own_times(spans)):
            expected[span[2], span[3]][0].append(span[1] - span[0])
            expected[span[2], span[3]][1].append(own)
    checks.equal({(label["function"], label["label"]) for label in run["metrics"]}, set(expected))
    for label in run["metrics"]:
        function, name = label["function"].encode(), label["label"].encode()
        lengths, own = expected[label["function"], label["label"]]
        lengths.sort()
        checks.equal(label["trace_id"], "0x%016x" % fnv1a(len(function).to_bytes(4, "little") + function +
                                                            len(name).to_bytes(4, "little") + name))
        checks.equal(label["count"], len(lengths))
        for key, ns in (("total", sum(lengths)), ("mean", sum(lengths) / len(lengths)), ("max", lengths[-1]),
                        ("p95", lengths[math.ceil(0.95 * len(lengths)) - 1]), ("self", sum(own))):
            close(label["cpu_us"][key], ns / 1000, f"{name} {key}")
    order = [label["cpu_us"]["self"] for label in run["metrics"]]
    checks.equal(order, sorted(order, reverse=True))


@checks.check
def budgets_come_from_the_code_or_a_file():
    perfctl("report", recorded()["trace.json"], "--perf-json", recorded()["perf.json"])
    trace = trace_of(recorded()["trace.json"])
    budget, = trace["otherData"]["budgets"]
    with open(os.path.join(checks.ROOT, "tests/perf_client/mark_program.cc"), encoding="utf-8") as file:
        line = 1 + next(i for i, text in enumerate(file) if "PERF_SPAN_BUDGET" in text)
    checks.equal({**budget, "file": os.path.basename(budget["file"])},
                 {"label": "layout", "category": "work", "file": "mark_program.cc", "line": line, "cpuUs": 2000, "gpuUs": 0,
                  "memBytes": 4096})
    labels = {label["label"]: label for label in trace_of(recorded()["perf.json"])["runs"][0]["metrics"]}
    layout = labels["layout"]
    checks.true(layout["mir_id"].endswith(f"mark_program.cc:{line}"), layout["mir_id"])
    checks.equal((layout["budget_cpu_us"], layout["budget_gpu_us"], layout["budget_mem_bytes"]), (2000, None, 4096))
    checks.equal((labels["blur"]["budget_cpu_us"], labels["blur"]["over_count"], labels["blur"]["mir_id"]), (None,) * 3)
    # A file goes before the code: a budget that each span exceeds, and one of any category.
    path = os.path.join(recorded()["folder"], "budgets.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"version": 1, "budgets": [{"function": "work", "label": "layout", "cpu_us": 1},
                                             {"label": "blur", "cpu_us": 1, "mem_bytes": 7}]}, file)
    artifact = json.loads(perfctl("report", recorded()["trace.json"], "--budgets", path, "--json"))
    labels = {label["label"]: label for label in artifact["runs"][0]["metrics"]}
    lengths = collections.defaultdict(list)
    for spans in spans_of(trace).values():
        for begin, end, _, name in spans:
            lengths[name].append(end - begin)
    for name in ("layout", "blur"):
        checks.equal(labels[name]["over_count"], sum(ns > 1000 for ns in lengths[name]), name)
        close(labels[name]["over_by_cpu_us"], max(0, (max(lengths[name]) - 1000) / 1000), name)
    checks.equal((labels["blur"]["budget_mem_bytes"], labels["layout"]["budget_mem_bytes"]), (7, None))
    checks.equal(labels["layout"]["mir_id"], layout["mir_id"])
    for bad, says in (({"version": 1, "budgets": [{"label": "a", "cpu_uss": 1}]}, r"budgets\[0\]: a key"),
                      ({"version": 1, "budgets": [{"label": "a"}, {"label": "a"}]}, r"budgets\[1\]: .* already"),
                      ({"version": 1, "budgets": [{"label": "a", "cpu_us": -1}]}, "a whole number"),
                      ({"version": 1, "budgets": [{"label": 3}]}, "must be texts"),
                      ({"version": 2, "budgets": []}, "version 1"), ([], "version 1")):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(bad, file)
        said = perfctl("report", recorded()["trace.json"], "--budgets", path, code=2)
        checks.true(re.search(says, said), said)


@checks.check
def frames_are_those_of_the_trace():
    trace = trace_of(recorded()["trace.json"])
    metrics = trace["otherData"]["metrics"]
    run, = json.loads(perfctl("report", recorded()["trace.json"], "--json"))["runs"]
    rolling, total = run["frame_metrics"]["rolling"], run["frame_metrics"]["total"]
    for key, name in (("p50", "p50_ms"), ("p95", "p95_ms"), ("p99", "p99_ms"), ("longest", "longest_ms"), ("fps", "fps"),
                      ("longFrames", "long"), ("dropped", "dropped"), ("avg", "avg_ms"), ("low1Fps", "low1_fps")):
        checks.equal(rolling[name], metrics[key], name)
    for key, name in (("sessionFrames", "frames"), ("sessionP99", "p99_ms"), ("sessionTime", "time_ms"), ("jankApp", "jank_app")):
        checks.equal(total[name], metrics[key], name)
    frames = [event for event in trace["traceEvents"] if event["ph"] == "X" and (event["pid"], event["tid"]) == (1, 0)]
    lengths = [event["dur"] / 1000 for event in frames]
    checks.equal(run["frames"]["id"], [event["args"]["frameId"] for event in frames])
    checks.equal(run["frames"]["cause"], [event["args"].get("cause") for event in frames])
    for got, expected in zip(run["frames"]["interval_ms"], lengths):
        close(got, expected, "interval")
    for got, event in zip(run["frames"]["at_ms"], frames):
        close(got, (event["ts"] + event["dur"]) / 1000, "at")
    for name, expected in (("mean_ms", statistics.fmean(lengths)), ("variance_ms2", statistics.pvariance(lengths)),
                           ("stdev_ms", statistics.pstdev(lengths)), ("median_fps", 1000 / statistics.median(lengths)),
                           ("cv", statistics.pstdev(lengths) / statistics.fmean(lengths))):
        close(rolling[name], expected, name)
    janks = [event for event in frames if "cause" in event["args"]]
    checks.equal([jank["frame_id"] for jank in run["janks"]], [event["args"]["frameId"] for event in janks])
    for jank, event in zip(run["janks"], janks):
        close(jank["over_ms"], max(0, event["dur"] / 1000 - run["session"]["budget_ms"]), "over")
        checks.equal(jank["why"], [{"label": one["label"], "ms": float(one["ms"])} for one in event["args"].get("why", [])])


@checks.check
def counters_stand_with_totals_and_the_window():
    other = trace_of(recorded()["trace.json"])["otherData"]
    run, = json.loads(perfctl("report", recorded()["trace.json"], "--json"))["runs"]
    groups = {group["name"]: group for group in other["counters"].values()}
    jit = groups["jit"]["counters"]
    for name, counter in jit.items():
        checks.equal(run["jit"]["total"][name], counter["total"], name)
        close(run["jit"]["rolling"][name + "_avg"], counter["sum"] / counter["samples"], name)
    looked_up = jit["cache_hits"]["sum"] + jit["cache_misses"]["sum"]
    close(run["jit"]["rolling"]["hit_rate_percent"], 100 * jit["cache_hits"]["sum"] / looked_up, "hit rate")
    checks.equal(run["graphics"], None)
    by_name = {counter["name"]: counter for counter in run["counters"]}
    checks.equal(by_name["memory.jit_exit_mmio_calls"]["total"], None)
    checks.equal(by_name["memory.jit_exit_mmio_calls"]["state"], "unsupported")
    checks.equal(by_name["memory.mmu_translate_calls"]["total"], 0)
    checks.equal(by_name["cpu.instructions_executed"]["total"],
                 groups["cpu"]["counters"]["instructions_executed"]["total"])
    table, = run["hotspots"]
    checks.equal([one["key"] for one in table["top"]], [one["key"] for one in list(other["hotspots"].values())[0]["top"]])
    close(sum(one["percent"] for one in table["top"]), 100, "all of it")
    checks.true(run["ledger"]["balanced"] and run["ledger"]["written"] == other["ledger"]["written"], run["ledger"])


@checks.check
def a_run_log_and_a_perf_json_give_the_same():
    of_trace = json.loads(perfctl("report", recorded()["trace.json"], "--perf-json", recorded()["perf.json"], "--json"))
    of_log = json.loads(perfctl("report", recorded()["log"], "--json"))
    checks.equal((len(of_log["runs"]), of_log["runs"][0]["source"]["kind"]), (1, "run_log"))
    for run in of_trace["runs"] + of_log["runs"]:
        del run["source"]
    checks.equal(of_log["runs"][0].keys(), of_trace["runs"][0].keys())
    for section in of_trace["runs"][0]:
        if section not in ("ledger", "session"):
            checks.equal(of_log["runs"][0][section], of_trace["runs"][0][section], section)
    text = perfctl("report", recorded()["trace.json"])
    checks.equal(perfctl("report", recorded()["perf.json"]), text)
    with open(recorded()["trace.json"], "rb") as file:
        piped = daemon.run(daemon.PERFCTL, "report", "-", input=file.read())
    checks.equal((piped.returncode, piped.stdout.decode()), (0, text))
    for expected in (r"^report  profile default  budget 16\.667 ms", r"^labels, us: ", r"^slow frames, ms: \d+",
                     r"^over their budget: \d of 1 labels", r"hit_rate_percent +\d"):
        checks.true(re.search(expected, text, re.M), f"{expected} in\n{text}")


@checks.check
def each_artifact_is_valid():
    paths = []
    for name, source, options in (("trace", "trace.json", ()), ("log", "log", ("--profile", "nightly", "--target", "t"))):
        paths.append(os.path.join(recorded()["folder"], f"valid-{name}.json"))
        perfctl("report", recorded()[source], "--perf-json", paths[-1], *options)
    checks.equal((trace_of(paths[1])["target"], trace_of(paths[1])["runs"][0]["profile"]), ("t", "nightly"))
    subprocess.run(["node", VALIDATE, SCHEMA, *paths], check=True, timeout=daemon.LIMIT_S)
    # It can fail: a figure that is a text, no run_log, an id that is a number.
    for change in (lambda run: run["frame_metrics"]["total"].update(fps="60"), lambda run: run.pop("run_log"),
                   lambda run: run["metrics"][0].update(trace_id=17)):
        broken = trace_of(paths[0])
        change(broken["runs"][0])
        path = os.path.join(recorded()["folder"], "broken.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(broken, file)
        done = subprocess.run(["node", VALIDATE, SCHEMA, path], capture_output=True, check=False, timeout=daemon.LIMIT_S)
        checks.equal(done.returncode, 1, done.stderr.decode())


@checks.check
def what_a_session_of_nothing_gives():
    with daemon.Daemon() as perfd:
        perfd.perfctl("start", "empty")
        path = os.path.join(perfd.work, "empty.json")
        perfd.perfctl("export", "-o", path)
        artifact = os.path.join(perfd.work, "perf.json")
        text = perfctl("report", path, "--perf-json", artifact)
        checks.true("no frames: there is nothing to judge" in text, text)
        subprocess.run(["node", VALIDATE, SCHEMA, artifact], check=True, timeout=daemon.LIMIT_S)
        rolling = trace_of(artifact)["runs"][0]["frame_metrics"]["rolling"]
        checks.equal((rolling["fps"], rolling["cv"], rolling["frames"], rolling["long"]), (None, None, 0, 0))


@checks.check
def each_session_of_a_log_is_a_run():
    """But for those in which nothing was drawn: that of who records, and one that ends at once."""
    with daemon.Daemon() as perfd:
        log = os.path.join(perfd.work, "sessions.runlog")
        with subprocess.Popen(["timeout", "-k", "1", str(daemon.LIMIT_S), daemon.PERFCTL, "-c", perfd.address, "record", "-n",
                               "whole", "-o", log], stdout=subprocess.DEVNULL) as recording:
            checks.equal(perfd.marker(), "perf: start whole (budget=16.667ms)")
            for name in ("first", "second"):
                run_program(perfd, os.path.join(checks.HOST, "systemui"), "--seconds", "1", "--name", name)
            perfd.perfctl("start", "nothing")
            recording.terminate()
            checks.equal(recording.wait(daemon.LIMIT_S), 0)
        runs = json.loads(perfctl("report", log, "--json"))["runs"]
        checks.equal([run["session"]["name"] for run in runs], ["first", "second"])
        for wanted in ("1", "2"):
            text = perfctl("report", log, "--run", wanted)
            checks.true(text.startswith(runs[int(wanted) - 1]["session"]["name"] + "  profile"), text)
        checks.true("it has 2 runs, and no number 3" in perfctl("report", log, "--run", "3", code=2), "three")


@checks.check
def stacks_for_flame_graphs():
    folded = perfctl("report", recorded()["trace.json"], "--folded", "-")
    trace = trace_of(recorded()["trace.json"])
    names = {lane: about.get("name") for lane, about in trace["otherData"]["lanes"].items()}
    expected = collections.Counter()
    for (_, tid), spans in spans_of(trace).items():
        for span, own in zip(spans, own_times(spans)):
            # Those around it, the longest first; of equal ones that stand first in the trace.
            around = [other for j, other in enumerate(spans) if other[0] <= span[0] and span[1] <= other[1]
                      and (j < spans.index(span) or other == span)]
            around.sort(key=lambda other: (other[0], -other[1]))
            expected[";".join([names[str(tid)]] + [other[3] for other in around])] += own
    got = {line.rsplit(" ", 1)[0]: int(line.rsplit(" ", 1)[1]) for line in folded.splitlines()}
    for stack, ns in expected.items():
        if ns >= 1000:
            checks.true(abs(got.get(stack, 0) - ns / 1000) <= 0.5 + 1e-9, f"{stack}: {got.get(stack)}, {ns}")
    checks.true(set(got) <= set(expected), set(got) - set(expected))


@checks.check
def frame_times_for_other_tools():
    rows = list(csv.DictReader(io.StringIO(perfctl("frames", recorded()["trace.json"], "--csv"))))
    run, = json.loads(perfctl("report", recorded()["trace.json"], "--json"))["runs"]
    checks.equal(list(rows[0]), ["Application", "ProcessID", "SwapChainAddress", "Runtime", "SyncInterval", "PresentFlags",
                                 "Dropped", "TimeInSeconds", "msInPresentAPI", "msBetweenPresents"])
    checks.equal(len(rows), len(run["frames"]["id"]))
    for row, interval, at in zip(rows, run["frames"]["interval_ms"], run["frames"]["at_ms"]):
        checks.equal((row["Application"], row["msBetweenPresents"]), ("report", f"{interval:.6f}"))
        checks.true(abs(float(row["TimeInSeconds"]) - at / 1000) < 1e-6, row)
    with daemon.Daemon() as perfd:
        perfd.perfctl("start", "live")
        run_program(perfd, os.path.join(TESTS, "interpreter"), "calls", "on", "20")
        rows = list(csv.DictReader(io.StringIO(perfd.perfctl("frames", "--csv"))))
        samples = perfd.json("frames")["frames"]
    checks.equal([(row["Application"], row["msBetweenPresents"]) for row in rows],
                 [("live", f"{sample['interval']:.6f}") for sample in samples[1:]])


@checks.check
def streams_of_random_numbers():
    trace = trace_of(recorded()["trace.json"])
    # As a program's group has them: a seed is all 64 bits.
    trace["otherData"]["counters"]["99"] = {"name": "rng", "pid": 1, "samples": 2, "windowMs": 1.0, "counters": {
        "world.seed": {"kind": "gauge", "unit": "", "state": "ok", "samples": 2, "last": -2, "total": -2, "sum": -4,
                       "p95": -2, "max": -2},
        "world.events": {"kind": "count", "unit": "", "state": "ok", "samples": 2, "last": 3, "total": 12, "sum": 5, "p95": 3,
                         "max": 3}}}
    path = os.path.join(recorded()["folder"], "rng.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(trace, file, separators=(",", ":"))
    stream = {"id": "world", "seed": "0xfffffffffffffffe", "events": 12}
    checks.equal(perfctl("seed", "--from-run", path), "world 0xfffffffffffffffe 12\n")
    checks.equal(json.loads(perfctl("seed", "--from-run", path, "--json")), {"version": 1, "rng_streams": [stream]})
    checks.equal(perfctl("seed", "--from-run", recorded()["trace.json"]), "")
    log = os.path.join(recorded()["folder"], "rng_log.json")
    streams = {"version": 1, "rng_streams": [{"id": "loot", "seed": "0x00000000000000ff", "events": 7}]}
    for text, code in ((json.dumps(streams), 0), ('{"version": 1}', 2), ('{"version": 1, "rng_streams": [{"id": "a"}]}', 2),
                       ("{", 2)):
        with open(log, "w", encoding="utf-8") as file:
            file.write(text)
        for how in ((("--run-log", log), {}), ((), {"PERF_RUN_LOG": log})):
            out = perfctl("report", recorded()["trace.json"], "--json", *how[0], code=code, env=how[1])
            if code == 0:
                checks.equal(json.loads(out)["runs"][0]["run_log"], streams)


@checks.check
def what_is_no_recording():
    with open(recorded()["trace.json"], "rb") as file:
        good = file.read()
    with open(recorded()["log"], "rb") as file:
        log = file.read()
    perf_json = json.loads(perfctl("report", recorded()["trace.json"], "--json"))
    kept = os.path.join(recorded()["folder"], "kept.json")
    with open(kept, "w", encoding="utf-8") as file:
        file.write("mine")
    deep = b'{"traceEvents":[' + b'{"args":' + b'{"a":' * 200 + b"1" + b"}" * 202 + b"]}"
    bad = {
        b"": "empty",
        good[:-1]: "cut off",
        good[:len(good) // 2]: "cut off",
        good[:17]: "cut off",
        good.replace(b'"ts":', b'"ts":-', 1): "that perfd does not write",
        good.replace(b'"dur":', b'"dur":1e', 1): "(no JSON|that perfd does not write)",
        good.replace(b'"otherData"', b'"otherdata"'): "none that perfd wrote",
        good.replace(b"wallpaper", b"x").replace(b'"name":"blur"', b'"name":"' + b"b" * 300 + b'"'): "a name that perfd",
        b'{"traceEvents":[],"otherData":{"a":1,"a":2}}': "a key twice",
        b'{"traceEvents":[]}': "none that perfd wrote",
        deep: "nested deeper",
        b"[{}]": "neither a trace",
        b"<html>": "line 1",
        b'{"version": 1}': "neither a trace",
        b'{"version": 2, "runs": []}': "newer version",
        b'{"version": 1, "target": "t", "runs": []}': "without runs",
        b'{"version": 1, "target": "t", "runs": [{}]}': "without a profile",
        b'{"version": 1, "version": 1, "target": "t", "runs": [{}]}': "duplicate",
        json.dumps({**perf_json, "runs": [{**perf_json["runs"][0], "run_log": 3}]}).encode(): "without a run_log",
        log[:-1]: "cut off",
        log[:100]: "entry 1",
        log[:1000] + b"\xff" * 20 + log[1020:]: "entry",
        bytes(100): "entry 1",
    }
    path = os.path.join(recorded()["folder"], "bad")
    for data, says in bad.items():
        with open(path, "wb") as file:
            file.write(data)
        said = perfctl("report", path, "--perf-json", kept, code=2)
        checks.true(re.search(says, said), f"{says}: {said}")
        checks.true("\x1b" not in said, said)
    # 1 GiB of nothing behind a beginning that is good, and of blanks.
    for head in (b'{"traceEvents":[', b"{"):
        with open(path, "wb") as file:
            file.write(head)
            file.truncate(1 << 30)
        checks.true(re.search("byte 1[67]: no JSON|too large", perfctl("report", path, code=2)), "huge")
    os.unlink(path)
    perfctl("report", path, code=2)
    perfctl("report", recorded()["folder"], code=2)
    with open(kept, encoding="utf-8") as file:
        checks.equal(file.read(), "mine", "nothing is written where there is nothing to say")


@checks.check
def where_it_cannot_write():
    trace, folder = recorded()["trace.json"], recorded()["folder"]
    for option in ("--perf-json", "--folded"):
        checks.true("No space left" in perfctl("report", trace, option, "/dev/full", code=1), option)
        checks.true("No such file" in perfctl("report", trace, option, os.path.join(folder, "no", "file"), code=1), option)
    before = sorted(os.listdir(folder))
    perfctl("report", trace, "--perf-json", os.path.join(folder, "no", "file"), code=1)
    checks.equal(sorted(os.listdir(folder)), before, "nothing is left behind")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([daemon.PERFCTL, "report", trace], stdout=full, stderr=subprocess.PIPE, check=False,
                              timeout=daemon.LIMIT_S)
    checks.equal((done.returncode, done.stderr.count(b"\n")), (1, 1), done.stderr.decode())


@checks.check
def memory_does_not_grow_with_the_trace():
    path = os.path.join(recorded()["folder"], "large.json")
    size, count = reports.enlarge(recorded()["trace.json"], path)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    text = perfctl("report", path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spans = sum(len(lane) for lane in spans_of(trace_of(recorded()["trace.json"])).values())
    counted = sum(int(line.split()[0]) for line in re.findall(r"^ +\d+ +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+  .*$",
                                                              text.split("labels, us:")[1].split("\n\n")[0], re.M))
    print(f"{size} bytes: {after.ru_utime - before.ru_utime:.2f} s, at most {after.ru_maxrss // 1024} MiB")
    checks.equal(counted, spans * count)
    checks.true(after.ru_maxrss < 512 * 1024, "512 MiB")
    os.unlink(path)


try:
    checks.main()
finally:
    if _RECORDED:
        subprocess.run(["rm", "-rf", _RECORDED["folder"]], check=True)
