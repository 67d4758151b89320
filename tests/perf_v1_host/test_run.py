#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`perfctl run` with libraries that show nothing and count: each frame once, and the program as it is without."""
import json
import os
import re
import signal
import subprocess

import checks
import daemon
from run_place import finish, gone, place, ready

TESTS = os.path.join(checks.HOST, "tests")
SWAP = os.path.join(TESTS, "swap_program")
LOOK_UP = os.path.join(TESTS, "swap_lookup")
STATIC = os.path.join(TESTS, "static_program")
NEXT = os.path.join(TESTS, "fake", "next_hook.so")
LIBRARY = os.path.join(checks.HOST, "libperf-frames.so")
NO_FRAMES = "made no call that shows one (glXSwapBuffers, eglSwapBuffers, SDL_GL_SwapWindow)"


def counted(program, how, times, frames):
    with place() as here:
        done = here.run(program, how, str(times))
        checks.equal(here.frames(), frames, how)
        return done.stdout.decode()


@checks.check
def each_way_to_show_a_frame_counts_once():
    for how in ("glx", "egl", "khr", "ext", "sdl"):
        checks.equal(counted(SWAP, how, 300, 300), "300\n", how)


@checks.check
def functions_that_are_looked_up_count():
    for how in ("dlsym", "global", "glx", "arb", "egl", "khr", "plugin"):
        checks.equal(counted(LOOK_UP, how, 300, 300), "300\n", how)


@checks.check
def what_is_not_there_is_not_found():
    with place() as here:
        checks.equal(here.run(LOOK_UP, "absent", "1").stdout, b"0\n")


@checks.check
def threads_and_many_frames_count_exactly():
    checks.equal(counted(SWAP, "threads", 2000, 8000), "8000\n")
    # More than the lane has room for, many times over.
    checks.equal(counted(SWAP, "glx", 100000, 100000), "100000\n")


@checks.check
def one_window_counts_until_another_takes_its_place():
    counted(SWAP, "two", 300, 150)
    counted(SWAP, "moved", 300, 297)  # three of the other's are needed to see that


@checks.check
def a_swap_that_failed_is_no_frame():
    with place() as here:
        checks.true(NO_FRAMES in here.run(SWAP, "failed", "10").stderr.decode(), "it says so")


@checks.check
def the_second_process_passes_through():
    checks.equal(counted(SWAP, "fork", 200, 1), "1\n")


@checks.check
def processes_one_after_the_other_go_on():
    with place() as here:
        done = here.run("sh", "-c", f"{SWAP} glx 100; {SWAP} sdl 50")
        checks.equal(done.stdout, b"100\n50\n")
        checks.equal(here.frames(), 150)


@checks.check
def a_frame_has_its_phases():
    with place() as here:
        here.run(SWAP, "glx", "20", env={"FAKE_SWAP_US": "4000"}, options=("--name", "slow", "--budget-ms", "2"))
        run = here.perf_json()
        checks.equal(run["session"]["name"], "slow")
        checks.equal(run["session"]["budget_ms"], 2)
        frames = run["frames"]
        checks.true(len(frames["present_ms"]) >= 19, "but for the first, which has no interval")
        for i in range(1, len(frames["present_ms"])):
            checks.true(frames["present_ms"][i] >= 4, frames["present_ms"])
            parts = frames["present_ms"][i] + (frames["render_ms"][i] or 0)
            checks.true(abs(parts - frames["interval_ms"][i]) < 0.001, "they are the whole interval")


@checks.check
def the_summary_is_on_stderr_and_stdout_is_the_program_s():
    with place() as here:
        script = f"cat; {SWAP} glx 40; echo warning >&2; exit 3"
        done = subprocess.run(here.command("sh", "-c", script), cwd=here.work, env=here.env, input=b"in\0put",
                              capture_output=True, check=False)
        checks.equal((done.returncode, done.stdout), (3, b"in\0put40\n"))
        said = done.stderr.decode()
        checks.true(said.startswith("warning\n"), said)
        checks.true("smooth: none of 40 frames" in said and "\n  session " in said, said)
        checks.true(said.endswith("\ntrace.json, perf.json\n"), said)
        alone = subprocess.run(["sh", "-c", script], env=here.env, input=b"in\0put", capture_output=True, check=False)
        checks.equal(done.stdout, alone.stdout)
        checks.equal(said[:len("warning\n")], alone.stderr.decode())
        line = json.loads(here.run(SWAP, "glx", "7", options=("--json", "--output", "new")).stderr)
        checks.equal(line, {"code": 0, "frames": 7, "trace": "new/trace.json", "perf_json": "new/perf.json"})
        checks.equal(here.frames("new/perf.json"), 7)
        checks.equal(here.trace("new/trace.json")["otherData"]["session"]["name"], "swap_program")


@checks.check
def names_are_cleaned():
    with place() as here:
        for name, clean in ((".my app+", "_my_app_"), ("n" * 60, "n" * 48)):
            os.symlink(SWAP, here.path(name))
            here.run("./" + name, "glx", "3")
            checks.equal(here.perf_json()["session"]["name"], clean)
        # Where the link is, there are no libraries: they are found beside what it points to.
        checks.equal(here.run(SWAP, "glx", "3", options=("--name", "a b"), code=2).stdout, b"")


@checks.check
def the_exit_code_is_the_program_s():
    with place() as here:
        for script, code in (("exit 0", 0), ("exit 7", 7), ("kill -KILL $$", 137), ("kill -SEGV $$", 139)):
            said = here.run("sh", "-c", script, code=code).stderr.decode()
            checks.equal(said, f"no frames: sh {NO_FRAMES}\n")
        checks.equal(os.listdir(here.work), ["tmp"])
        checks.equal(here.run(STATIC, "5", code=5).stdout, b"static\n")
        checks.equal(here.run("no-such-program", code=127).stderr, b"perfctl: no-such-program: no such program\n")
        checks.equal(here.run("/etc/passwd", code=126).stderr, b"perfctl: /etc/passwd: Permission denied\n")
        checks.true(b"which PROGRAM" in here.run(code=2).stderr, "it asks for one")


@checks.check
def frames_of_a_program_that_is_killed_count():
    with place() as here:
        process = here.start(SWAP, "forever", "0")
        os.kill(ready(process), signal.SIGKILL)
        _, err = finish(process, 137)
        checks.true("smooth" in err or "janky" in err, err)
        checks.true(here.frames() >= 4, "all of them")


@checks.check
def signals_go_to_the_program():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        with place() as here:
            process = here.start(SWAP, "forever", "0")
            ready(process)
            process.send_signal(number)
            finish(process, 128 + number)
            checks.true(here.frames() >= 4, "they were kept")


@checks.check
def a_program_may_take_a_signal_for_what_it_likes():
    with place() as here:
        script = f"trap 'exit 9' TERM; {SWAP} glx 5; echo ready 1; while :; do sleep 0.01; done"
        process = here.start("sh", "-c", script)
        checks.equal(process.stdout.readline(), "5\n")
        ready(process)
        process.send_signal(signal.SIGTERM)
        finish(process, 9)
        checks.equal(here.frames(), 5)


@checks.check
def perfctl_that_is_killed_leaves_no_daemon():
    with place() as here:
        process = here.start(SWAP, "forever", "0")
        program = ready(process)
        guard = [pid for pid in daemon.children(process.pid) if pid != program]
        checks.equal(len(guard), 1)
        process.kill()
        process.wait()
        gone(guard[0])
        # The program goes on, and nobody counts.
        os.kill(program, 0)
        os.kill(program, signal.SIGTERM)
        process.communicate(timeout=daemon.LIMIT_S)


@checks.check
def what_was_preloaded_stays():
    with place() as here:
        # perfctl has it loaded as well, and a build with the address sanitizer would rather be first.
        here.env["ASAN_OPTIONS"] = "verify_asan_link_order=0"
        for program, how in ((SWAP, "glx"), (SWAP, "sdl"), (LOOK_UP, "global")):
            done = here.run(program, how, "20", env={"LD_PRELOAD": NEXT})
            passed = done.stdout.count(b"next\n")
            checks.equal(done.stdout.replace(b"next\n", b""), b"20\n")
            checks.equal(passed, 20, "each swap has passed through it, too")
            checks.equal(here.frames(), 20)
        shown = here.run("sh", "-c", "echo $LD_PRELOAD; echo $PERF_SESSION", env={"LD_PRELOAD": NEXT}).stdout.decode()
        checks.equal(shown, f"{LIBRARY}:{NEXT}\n1\n")


@checks.check
def two_at_once_are_apart():
    with place() as here:
        both = [here.start(SWAP, "glx", str(times), options=("--output", str(times)),
                           env={"FAKE_SWAP_US": "1000"}) for times in (150, 250)]
        for process in both:
            finish(process, 0)
        checks.equal([here.frames(f"{times}/perf.json") for times in (150, 250)], [150, 250])


@checks.check
def a_daemon_that_runs_is_used():
    with place() as here, daemon.Daemon() as perfd:
        for way in ({"options": ("--connect", perfd.address)}, {"env": {"PERF_SOCKET": perfd.path}}):
            here.run(SWAP, "glx", "30", **way)
            checks.equal(perfd.marker().split(" (")[0], "perf: start swap_program")
            checks.true(perfd.marker().startswith("perf: stop swap_program"), "it was there")
            checks.equal(here.frames(), 30)
        # More at once than it has sessions: the last has a daemon of its own.
        runs = [here.start(SWAP, "forever", "0", options=("--output", str(i)), env={"PERF_SOCKET": perfd.path})
                 for i in range(5)]
        for process in runs:
            ready(process)
        checks.equal(len(os.listdir(here.temporary)), 1)
        here.run(SWAP, "glx", "1", options=("--connect", perfd.address), code=1)
        for process in runs:
            process.terminate()
        for i, process in enumerate(runs):
            finish(process, 143)
            checks.true(here.frames(f"{i}/perf.json") >= 4, "each its own")


@checks.check
def a_daemon_that_dies_does_not_matter_to_the_program():
    with place() as here, daemon.Daemon() as perfd:
        process = here.start("sh", "-c", f"{SWAP} paused 20000; exit 4", options=("--connect", perfd.address))
        ready(process)
        os.kill(perfd.pid(), signal.SIGKILL)
        perfd.process.wait()
        out, err = process.communicate("go\n", timeout=daemon.LIMIT_S)
        checks.equal((process.returncode, out), (4, "20001\n"))
        checks.equal(err, f"perfctl: {perfd.address}: the service hung up\n")


@checks.check
def a_daemon_of_its_own_that_dies_leaves_nothing():
    with place() as here:
        process = here.start(SWAP, "forever", "0")
        program = ready(process)
        guard, = [pid for pid in daemon.children(process.pid) if pid != program]
        for pid in daemon.children(guard):
            os.kill(pid, signal.SIGKILL)
        process.terminate()
        finish(process, 143)


@checks.check
def a_daemon_that_hangs_holds_the_program_up_once():
    with place() as here, daemon.Daemon() as perfd:
        process = here.start(SWAP, "paused", "20000", options=("--connect", perfd.address))
        ready(process)
        os.kill(perfd.pid(), signal.SIGSTOP)
        try:
            process.stdin.write("go\n")
            process.stdin.flush()
            checks.equal(process.stdout.readline(), "20001\n")
        finally:
            os.kill(perfd.pid(), signal.SIGCONT)
        finish(process, 0)


@checks.check
def a_service_that_cannot_be_had_is_said_before_the_program_starts():
    with place() as here:
        done = here.run("touch", "started", options=("--connect", "unix:nowhere"), code=3)
        checks.equal(done.stderr, b"perfctl: unix:nowhere: cannot reach the service\n")
        here.run("touch", "started", env={"TMPDIR": here.path("nowhere")}, code=3)
        here.run("touch", "started", options=("--output", "nowhere/deeper"), code=2)
        checks.equal(os.listdir(here.work), ["tmp"])


@checks.check
def without_a_service_the_library_does_nothing():
    for how in ("glx", "sdl", "egl"):
        done = daemon.run(SWAP, how, "50", env={"LD_PRELOAD": LIBRARY, "PERF_SOCKET": "/nowhere"})
        checks.equal((done.returncode, done.stdout, done.stderr), (0, b"50\n", b""))


@checks.check
def the_library_exports_its_hooks_and_nothing_else():
    symbols = daemon.run("nm", "-D", "--defined-only", LIBRARY).stdout.decode().split("\n")
    names = sorted(line.split()[2] for line in symbols if line)
    checks.equal(names, ["SDL_GL_SwapWindow", "dlsym", "eglGetProcAddress", "eglSwapBuffers",
                         "eglSwapBuffersWithDamageEXT", "eglSwapBuffersWithDamageKHR", "glXGetProcAddress",
                         "glXGetProcAddressARB", "glXSwapBuffers"])
    needed = re.findall(r"NEEDED\s+(\S+)", daemon.run("objdump", "-p", LIBRARY).stdout.decode())
    checks.equal([name for name in needed if not name.startswith(("libc.", "ld-"))], [])


@checks.check
def a_frame_costs_less_than_a_microsecond():
    def cost(*command):
        return min(float(here.run(*command, SWAP, "time", "2500").stdout) for _ in range(8))

    with place() as here:
        alone = min(float(daemon.run(SWAP, "time", "2500").stdout) for _ in range(8))
        with_frames = cost()
        print(f"# a swap takes {alone:.1f} ns, with its frame {with_frames:.1f} ns")
        # Faster than any display: then the program waits until perfd has taken what fills the lane.
        many = here.run(SWAP, "time", "1000000").stdout.decode().strip()
        checks.equal(here.frames(), 1000000)
        print(f"# a million in a row, each taken by perfd: {many} ns")
        checks.true(with_frames - alone < 1000, f"{alone} -> {with_frames} ns")


checks.main()
