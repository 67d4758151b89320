#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The live page in Chromium: it shows the service's figures, steers it, and is there again when the service is. Its
screenshots are left in out/browser/."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "perf_v1_host"))

import checks  # noqa: E402
import daemon  # noqa: E402
import serving  # noqa: E402

SHOTS = os.path.join(ROOT, "out", "browser")
STATE = "document.querySelector('.status').dataset.state"
SAID = "document.querySelector('.said').textContent"


class Browser:
    def __enter__(self):
        self.process = subprocess.Popen(["timeout", "-k", "1", "120", "node", os.path.join(HERE, "live.mjs")],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=daemon.LIMIT_S)
        self.process.stdout.close()

    def __call__(self, *words):
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        checks.true(line, "the browser ended (scripts/install-deps installs what is missing)")
        answer = json.loads(line)
        checks.true("ok" in answer, f"{words}: {answer}")
        return answer["ok"]

    def state(self, name):
        self("await", f"{STATE} === '{name}'")


def play(perfd):
    """A program that draws, counts and has late frames; its session is stopped."""
    perfd.perfctl("start", "scroll")
    env = {"PERF_SOCKET": perfd.path}
    done = daemon.run(os.path.join(checks.HOST, "tests", "interpreter"), "calls", "on", "150", env=env)
    checks.equal(done.returncode, 0, done.stderr)
    perfd.perfctl("stop")


def frames(perfd, name):
    """Of 60 Hz, every fiftieth late; the session runs on."""
    at, lines = 10**9, []
    for number in range(1, 301):
        at += 16_666_667 * (3 if number % 50 == 0 else 1) + number % 7 * 100_000
        lines.append(str(at))
    done = subprocess.run([os.path.join(checks.HOST, "tests", "feed_frames"), perfd.address, name],
                          input="\n".join(lines), text=True, capture_output=True, timeout=daemon.LIMIT_S, check=False)
    checks.equal((done.returncode, done.stdout), (0, "300 frames\n"), done.stderr)


def problems(browser):
    """Without the words of a browser that finds nobody at a WebSocket's end."""
    return [one for one in browser("problems") if "WebSocket connection to" not in one]


@checks.check
def figures_are_those_of_the_service():
    with daemon.Daemon("--counters", "all") as perfd, serving.Serve(perfd.address) as serve, Browser() as browser:
        frames(perfd, "scroll")
        perfd.perfctl("stop")
        metrics = perfd.json("metrics", "--phases")
        checks.equal(browser("open", serve.url, "wide", "light"), 200)
        browser.state("up")
        browser("await", "document.querySelector('main').dataset.frames === '300'")
        shown = browser("look")
        checks.equal((shown["heading"], shown["facts"]["session"]), ("scroll", "1, stopped"))
        for name, (exact, _) in shown["figures"].items():
            checks.equal(float(exact), float(metrics[name]), name)
        checks.equal(len(shown["figures"]), 8)
        janks = perfd.json("jank")["janks"]
        checks.equal([int(row[0]) for row in shown["tables"]["Janky frames"]],
                     sorted((jank["frameId"] for jank in janks), reverse=True))
        hardware, = [group for group in perfd.json("counters")["groups"] if group["name"] == "hardware"]
        states = {row[0]: row[7] for row in shown["tables"]["Hardware counters"]}
        checks.equal({name: text for name, text in states.items()},
                     {one["name"]: one["state"] + one["reason"] for one in hardware["counters"]})
        checks.true(shown["budgetAt"] not in (None, "null"), "the budget line")
        checks.equal((shown["markup"], problems(browser)), (0, []))


@checks.check
def buttons_start_stop_export_and_download():
    with daemon.Daemon() as perfd, serving.Serve(perfd.address) as serve, Browser() as browser, \
            tempfile.TemporaryDirectory() as work:
        browser("open", serve.url, "wide", "light")
        browser("await", f"{STATE} === 'up' && document.querySelector('#stop').disabled")
        browser("fill", "#name", "by-hand")
        browser("fill", "#budget", "8.5")
        browser("click", "#start")
        checks.equal(perfd.marker(), "perf: start by-hand (budget=8.500ms)")
        browser("await", "!document.querySelector('#stop').disabled && !document.querySelector('#export').disabled")
        checks.equal(perfd.json("metrics")["budgetMs"], 8.5)
        browser("click", "#stop")
        checks.true(perfd.marker().startswith("perf: stop by-hand"), "stopped")
        browser("await", "document.querySelector('#stop').disabled")
        browser("click", "#export")
        browser("await", f"{SAID}.startsWith('Exported: file://')")
        stored = perfd.marker().removeprefix("perf: trace file://")
        checks.true(stored in browser("get", SAID), stored)
        path = os.path.join(work, "trace.json")
        checks.equal(browser("download", "#download", path), "trace-1.json")
        with open(path, "rb") as got, open(stored, "rb") as kept:
            trace = got.read()
            checks.equal(trace, kept.read(), "the trace")
        checks.equal(json.loads(trace)["otherData"]["session"]["name"], "by-hand")
        # What is refused is said.
        browser("fill", "#name", "x")
        for _ in range(perfd.json("info")["limits"]["sessions"]):
            perfd.perfctl("start", "another")
        browser("click", "#start")
        browser("await", f"{SAID} === 'start was refused: busy.'")
        checks.equal(problems(browser), [])


@checks.check
def the_page_recovers():
    with daemon.Daemon() as first:
        path, address = first.path, first.address
        with serving.Serve(address, "--port", str(serving.free_port())) as serve, Browser() as browser:
            frames(first, "before")
            browser("open", serve.url, "wide", "light")
            browser("await", "document.querySelector('main').dataset.frames === '300'")
            os.kill(first.pid(), 15)
            browser.state("away")
            first.process.wait(timeout=daemon.LIMIT_S)
            with daemon.Daemon(socket_path=path) as second:
                browser.state("up")
                second.perfctl("start", "after")
                browser("await", "document.querySelector('h1').textContent === 'after'")
                checks.equal(browser("look")["tables"].get("Janky frames"), None)
                checks.equal(browser("get", "document.querySelector('main').dataset.frames"), "0")
                serve.end()
                browser.state("closed")
                checks.true("new address" in browser("get", "document.querySelector('.status').textContent"), "said")
                checks.equal(problems(browser), [])


def pictures(browser, serve):
    for size, scheme in (("wide", "light"), ("wide", "dark"), ("phone", "light"), ("small", "dark")):
        browser("open", serve.url, size, scheme)
        browser("await", "document.querySelectorAll('#hardware tbody tr').length > 5 && "
                         "document.querySelectorAll('#counters tbody tr').length > 5 && "
                         "!document.querySelector('#phases').hidden && "
                         "document.querySelector('main').dataset.frames > 60")
        shown = browser("look")
        checks.equal((shown["overflow"], shown["outside"], shown["markup"]), (0, [], 0), f"{size} {scheme}")
        browser("shot", os.path.join(SHOTS, f"live-{size}-{scheme}.png"))
    checks.equal(problems(browser), [])


@checks.check
def it_fits_screens_and_its_pictures_are_kept():
    os.makedirs(SHOTS, exist_ok=True)
    with daemon.Daemon("--counters", "all") as perfd, serving.Serve(perfd.address) as serve, Browser() as browser:
        play(perfd)
        desktop = subprocess.Popen([os.path.join(checks.HOST, "systemui"), "--connect", perfd.address, "--seconds", "0",
                                    "--size", "320x240"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            pictures(browser, serve)
        finally:
            desktop.terminate()
            desktop.wait(timeout=daemon.LIMIT_S)


checks.main()
