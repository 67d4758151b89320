#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`perfctl hud` in a terminal of tmux, against a perfd of its own whose frames are SystemUI's; and its one screen as
text. Nothing waits for a time: each wait is for what is on the screen, with a limit."""
import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
import time

import checks
import daemon

SYSTEMUI = os.path.join(checks.HOST, "systemui")
ENV = {"LC_ALL": "C.UTF-8", "TERM": "tmux-256color"}
WAIT_S = 20
# Label on the screen: key of the JSON, decimals.
FIGURES = {"fps": ("fps", 2), "1% low": ("low1Fps", 2), "p50": ("p50", 3), "p95": ("p95", 3), "p99": ("p99", 3),
           "max": ("longest", 3), "long": ("longFrames", 0), "dropped": ("dropped", 0), "late": ("late", 0),
           "frames": ("frames", 0)}


class Terminal:
    """A shell in a terminal: the program is started by it, and ends in front of it."""

    def __init__(self, width=80, height=24):
        self.work = tempfile.TemporaryDirectory(prefix="perfd-hud-")
        self.base = ["tmux", "-S", os.path.join(self.work.name, "tmux"), "-f", "/dev/null"]
        self.size = (width, height)

    def __enter__(self):
        width, height = self.size
        self.tmux("new-session", "-d", "-x", str(width), "-y", str(height), "-c", self.work.name,
                  "env PS1=READY$ LC_ALL=C.UTF-8 sh", env={"LC_ALL": "C.UTF-8"})
        self.tmux("set", "-g", "status", "off")
        self.tmux("set", "-g", "default-terminal", "tmux-256color")
        self.wait(lambda screen: "READY$" in "\n".join(screen))
        return self

    def __exit__(self, *_):
        self.tmux("kill-server", check=False)
        self.work.cleanup()

    def tmux(self, *arguments, check=True, env=None):
        done = daemon.run(*self.base, *arguments, env=env)
        if check:
            checks.equal(done.returncode, 0, f"tmux {arguments}: {done.stderr.decode()}")
        return done.stdout.decode()

    def screen(self):
        return self.tmux("capture-pane", "-p").split("\n")

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)
        self.keys("Enter")

    def resize(self, width, height):
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def wait(self, condition, what=""):
        """The first screen of which it is true."""
        deadline = time.monotonic() + WAIT_S
        while not condition(screen := self.screen()):
            if time.monotonic() > deadline:
                raise AssertionError(f"{what} never came; the screen:\n" + "\n".join(screen))
            time.sleep(0.05)  # between two looks
        return screen

    def wait_for(self, words):
        return self.wait(lambda screen: any(words in line for line in screen), words)

    def start_hud(self, address, *arguments):
        """The program's process id; then it ends with `ended CODE` in front of the shell."""
        self.type("stty -g >before; { echo $$; } >shell")
        self.wait(lambda _: self.file("shell") != "", "the shell's process id")
        self.type(f"clear; {daemon.PERFCTL} hud -c {address} {' '.join(arguments)}; echo ended $?; stty -g >after")

    def pid(self):
        """The HUD's."""
        found = daemon.children(int(self.file("shell")))
        checks.equal(len(found), 1, "one program runs")
        return found[0]

    def file(self, name):
        path = os.path.join(self.work.name, name)
        if not os.path.exists(path):
            return ""
        with open(path, encoding="ascii") as file:
            return file.read()

    def is_restored(self, code):
        """The shell has its screen, its cursor and its modes again."""
        self.wait_for(f"ended {code}")
        self.wait(lambda _: self.file("after") != "", "stty")
        checks.equal(self.file("after"), self.file("before"), "stty")
        flags = self.tmux("display-message", "-p", "#{cursor_flag} #{alternate_on} #{keypad_cursor_flag}").strip()
        checks.equal(flags, "1 0 0", "cursor, alternate screen, keypad")


@contextlib.contextmanager
def systemui(perfd, *arguments):
    process = subprocess.Popen([SYSTEMUI, "--connect", perfd.address, "--seconds", "0", *arguments],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=WAIT_S)


def figures_of(screen):
    """What stands behind the labels in the rows of figures."""
    text = "  ".join(line + " " for line in screen[1:3])
    found = {}
    for label in FIGURES:
        match = re.search(rf"(?:^|\s){re.escape(label)}\s+(\S+)", text)
        checks.true(match, f"{label} in {text!r}")
        found[label] = match[1]
    return found


def expected_figures(metrics):
    """Rounded half up, of the JSON's exact decimals."""
    found = {}
    for label, (key, decimals) in FIGURES.items():
        scaled = int(round(metrics[key] * 1000000)) if decimals else metrics[key]
        step = 10 ** (6 - decimals)
        found[label] = f"{(scaled + step // 2) // step / 10 ** decimals:.{decimals}f}" if decimals else str(scaled)
    return found


def run_hud(*arguments, env=None):
    return daemon.run(daemon.PERFCTL, "hud", *arguments, env=env, stdin=subprocess.DEVNULL)


def refused(done, code, words):
    checks.equal((done.returncode, done.stdout, done.stderr.count(b"\n")), (code, b"", 1), done.stderr)
    checks.true(words in done.stderr.decode(), done.stderr)


@checks.check
def figures_are_those_of_metrics():
    with daemon.Daemon() as perfd, Terminal() as terminal:
        done = daemon.run(SYSTEMUI, "--connect", perfd.address, "--seconds", "2", "--name", "two.seconds")
        checks.equal(done.returncode, 0, done.stderr)
        metrics = perfd.json("metrics", "--phases")
        terminal.start_hud(perfd.address)
        screen = terminal.wait_for("stopped  session 1  two.seconds")
        checks.true(screen[0].rstrip().endswith("budget 16.667 ms"), screen[0])
        checks.equal(figures_of(screen), expected_figures(metrics))
        for cause in ("dropped", "app", "gpu", "pipeline", "unknown"):
            count = metrics[f"jank{cause.capitalize()}"]
            checks.true(f" {cause[0].upper()} {cause} {count} " in screen[11] + " ", screen[11])
        # The graph: a column a frame, and no frame that is not there.
        columns = len(screen[10][7:].strip())
        checks.true(70 < columns <= 73, screen[10])
        once = run_hud("--once", "-c", perfd.address, env=ENV).stdout.decode().split("\n")
        checks.equal([line.rstrip() for line in screen[:24]], once[:24], "--once and the terminal")
        terminal.keys("p")
        screen = terminal.wait_for("[phases]")
        ui = next(line.split() for line in screen if line.startswith(" ui "))
        shown = [f"{metrics['phases']['ui'][key]:.6f}" for key in ("avg", "p95", "worst")]
        for got, exact in zip(ui[1:], shown):
            checks.true(abs(float(got) - float(exact)) <= 0.0005001, (ui, shown))
        terminal.keys("q")
        terminal.is_restored(0)


def feed(perfd, intervals_ns):
    at, lines = 10 ** 9, []
    for interval in intervals_ns:
        at += interval
        lines.append(f"{at}\n")
    done = daemon.run(os.path.join(checks.HOST, "tests", "feed_frames"), perfd.address, "fed",
                      input="".join(lines).encode())
    checks.equal(done.returncode, 0, done.stderr)


@checks.check
def frames_come_as_they_are_drawn():
    """40 frames while it looks, of which the 35th took two vsyncs; nobody knows its work."""
    with daemon.Daemon() as perfd, Terminal() as terminal:
        terminal.start_hud(perfd.address)
        terminal.wait_for("no session")
        feed(perfd, [16666667] * 34 + [33333334] + [16666667] * 5)
        terminal.wait(lambda screen: re.search(r"frames +40$", screen[2]) and "U unknown 1" in screen[11], "40 frames")
        screen = terminal.wait_for("33.333  U unknown")
        checks.true(re.search(r"^ +35 +33\.333  U unknown", screen[14]), screen[14])
        # A column each, the newest at the right; the first one has no interval.
        checks.equal(screen[10].ljust(80)[7:], " " * 33 + "·" + "█" * 39)
        # 64 eighths are three budgets: its 43 end in the third of the sixth row from below.
        column = "".join(line.ljust(80)[74] for line in screen[3:11])
        checks.equal(column, " U▃█" + "█─██")
        # Red, green and blue are of the foreground; nothing is black, and no background is set.
        coloured = terminal.tmux("capture-pane", "-e", "-p")
        colours = {code for codes in re.findall(r"\x1b\[([\d;]*)m", coloured) for code in codes.split(";")}
        checks.true({"31", "32", "34"} <= colours, colours)
        checks.equal(colours & {"30", *map(str, range(40, 48))}, set())
        # More of the same session, and then those of another one.
        terminal.keys("x")
        terminal.wait_for("stopped  session 1  fed")
        feed(perfd, [16666667] * 3)
        terminal.wait_for("running  session 2  fed")
        screen = terminal.wait(lambda screen: re.search(r"frames +3$", screen[2]), "3 frames")
        checks.equal(screen[10].ljust(80)[7:], " " * 70 + "·██")
        checks.true("no janky frames" in screen[13], screen[13])
        terminal.keys("q")
        terminal.is_restored(0)


@checks.check
def only_new_frames_are_fetched():
    """A look is three calls, however many frames there are: figures, frames, janks."""
    with daemon.Daemon() as perfd, Terminal() as terminal:
        feed(perfd, [16666667] * 640)
        terminal.start_hud(perfd.address, "--rate", "10")
        terminal.wait_for("running  session 1  fed")
        began, before = time.monotonic(), perfd.json("metrics")["health"]["calls"]
        terminal.wait(lambda _: time.monotonic() > began + 1.5, "some looks")
        calls = perfd.json("metrics")["health"]["calls"] - before
        looks = (time.monotonic() - began) * 10
        checks.true(looks < calls < 3 * (looks + 3), (calls, looks))
        terminal.keys("q")
        terminal.is_restored(0)


@checks.check
def keys_start_stop_and_export():
    with daemon.Daemon() as perfd, Terminal() as terminal:
        terminal.start_hud(perfd.address)
        terminal.wait_for("no session")
        terminal.keys("x")
        terminal.wait_for("no session runs")
        terminal.keys("e")
        terminal.wait_for("no session to export")
        terminal.keys("s")
        terminal.wait_for("session 1 started")
        terminal.wait_for("running  session 1  hud")
        checks.equal(perfd.json("metrics")["name"], "hud")
        terminal.keys("s")
        terminal.wait_for("session 1 runs; x stops it first")
        terminal.keys("x")
        terminal.wait_for("session 1 stopped")
        terminal.wait_for("stopped  session 1  hud")
        checks.equal(perfd.json("metrics")["running"], False)
        for name in ("trace-1.json", "trace-1-2.json"):
            terminal.keys("e")
            screen = terminal.wait_for(name + " (")
            size = int(re.search(r"\((\d+) bytes\)", "\n".join(screen))[1])
            with open(os.path.join(terminal.work.name, name), "rb") as file:
                trace = file.read()
            checks.equal(len(trace), size)
            checks.equal(json.loads(trace)["otherData"]["session"]["name"], "hud")
        left = [name for name in os.listdir(terminal.work.name) if "trace.json." in name]
        checks.equal(left, [], "temporary files")
        # What another client starts is followed.
        perfd.perfctl("start", "another")
        terminal.wait_for("running  session 2  another")
        terminal.keys("q")
        terminal.is_restored(0)


@checks.check
def panels_scale_pause_and_help():
    with daemon.Daemon() as perfd, systemui(perfd), Terminal() as terminal:
        terminal.start_hud(perfd.address, "--rate", "20")
        terminal.wait_for("50.0ms")
        for panel, words in (("phases", "render"), ("counters", "n/a: "), ("lanes", "systemui"),
                             ("perfd", "ledger   balanced"), ("jank", "")):
            terminal.keys("p" if panel != "lanes" else "Tab")
            terminal.wait(lambda screen, panel=panel, words=words: any(f"[{panel}]" in line for line in screen)
                          and any(words in line for line in screen[13:]), panel)
        terminal.keys("-")
        terminal.wait_for("66.7ms")
        terminal.keys("+", "+")
        terminal.wait_for("41.7ms")
        terminal.keys("?")
        terminal.wait_for("q  quit")
        terminal.wait_for("Dropped App Gpu Pipeline Unknown")
        terminal.keys("?")
        terminal.wait_for("41.7ms")
        terminal.keys("Space")
        paused = terminal.wait_for("paused")
        ticks = perfd.json("metrics")["sessionFrames"]
        terminal.wait(lambda _: perfd.json("metrics")["sessionFrames"] > ticks + 20, "more frames")
        checks.equal(terminal.screen(), paused)
        terminal.keys("Space")
        terminal.wait(lambda screen: "paused" not in screen[0] and screen != paused, "it goes on")
        terminal.keys("q")
        terminal.is_restored(0)


@checks.check
def it_resizes():
    with daemon.Daemon() as perfd, systemui(perfd), Terminal() as terminal:
        terminal.start_hud(perfd.address)
        terminal.wait_for("running  session 1  systemui")
        terminal.resize(40, 12)
        screen = terminal.wait_for("running #1 systemui")
        checks.true(screen[11].startswith("q quit  ? help  p panel  s start  x stop"), screen)
        terminal.resize(20, 5)
        screen = terminal.wait_for("too small")
        checks.equal([line.strip() for line in screen if line.strip()], ["too small: min 40x12"])
        terminal.resize(30, 8)
        terminal.wait_for("too small: needs 40x12")
        terminal.resize(120, 40)
        screen = terminal.wait_for("[jank]")
        checks.true(any(" phases " in line for line in screen), screen)
        checks.true("q quit" in screen[39], screen)
        terminal.resize(80, 24)
        terminal.wait(lambda screen: len(screen) <= 25 and "q quit" in screen[23], "80x24")
        terminal.keys("q")
        terminal.is_restored(0)


def cpu_ticks(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


@checks.check
def the_service_goes_and_comes_back():
    with tempfile.TemporaryDirectory(prefix="perfd-hud-") as work, Terminal() as terminal:
        path = os.path.join(work, "perfd.sock")
        with daemon.Daemon(socket_path=path) as perfd:
            perfd.perfctl("start", "first")
            perfd.perfctl("stop")
            perfd.perfctl("start", "second")
            terminal.start_hud(perfd.address)
            terminal.wait_for("running  session 2  second")
            os.kill(perfd.pid(), signal.SIGKILL)
            screen = terminal.wait_for("the service is gone; waiting")
            checks.equal(sum("gone" in line for line in screen), 1)
        began = time.monotonic()
        before = cpu_ticks(terminal.pid())
        terminal.keys("s", "x", "e", "p")
        terminal.wait_for("[phases]")
        terminal.wait(lambda _: time.monotonic() > began + 2, "two seconds")
        checks.true(cpu_ticks(terminal.pid()) - before < 20, "it waits")
        with daemon.Daemon(socket_path=path) as perfd:
            terminal.wait_for("no session")
            perfd.perfctl("start", "third")
            screen = terminal.wait_for("running  session 1  third")
            checks.true(not any("gone" in line for line in screen), screen)
            terminal.keys("q")
            terminal.is_restored(0)


@checks.check
def another_service_counts_anew():
    """Its session has the number of the one before, and fewer frames."""
    with tempfile.TemporaryDirectory(prefix="perfd-hud-") as work, Terminal() as terminal:
        path, other = (os.path.join(work, name) for name in ("perfd.sock", "other.sock"))
        with daemon.Daemon(socket_path=path) as perfd:
            feed(perfd, [16666667] * 40)
            terminal.start_hud(perfd.address)
            terminal.wait(lambda screen: re.search(r"frames +40$", screen[2]), "40 frames")
            os.kill(perfd.pid(), signal.SIGKILL)
            terminal.wait_for("the service is gone; waiting")
        with daemon.Daemon(socket_path=other) as perfd:
            feed(perfd, [16666667] * 3)
            os.rename(other, path)
            screen = terminal.wait(lambda screen: re.search(r"frames +3$", screen[2]), "3 frames")
            checks.equal(screen[10].ljust(80)[7:], " " * 70 + "·██")
            terminal.keys("q")
            terminal.is_restored(0)


@checks.check
def a_service_that_hangs_is_as_good_as_gone():
    with daemon.Daemon() as perfd, Terminal() as terminal:
        perfd.perfctl("start", "hangs")
        terminal.start_hud(perfd.address)
        terminal.wait_for("running  session 1  hangs")
        os.kill(perfd.pid(), signal.SIGSTOP)
        try:
            terminal.wait_for("the service is gone; waiting")
            os.kill(terminal.pid(), signal.SIGTERM)
            terminal.is_restored(128 + signal.SIGTERM)
        finally:
            os.kill(perfd.pid(), signal.SIGCONT)


@checks.check
def signals_give_the_terminal_back():
    with daemon.Daemon() as perfd:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            with Terminal() as terminal:
                terminal.start_hud(perfd.address)
                terminal.wait_for("no session")
                os.kill(terminal.pid(), number)
                # dash ends what it runs on SIGINT, and is there again.
                if number == signal.SIGINT:
                    terminal.wait(lambda screen: any("READY$" in line for line in screen), "the shell")
                    terminal.type("echo ended $?; stty -g >after")
                    terminal.is_restored(128 + number)
                else:
                    terminal.is_restored(128 + number)


@checks.check
def what_cannot_be_is_said_in_a_line():
    with daemon.Daemon() as perfd, Terminal() as terminal:
        refused(run_hud("-c", perfd.address, env=ENV), 2, "not a terminal")
        refused(run_hud("-c", "unix:/nowhere/perfd.sock", "--once"), 3, "cannot reach the service")
        for arguments in (("--size=80x24",), ("--once", "--size=80"), ("--once", "--size=0x5"), ("--rate=0",),
                          ("--rate=61",), ("--panel=frames",), ("--once", "--json"), ("more",)):
            done = run_hud("-c", perfd.address, *arguments)
            checks.equal((done.returncode, done.stdout), (2, b""), arguments)
        hud = f"{daemon.PERFCTL} hud -c"
        commands = ((f"env -u TERM {hud} {perfd.address}", "TERM is not set", 2),
                    (f"TERM=dumb {hud} {perfd.address}", "without a movable cursor", 2),
                    (f"TERM=none.such {hud} {perfd.address}", "that is not known", 2),
                    (f"{hud} unix:/nowhere/s", "cannot reach the service", 3))
        for number, (command, words, code) in enumerate(commands):
            terminal.type(f"clear; {command}; echo ended.$(({number} + 0)) $?")
            screen = terminal.wait_for(f"ended.{number} ")
            checks.true(words in "".join(screen), screen)
            checks.true(any(f"ended.{number} {code}" in line for line in screen), screen)


@checks.check
def one_screen_as_text():
    with daemon.Daemon() as perfd:
        perfd.perfctl("start", "scroll")
        screens = {}
        for size in ("120x40", "80x24", "40x12", "20x5"):
            done = run_hud("--once", f"--size={size}", "-c", perfd.address, env={"LC_ALL": "C"})
            checks.equal((done.returncode, done.stderr), (0, b""))
            width, height = map(int, size.split("x"))
            lines = done.stdout.decode("ascii").split("\n")
            checks.equal(len(lines), height + 1, size)
            checks.true(all(len(line) <= width for line in lines), size)
            screens[size] = lines
        checks.true("running  session 1  scroll" in screens["80x24"][0], screens)
        checks.equal([line for line in screens["20x5"] if line], ["too small: min 40x12"])
        utf8 = run_hud("--once", "-c", perfd.address, env={"LC_ALL": "C.UTF-8"}).stdout.decode()
        checks.true("│" in utf8 and "─" in utf8, utf8)
        panel = run_hud("--once", "--panel=perfd", "-c", perfd.address).stdout.decode()
        checks.true("ledger   balanced" in panel, panel)


@checks.check
def names_of_programs_cannot_steer_the_terminal():
    with daemon.Daemon() as perfd:
        client = subprocess.Popen([os.path.join(checks.HOST, "tests", "lane_client"), perfd.address],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            client.stdin.write(b"plain \x1b[2J\x9b\xc2\x9b2J\x1b]0;owned\x07 64\n")
            client.stdin.flush()
            checks.equal(client.stdout.readline().split()[0], b"0")
            for env in (ENV, {"LC_ALL": "C"}):
                shown = run_hud("--once", "--panel=lanes", "-c", perfd.address, env=env).stdout
                checks.true(b" ?[2J??2J?]0" in shown, shown)
                checks.true(re.search(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", shown) is None, shown)
        finally:
            client.stdin.close()
            client.wait(timeout=WAIT_S)
            client.stdout.close()


if __name__ == "__main__":
    checks.main()
