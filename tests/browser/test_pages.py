#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page of a run in Chromium, on a screen, on a phone and on paper, without a network: it shows the figures that the
perf.json has, and whatever the perf.json says is text. Screenshots are left in out/browser/."""
import json
import math
import os
import random
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "perf_v1_host"))

import checks  # noqa: E402

SHOTS = os.path.join(ROOT, "out", "browser")
WRITE_REPORT = os.path.join(checks.HOST, "tests", "write_report")
WAYS = [f"{size}-{scheme}" for size in ("wide", "phone", "small", "print") for scheme in ("light", "dark")]
BUDGET_MS = 16.666667
LIMIT_S = 120
HOSTILE = ("</script><img src=x onerror=\"window.ran = 1; alert(1)\">", "<b>bold</b>", "<!--<script>",
           "a\u2028b\u2029c", "&lt;i&gt; \"quoted\" 'too'", "]]>", "${ran}", "javascript:alert(1)")


# --- Runs ---


def percentile(values, part):
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * part) - 1)]


def frames_of(count, seed=7):
    """Frames at 60 Hz, some of them late for each cause, one for half a second."""
    rng = random.Random(seed)
    columns = {name: [] for name in ("id", "at_ms", "interval_ms", "work_ms", "ui_ms", "layout_ms", "render_ms",
                                     "present_ms", "gpu_ms", "missed", "cause")}
    at = 0.0
    for i in range(count):
        cause, missed = None, 0
        phases = [rng.uniform(0.6, 1.4), rng.uniform(0.8, 2.2), rng.uniform(3, 6) + 2 * math.sin(i / 40) ** 2, 0.6]
        gpu = rng.uniform(4, 7)
        if i % 97 == 60:
            cause, missed = rng.choice(("dropped", "app", "gpu", "pipeline", "unknown")), rng.choice((1, 1, 1, 2, 4))
            if cause == "app":
                phases[2] += missed * BUDGET_MS * 0.8
            if cause == "gpu":
                gpu += missed * BUDGET_MS * 0.8
        if i == count * 2 // 3:
            cause, missed = "app", 30
            phases[1] += 480.0
        interval = BUDGET_MS * (1 + missed) + rng.gauss(0, 0.12)
        at += interval
        row = [i + 1, at, interval if i > 0 else None, sum(phases), *phases, gpu, missed, cause]
        for column, value in zip(columns.values(), row):
            column.append(round(value, 6) if isinstance(value, float) else value)
    return columns


def metrics_of(columns, janks):
    intervals = [value for value in columns["interval_ms"] if value is not None]
    mean = sum(intervals) / len(intervals)
    stdev = math.sqrt(sum((value - mean) ** 2 for value in intervals) / len(intervals))
    both = {"frames": len(columns["id"]), "fps": round(1000 / mean, 3), "p50_ms": percentile(intervals, 0.5),
            "p95_ms": percentile(intervals, 0.95), "p99_ms": percentile(intervals, 0.99),
            "p999_ms": percentile(intervals, 0.999), "longest_ms": max(intervals),
            "long": sum(value > 25 for value in intervals), "dropped": sum(columns["missed"]), "late": 3}
    rolling = {**both, "avg_ms": mean, "low1_fps": 31.2, "low01_fps": None, "work_avg_ms": 8.1, "mean_ms": mean,
               "stdev_ms": stdev, "variance_ms2": stdev ** 2, "cv": stdev / mean}
    by_cause = {f"jank_{cause}": sum(jank["cause"] == cause for jank in janks)
                for cause in ("dropped", "app", "gpu", "pipeline", "unknown")}
    return {"rolling": rolling, "total": {**both, "time_ms": columns["at_ms"][-1], **by_cause}}


def label_of(number, function, label, self_us, budget_us=None):
    count, worst = 400 + number, self_us / 300
    over = None if budget_us is None else max(0, round(worst - budget_us, 3))
    return {"trace_id": f"0x{number:016x}", "mir_id": f"src/{function or 'main'}.c:{number}", "function": function,
            "label": label, "count": count, "budget_cpu_us": budget_us, "budget_gpu_us": None,
            "budget_mem_bytes": 1 << 20 if number == 1 else None, "over_by_cpu_us": over,
            "over_count": None if over is None else (3 if over > 0 else 0),
            "cpu_us": {"total": self_us * 1.25, "mean": self_us / count, "p95": self_us / 350, "max": worst,
                       "self": self_us}}


def counter_of(name, state="ok", kind="count", unit="", total=1234567):
    if state != "ok":
        return {"name": name, "unit": unit, "kind": kind, "state": state, "reason": f"because it is {state}",
                "total": None, "rolling": None}
    return {"name": name, "unit": unit, "kind": kind, "state": state, "total": total,
            "rolling": {"last": 0, "sum": 3, "p95": 1.5, "max": 2, "mean": 0.05}}


def run_of(count, name="scroll the list"):
    columns = frames_of(count)
    janks = [{"frame_id": columns["id"][i], "at_ms": columns["at_ms"][i], "interval_ms": columns["interval_ms"][i],
              "over_ms": round(columns["interval_ms"][i] - BUDGET_MS, 6), "cause": cause,
              "why": [{"label": "blur", "ms": 12.25}, {"label": "measure text", "ms": 0.75}] if cause == "app" else []}
             for i, cause in enumerate(columns["cause"]) if cause is not None]
    labels = [label_of(1, "draw", "blur", 2.4e6, 4000), label_of(2, "layout", "measure text", 1.1e6, 5000),
              label_of(3, "", "decode thumbnail", 8.8e5), label_of(4, "ui", "pointer", 45678.5, 2000)]
    labels += [label_of(10 + i, "widgets", f"widget {i} with quite a long name", 30000.0 / (i + 1)) for i in range(30)]
    counts = {"written": 48211, "resident": 40000, "overwritten": 8211, "torn": 0, "malformed": 0, "rate": 0,
              "no_session": 0, "exported": 39990, "cut": 10, "filtered": 0, "unpaired": 0, "outside": 0}
    return {
        "profile": "release", "metrics": labels,
        "session": {"name": name, "budget_ms": BUDGET_MS, "long_frame_ms": 25.000001, "time_ms": columns["at_ms"][-1],
                    "truncated_frames": 0, "truncated_records": 10},
        "source": {"kind": "trace", "perfd_version": "0.1.0", "clock": "CLOCK_MONOTONIC"},
        "frame_metrics": metrics_of(columns, janks), "frames": columns, "janks": janks,
        "graphics": {"total": {"draw_calls": 512000, "upload_bytes": 104857600, "texture_binds": 81000},
                     "rolling": {"window_ms": 1000.0, "samples": 60, "draw_calls_avg": 426.7,
                                 "upload_mib_per_s": 4.95}},
        "jit": {"total": {"compiled_blocks": 3321, "cache_hit_rate": 0.9871}, "rolling": {"mips": 512.25}},
        "counters": [counter_of("heap.live", kind="gauge", unit="bytes"), counter_of("net.requests", total=None)],
        "hardware": [counter_of("cycles", "unsupported"), counter_of("cache-misses", "notPermitted"),
                     counter_of("instructions", "warming"), counter_of("page-faults", total=0)],
        "hotspots": [{"name": "guest pc", "total_hits": 90000, "total_weight": 1800000, "top": [
            {"key": f"0x{0xffffffff80001000 + 64 * i:016x}", "hits": 9000 // (i + 1), "weight": 400000 // (i + 1),
             "error": 12, "percent": round(22.2 / (i + 1), 3)} for i in range(8)]}],
        "ledger": {**counts, "balanced": True}, "figures": {"start_ms": 412.5},
        "run_log": {"version": 1, "rng_streams": [{"id": "world", "seed": "0x00000000000000ff", "events": 12}]},
    }


def hostile_run():
    """Every string that a program, a budget file or a machine may choose."""
    run = run_of(200, HOSTILE[0])
    run["metrics"] = [label_of(i + 1, text, text, 1000.0 * (len(HOSTILE) - i)) for i, text in enumerate(HOSTILE)]
    for label, text in zip(run["metrics"], HOSTILE):
        label["mir_id"] = text
    for jank in run["janks"]:
        jank["why"] = [{"label": text, "ms": 1.0} for text in HOSTILE]
    run["counters"] = [{**counter_of(text, "failed"), "reason": text, "unit": text} for text in HOSTILE]
    run["hotspots"] = [{"name": text, "total_hits": 1, "total_weight": 1, "top": [
        {"key": text, "hits": 1, "weight": 1, "error": 0, "percent": 100}]} for text in HOSTILE]
    run["graphics"]["total"] = {text: 1 for text in HOSTILE}
    run["figures"] = {text: 2 for text in HOSTILE}
    run["run_log"]["rng_streams"] = [{"id": text, "seed": "0x0000000000000001", "events": 1} for text in HOSTILE]
    run["profile"], run["source"]["clock"] = HOSTILE[1], HOSTILE[2]
    return run


BARE = {"profile": "default", "metrics": [], "run_log": {"version": 1, "rng_streams": []}}


def perf_json(*runs, target="x86_64-linux"):
    return {"version": 1, "target": target, "runs": list(runs)}


class Made:
    folder = tempfile.TemporaryDirectory(prefix="perfd-pages-")
    shown = {}


def write(name, artifact, index=0):
    """The page's path."""
    path = os.path.join(Made.folder.name, f"{name}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(artifact, file)
    page = os.path.join(Made.folder.name, f"{name}.html")
    with open(page, "wb") as file:
        subprocess.run([WRITE_REPORT, path, str(index)], stdout=file, check=True, timeout=LIMIT_S)
    return page


def view(pages, ways, screenshots="-"):
    done = subprocess.run(["node", os.path.join(HERE, "pages.mjs"), ",".join(ways), screenshots, *pages],
                          capture_output=True, timeout=LIMIT_S, check=False)
    checks.equal(done.returncode, 0, f"{done.stderr.decode()[-2000:]}\n(scripts/install-deps installs what is missing)")
    return json.loads(done.stdout)


def full():
    """The page of a run with everything in it, in every way to look at it; looked at once."""
    if not Made.shown:
        os.makedirs(SHOTS, exist_ok=True)
        Made.run = run_of(1200)
        Made.shown = view([write("report", perf_json(Made.run))], WAYS, os.path.join(SHOTS, ""))[0]
    return Made.run, Made.shown


# --- What a page shows ---


def number(text):
    return float(re.sub(r"[,%]", "", text).strip())


def near(text, value, what):
    """Is it what is shown, to the digits that are?"""
    digits = len(text.partition(".")[2])
    checks.true(abs(number(text) - value) <= 0.5000001 * 10 ** -digits, f"{what}: {text!r} is not {value}")


@checks.check
def opens_without_a_word_or_a_request():
    for way, shown in full()[1].items():
        checks.equal(shown["problems"], [], way)


@checks.check
def nothing_is_wider_than_the_page():
    for way, shown in full()[1].items():
        checks.equal((shown["overflow"], shown["outside"]), (0, []), way)
        for name, chart in shown["charts"].items():
            checks.true(chart["width"] <= chart["room"] + 1, f"{way}: {name}: {chart}")
            if not way.startswith("print"):
                checks.true(chart["width"] >= chart["room"] - 1, f"{way}: {name}: {chart}")


@checks.check
def dark_is_for_screens():
    for way, shown in full()[1].items():
        dark = way.endswith("dark") and not way.startswith("print")
        checks.equal(shown["ground"], "rgb(16, 20, 24)" if dark else "rgb(255, 255, 255)", way)


@checks.check
def figures_are_those_of_the_run():
    run, shown = full()
    for way, page in shown.items():
        checks.equal(page["heading"], ["scroll the list"], way)
        checks.equal(page["title"], "scroll the list: frame report", way)
        facts = page["facts"]
        checks.equal((facts["profile"], facts["target"], facts["budget"], facts["perfd"]),
                     ("release", "x86_64-linux", "16.667 ms", "0.1.0"), way)
        wanted = [f"frame_metrics.total.{name}" for name in
                  ("fps", "p50_ms", "p95_ms", "p99_ms", "long", "dropped", "late")] + ["frame_metrics.rolling.cv"]
        checks.equal(list(page["figures"]), wanted, way)
        for name, (exact, text) in page["figures"].items():
            _, part, figure = name.split(".")
            # Of 15 digits.
            checks.equal(float(exact), float(f"{run['frame_metrics'][part][figure]:.15g}"), name)
            near(text, run["frame_metrics"][part][figure], name)


@checks.check
def tables_have_every_row():
    run, shown = full()
    expected = {"Janky frames": len(run["janks"]), "Labels by self time": len(run["metrics"]), "Counters": 2,
                "Hardware counters": 4, "Hotspots: guest pc": 8, "Ledger": len(run["ledger"]) - 1, "Random streams": 1,
                "Graphics": 7, "JIT": 3, "Other figures": 1,
                "Janky frames by cause": len({jank["cause"] for jank in run["janks"]}),
                "All frame figures": len({**run["frame_metrics"]["rolling"], **run["frame_metrics"]["total"]})}
    for way, page in shown.items():
        checks.equal({name: len(table["rows"]) for name, table in page["tables"].items()}, expected, way)
        for name, table in page["tables"].items():
            checks.true(all(len(row) == len(table["head"]) for row in table["rows"]), f"{way}: {name}")


@checks.check
def janks_are_listed_worst_first():
    run, shown = full()
    janks = sorted(run["janks"], key=lambda jank: -jank["over_ms"])
    for row, jank in zip(shown["wide-light"]["tables"]["Janky frames"]["rows"], janks):
        checks.equal((number(row[0]), row[1]), (jank["frame_id"], jank["cause"]))
        for text, value in zip(row[2:5], (jank["at_ms"] / 1000, jank["interval_ms"], jank["over_ms"])):
            near(text, value, row[0])
        checks.equal(row[5], "blur 12.25, measure text 0.750" if jank["cause"] == "app" else "–")


@checks.check
def labels_are_listed_by_self_time_and_those_over_budget_marked():
    run, shown = full()
    table = shown["wide-light"]["tables"]["Labels by self time"]
    labels = sorted(run["metrics"], key=lambda label: -label["cpu_us"]["self"])
    for row, label in zip(table["rows"], labels):
        checks.true(label["label"] in row[0] and label["mir_id"] in row[0], row[0])
        for text, value in zip(row[1:7], [label["count"]] + [label["cpu_us"][name] for name in
                                                             ("self", "total", "mean", "p95", "max")]):
            near(text, value, row[0])
    over = [label for label in labels if label["over_count"]]
    checks.equal([label["label"] for label in over], ["blur"])
    checks.true(len(table["marked"]) == 1 and "blur" in table["marked"][0], table["marked"])


@checks.check
def what_is_not_counted_is_no_zero():
    table = full()[1]["wide-light"]["tables"]["Hardware counters"]
    by_name = {row[0]: row for row in table["rows"]}
    for name, state in (("cycles", "unsupported"), ("cache-misses", "notPermitted"), ("instructions", "warming")):
        checks.true(by_name[name][1].startswith(state) and f"because it is {state}" in by_name[name][1], by_name[name])
        checks.equal(by_name[name][2:-1], [state] + ["–"] * 5)
    checks.equal(by_name["page-faults"][1:-1], ["ok", "0", "0", "3", "1.50", "2", "0.050"])
    # One that is fine and has no figure, either.
    checks.equal(full()[1]["wide-light"]["tables"]["Counters"]["rows"][1][:3], ["net.requests", "ok", "–"])


@checks.check
def charts_have_the_budget_line_and_the_marks():
    run, shown = full()
    for way, page in shown.items():
        checks.equal(list(page["charts"]), ["chart-frames", "chart-histogram", "chart-phases"], way)
        for name, chart in page["charts"].items():
            checks.true(chart["budget"] > 0.6, f"{way}: {name}: {chart['budget']} of the line is there")
        checks.equal(int(page["charts"]["chart-frames"]["marks"]), len(run["janks"]), way)
        checks.equal(int(page["charts"]["chart-histogram"]["frames"]), len(run["frames"]["id"]) - 1, way)


@checks.check
def what_strings_say_is_shown_and_not_done():
    run = hostile_run()
    shown = view([write("hostile", perf_json(run, target=HOSTILE[0]))], ("wide-light", "phone-light"))[0]
    for way, page in shown.items():
        checks.equal((page["problems"], page["ran"], page["markup"], page["overflow"]), ([], None, 0, 0), way)
        checks.equal(page["outside"], [], way)
        checks.equal(page["heading"], [HOSTILE[0]])
        checks.equal(page["title"], f"{HOSTILE[0]}: frame report")
        checks.equal((page["facts"]["target"], page["facts"]["profile"], page["facts"]["clock"]), HOSTILE[:3])
        tables = page["tables"]
        checks.equal([row[0] for row in tables["Labels by self time"]["rows"]],
                     [f"{text} / {text}{text}" for text in HOSTILE])
        checks.equal(tables["Janky frames"]["rows"][0][5], ", ".join(f"{text} 1.00" for text in HOSTILE))
        for name, count in (("Counters", 8), ("Other figures", 8), ("Random streams", 8)):
            checks.equal([row[0] for row in tables[name]["rows"]][:count], list(HOSTILE), name)
        checks.equal([tables[f"Hotspots: {text}"]["rows"][0][0] for text in HOSTILE], list(HOSTILE))


@checks.check
def parts_without_data_are_left_out():
    ledger = {"profile": "default", "metrics": [], "run_log": BARE["run_log"], "ledger": {"balanced": False, "torn": 3}}
    bare, second = view([write("bare", perf_json(BARE)), write("second", perf_json(BARE, ledger), 1)], ("phone-light",))
    bare, second = bare["phone-light"], second["phone-light"]
    checks.equal((bare["problems"], bare["sections"], bare["heading"]), ([], [], ["default"]))
    checks.equal((second["problems"], second["sections"], second["balanced"]), ([], ["ledger"], "false"))
    checks.equal((second["facts"]["run"], second["tables"]["Ledger"]["rows"]), ("2 of 2", [["torn", "3"]]))


@checks.check
def frames_of_half_an_hour_are_drawn_at_once():
    run = run_of(100000)
    page = view([write("long", perf_json(run))], ("wide-light",), os.path.join(SHOTS, "report-"))[0]["wide-light"]
    checks.equal(page["problems"], [])
    checks.equal(len(page["tables"]["Janky frames"]["rows"]), 1000)
    checks.equal(int(page["charts"]["chart-frames"]["marks"]), len(run["janks"]))
    checks.true(page["charts"]["chart-frames"]["budget"] > 0.6, page["charts"])
    checks.true(page["loadMs"] < 10000, f"{page['loadMs']} ms")


@checks.check
def a_run_that_is_not_there_is_refused():
    path = os.path.join(Made.folder.name, "none.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(perf_json(BARE), file)
    done = subprocess.run([WRITE_REPORT, path, "1"], capture_output=True, timeout=LIMIT_S, check=False)
    checks.equal((done.returncode, done.stdout), (2, b""))
    with open("/dev/full", "wb") as device:
        done = subprocess.run([WRITE_REPORT, path, "0"], stdout=device, stderr=subprocess.PIPE, timeout=LIMIT_S,
                              check=False)
    checks.equal((done.returncode, done.stderr), (1, b"write_report: stdout: No space left on device\n"))


@checks.check
def faults_are_seen():
    """Pages that are spoilt: each in one way."""
    with open(write("fine", perf_json(hostile_run())), encoding="utf-8") as file:
        page = file.read()
    policy = re.search(r"<meta http-equiv.*\n", page)[0]
    spoilt = {"asks": page.replace(policy, "").replace("<main>", "<img src='http://perfd.test/x.png'><main>"),
              "markup": page.replace(policy, "").replace("made.append(...children",
                                                         "if (name === 'code') made.innerHTML = children[0];"
                                                         " else made.append(...children"),
              "wide": page.replace("<main>", "<div style='width: 3000px'>wide</div><main>"),
              "lineless": page.replace("ctx.stroke();\n        if (text)", "if (text)")}
    paths = []
    for name, text in spoilt.items():
        checks.true(text != page, name)
        paths.append(os.path.join(Made.folder.name, f"{name}.html"))
        with open(paths[-1], "w", encoding="utf-8") as file:
            file.write(text)
    asks, markup, wide, lineless = [one["phone-light"] for one in view(paths, ("phone-light",))]
    checks.true("asked for http://perfd.test/x.png" in asks["problems"], asks["problems"])
    checks.true(markup["markup"] > 0 and markup["ran"] == 1 and markup["problems"], markup["problems"])
    checks.true(wide["overflow"] > 0, wide["overflow"])
    checks.true(lineless["charts"]["chart-frames"]["budget"] < 0.6, lineless["charts"])


checks.main()
