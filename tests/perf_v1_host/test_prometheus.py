#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""perfctl serve --metrics: both formats are what Prometheus reads, their figures are the service's, and what has no
figure is not there."""
import json
import os
import re
import signal
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

import checks
import daemon
import serving

OPEN_METRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
SAMPLE = re.compile(r'([a-z_0-9]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)+)\})? (\S+)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def samples(text):
    """{(name, frozen labels): value}; each of them once."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        match = SAMPLE.fullmatch(line)
        checks.true(match, line)
        key = match[1], frozenset(LABEL.findall(match[2] or ""))
        checks.true(key not in found, f"twice: {line}")
        found[key] = float(match[3])
    return found


def value(found, name, /, **labels):
    return found.get((name, frozenset(labels.items())))


def scrape(serve, accept=None, **options):
    status, headers, body = serve.get("/metrics", **({"Accept": accept} if accept else {}), **options)
    checks.equal(status, 200)
    return headers["content-type"], body.decode()


def busy(perfd):
    """A stopped session with figures of most kinds."""
    perfd.perfctl("start", "scroll")
    done = daemon.run(os.path.join(checks.HOST, "tests", "interpreter"), "calls", "on", "150",
                      env={"PERF_SOCKET": perfd.path})
    checks.equal(done.returncode, 0, done.stderr)
    perfd.perfctl("stop")


def promtool(text):
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True,
                          timeout=daemon.LIMIT_S, check=False)
    return done.returncode, done.stdout + done.stderr


@checks.check
def promtool_has_nothing_to_say():
    with daemon.Daemon("--counters", "all") as perfd, serving.Serve(perfd.address, "--metrics") as serve:
        for state in ("no session", "a session"):
            kind, text = scrape(serve)
            checks.equal(kind, "text/plain; version=0.0.4; charset=utf-8")
            checks.equal(promtool(text), (0, ""), state)
            busy(perfd)
        # It would say something: a family without a word of help, and a broken line.
        checks.true(promtool(text.replace("# HELP perfd_up Whether perfd answers.\n", ""))[0] != 0, "no help")
        checks.true(promtool(text + "perfd_x{ 1\n")[0] != 0, "broken")


@checks.check
def figures_are_the_service_s():
    with daemon.Daemon("--counters", "page-faults,cycles") as perfd, serving.Serve(perfd.address, "--metrics") as serve:
        busy(perfd)
        metrics, groups = perfd.json("metrics"), perfd.json("counters")["groups"]
        lanes = perfd.json("lanes")["lanes"]
        found = samples(scrape(serve)[1])
        own = {"session": "scroll"}
        for key, name, labels, unit in (
                ("fps", "perfd_frames_per_second", {}, 1), ("budgetMs", "perfd_budget_seconds", {}, 1e-3),
                ("p50", "perfd_frame_interval_seconds", {"quantile": "0.5"}, 1e-3),
                ("p99", "perfd_frame_interval_seconds", {"quantile": "0.99"}, 1e-3),
                ("sessionP95", "perfd_session_frame_interval_seconds", {"quantile": "0.95"}, 1e-3),
                ("sessionFrames", "perfd_frames_total", {}, 1),
                ("sessionLongFrames", "perfd_frames_long_total", {}, 1),
                ("sessionDropped", "perfd_frames_dropped_total", {}, 1),
                ("sessionLate", "perfd_frames_late_total", {}, 1),
                ("jankApp", "perfd_janks_total", {"cause": "app"}, 1)):
            got = value(found, name, **own, **labels)
            is_it = got is not None and abs(got - metrics[key] * unit) <= 1e-12 * max(1, abs(got))
            checks.true(is_it, f"{name}: {got}")
        checks.equal(value(found, "perfd_up"), 1)
        checks.equal(value(found, "perfd_session_info", session="scroll", id="1"), 1)
        checks.equal(value(found, "perfd_ledger_balanced"), 1)
        checks.equal(value(found, "perfd_records_written_total"), metrics["health"]["written"])
        for lane in lanes:
            checks.equal(value(found, "perfd_lane_records_written_total", lane=str(lane["lane"]), name=lane["name"],
                               process=lane["process"], pid=str(lane["pid"])), lane["written"], lane)
        for group in groups:
            labels = {"group": group["name"], "process": group["process"], "pid": str(group["pid"])}
            for counter in group["counters"]:
                own = {**labels, "counter": counter["name"]}
                checks.equal(value(found, "perfd_counted_state", **own, state=counter["state"]), 1, own)
                if group["name"].startswith("hardware"):
                    continue
                is_ns = "ns" in (counter["kind"], counter["unit"])
                name = "perfd_counted_level" if counter["kind"] == "gauge" else "perfd_counted_total"
                got = value(found, name, **own, unit="seconds" if is_ns else counter["unit"])
                total = counter["total"]
                checks.equal(got, float(f"{total * (1e-9 if is_ns else 1):.15g}") if total is not None else None, own)


@checks.check
def absent_is_absent():
    with daemon.Daemon() as perfd, serving.Serve(perfd.address, "--metrics") as serve:
        found = samples(scrape(serve)[1])
        checks.true(not any(dict(labels).get("session") for _, labels in found), "no session has figures")
        perfd.perfctl("start", "empty")
        time_out = time.monotonic() + daemon.LIMIT_S
        while value(found, "perfd_frames_total", session="empty") is None and time.monotonic() < time_out:
            found = samples(scrape(serve)[1])
        checks.equal(value(found, "perfd_frames_total", session="empty"), 0)
        names = {name for name, _ in found}
        for name in ("perfd_frames_per_second", "perfd_frame_interval_seconds", "perfd_frame_work_seconds",
                     "perfd_input_latency_seconds", "perfd_frame_gpu_average_seconds"):
            checks.true(name not in names, name)
        os.kill(perfd.pid(), signal.SIGTERM)
        perfd.process.wait(timeout=daemon.LIMIT_S)
        text = ""
        while "perfd_up 0" not in text and time.monotonic() < time_out:
            _, text = scrape(serve)
        checks.equal(samples(text), {("perfd_up", frozenset()): 0.0})
        checks.equal(promtool(text), (0, ""))
        checks.equal(scrape(serve, OPEN_METRICS)[1],
                     "# HELP perfd_up Whether perfd answers.\n# TYPE perfd_up gauge\nperfd_up 0\n# EOF\n")


@checks.check
def openmetrics_is_asked_for():
    with daemon.Daemon() as perfd, serving.Serve(perfd.address, "--metrics") as serve:
        busy(perfd)
        plain_kind, plain = scrape(serve, "text/plain")
        kind, text = scrape(serve, OPEN_METRICS)
        checks.true(plain_kind.startswith("text/plain") and "# EOF" not in plain, plain_kind)
        checks.equal(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8")
        checks.true(text.endswith("\n# EOF\n") and text.count("# EOF") == 1, text[-40:])
        checks.true("# TYPE perfd_frames counter\nperfd_frames_total{" in text, "a family without _total")
        checks.true("# TYPE perfd_frames_total counter\nperfd_frames_total{" in plain, "a family with it")
        checks.equal({key for key in samples(text)}, {key for key in samples(plain)})


@checks.check
def label_values_are_escaped():
    name = 'q"\\n\\\\{}=,é'
    with daemon.Daemon() as perfd, serving.Serve(perfd.address, "--metrics") as serve:
        client = os.path.join(checks.HOST, "tests", "lane_client")
        done = daemon.run(client, perfd.address, input=f"plain {name} 64\n".encode())
        checks.true(done.stdout.startswith(b"0 "), done)
        text = scrape(serve)[1]
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        checks.true(f'name="{escaped}"' in text, text)
        checks.equal(promtool(text), (0, ""))


@checks.check
def scrapes_ask_at_most_five_times_a_second():
    with daemon.Daemon() as perfd, serving.Serve(perfd.address, "--metrics") as serve:
        perfd.perfctl("start", "scroll")
        scrape(serve)
        first = perfd.json("metrics")["health"]["calls"]
        begin, count = time.monotonic(), 100
        for _ in range(count):
            scrape(serve)
        fetches = (time.monotonic() - begin) / 0.2 + 2
        # info, metrics, counters and lanes, each time
        calls = perfd.json("metrics")["health"]["calls"] - first
        checks.true(calls <= 4 * fetches + 1, f"{calls} calls in {fetches - 2} spans of 200 ms")


CONFIG = """global:
  scrape_interval: 250ms
  scrape_timeout: 250ms
scrape_configs:
  - job_name: perfd
    static_configs:
      - targets: ["{target}"]
"""


def query(port, expression):
    address = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
    try:
        with urllib.request.urlopen(address, timeout=daemon.LIMIT_S) as answer:
            return json.load(answer)["data"]["result"]
    except OSError:
        return []


@checks.check
def prometheus_scrapes_it():
    with daemon.Daemon() as perfd, tempfile.TemporaryDirectory(prefix="perfd-prometheus-") as work:
        busy(perfd)
        port, listen = serving.free_port(), serving.free_port()
        with serving.Serve(perfd.address, "--metrics", "--listen", f"127.0.0.1:{listen}") as serve:
            config = os.path.join(work, "prometheus.yml")
            with open(config, "w", encoding="utf-8") as file:
                file.write(CONFIG.format(target=f"127.0.0.1:{listen}"))
            with open(os.path.join(work, "log"), "w+", encoding="utf-8") as log:
                server = subprocess.Popen(
                    ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={work}/data",
                     f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
                try:
                    deadline, got = time.monotonic() + daemon.LIMIT_S, []
                    while not got and time.monotonic() < deadline and server.poll() is None:
                        got = query(port, 'perfd_frame_interval_seconds{session="scroll",quantile="0.99"}')
                    log.seek(0)
                    checks.true(got, f"nothing came: {log.read()[-2000:]}")
                    checks.equal(float(got[0]["value"][1]), float(f"{perfd.json('metrics')['p99'] / 1e3:.15g}"))
                    checks.equal(query(port, "up")[0]["value"][1], "1")
                    checks.equal(query(port, "perfd_up")[0]["value"][1], "1")
                    total, = query(port, "perfd_frames_total")
                    checks.equal((total["metric"]["session"], total["value"][1]), ("scroll", "150"))
                    checks.equal(serve.process.poll(), None)
                finally:
                    server.terminate()
                    server.wait(timeout=daemon.LIMIT_S)


checks.main()
