#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`perfctl run` with programs as they are, drawn by Mesa's software renderer: what it counts is what they say.

X programs show themselves on an Xvfb, Wayland's on a headless weston, which are this test's own.
"""
import contextlib
import os
import re
import select
import subprocess
import time

import checks
import daemon
from run_place import finish, place

LIMIT_S = 40
ENOUGH = 20  # frames
SOFTWARE = {"LIBGL_ALWAYS_SOFTWARE": "1", "SDL_AUDIODRIVER": "dummy"}


@contextlib.contextmanager
def ended(process):
    """It is told to end where it still runs."""
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=LIMIT_S)


@contextlib.contextmanager
def x_display():
    """What an X program needs; the server says its number when it takes connections."""
    reading, writing = os.pipe()
    command = ["timeout", "-k", "1", str(LIMIT_S), "Xvfb", "-displayfd", str(writing), "-screen", "0", "640x480x24",
               "+extension", "GLX", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with ended(server), os.fdopen(reading) as said:
        number = said.readline().strip()
        checks.true(number.isdigit(), "Xvfb runs")
        yield {**SOFTWARE, "DISPLAY": ":" + number}


@contextlib.contextmanager
def wayland_display(folder):
    """What a Wayland program needs, at 60 frames a second or a little less."""
    runtime, config = os.path.join(folder, "runtime"), os.path.join(folder, "weston.ini")
    os.mkdir(runtime, 0o700)
    with open(config, "w", encoding="ascii") as file:
        file.write("[core]\nrepaint-window=16\nidle-time=0\n")
    command = ["timeout", "-k", "1", str(LIMIT_S), "weston", "--backend=headless-backend.so", "--use-pixman",
               "--socket=perf-test", "--config=" + config]
    env = {**os.environ, "XDG_RUNTIME_DIR": runtime}
    server = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    with ended(server):
        said = iter(server.stdout.readline, "")
        checks.true(any("weston-desktop-shell'" in line for line in said), "weston runs")
        yield {**SOFTWARE, "XDG_RUNTIME_DIR": runtime, "WAYLAND_DISPLAY": "perf-test"}


def show_enough(program, env, name):
    """Runs it until it has shown frames, ends it by SIGTERM; its run."""
    with place() as here, daemon.Daemon() as perfd:
        process = here.start(*program, options=("--connect", perfd.address), env=env)
        deadline = time.monotonic() + LIMIT_S / 2
        checks.true(perfd.marker().startswith("perf: start " + name), "it starts")
        # Nobody says when a frame comes.
        while perfd.json("metrics")["frames"] < ENOUGH and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        process.terminate()
        _, err = process.communicate(timeout=LIMIT_S)
        checks.true(process.returncode in (0, 143), err)
        checks.true(here.frames() >= ENOUGH, err)
        return here.perf_json()


def shown_within(run, seconds):
    """Frames from the first on, which has no interval and is no row, to the first one at that time or later."""
    at, interval = run["frames"]["at_ms"], run["frames"]["interval_ms"]
    first = at[0] - interval[0]
    return 1 + sum(1 for time_ms in at if time_ms - first < seconds * 1e3) + 1


@checks.check
def glxgears_says_the_same():
    with place() as here, x_display() as env:
        process = here.start("glxgears", env=env)
        ready, _, _ = select.select([process.stdout], [], [], LIMIT_S)
        line = process.stdout.readline() if ready else ""
        process.terminate()
        _, err = finish(process, 143)
        said = re.match(r"(\d+) frames in (\d+\.\d) seconds", line)
        checks.true(said is not None, line)
        frames, counted = int(said[1]), shown_within(here.perf_json(), 5)
        # Its clock is not read where ours is: frames at the ends may fall to either side.
        print(f"# glxgears says {frames} frames, perfctl {counted}")
        checks.true(abs(frames - counted) <= 3, f"{frames} and {counted}")
        checks.true("\n  session " in err, err)


@checks.check
def glmark2_says_the_same():
    with place() as here, x_display() as env:
        done = here.run("glmark2", "--size", "320x240", "-b", "build:duration=2", env=env)
        said = re.search(rb"FPS: (\d+)", done.stdout)
        checks.true(said is not None, done.stdout)
        # It looks its functions up. Some frames it shows before and behind the two seconds.
        counted, told = here.frames(), 2 * int(said[1])
        print(f"# glmark2 says {told} frames, perfctl {counted}")
        checks.true(told * 0.98 - 2 <= counted <= told * 1.02 + 10, f"{told} and {counted}")


@checks.check
def a_game_of_sdl_shows_frames():
    with x_display() as env:
        run = show_enough(["/usr/games/chromium-bsu", "--window"], env, "chromium-bsu")
        checks.equal(run["session"]["name"], "chromium-bsu")


@checks.check
def a_wayland_program_shows_frames_at_the_compositor_s_pace():
    with place() as outside, wayland_display(outside.work) as env:
        total = show_enough(["weston-simple-egl"], env, "weston-simple-egl")["frame_metrics"]["total"]
        checks.true(12 <= total["p50_ms"] <= 40, total)


@checks.check
def x_programs_in_turn_are_one_session():
    with place() as here, x_display() as env:
        done = here.run("sh", "-c", "timeout 0.7 glxgears; timeout 0.7 glxgears", env=env, code=124)
        run = here.perf_json()
        checks.true(here.frames() > ENOUGH, done.stderr.decode())
        checks.true(max(run["frames"]["interval_ms"]) > 100, "between the two no frame was shown")


checks.main()
