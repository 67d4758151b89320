#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/run must be able to fail: planted programs that pass, fail, die, hang and keep silent."""
import os
import re
import subprocess
import sys
import tempfile

import checks

RUN = os.path.join(checks.ROOT, "tests", "run")


def run(files, *options):
    """Runs tests/run over scripts given as {name: shell text}: (exit status, output lines)."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, text in files.items():
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as script:
                script.write("#!/bin/sh\n" + text)
            os.chmod(path, 0o755)
            paths.append(path)
        done = subprocess.run([sys.executable, RUN, "--logs", os.path.join(folder, "logs"), *options,
                               *paths], capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout.splitlines()


def tap(*results, plan=None):
    """A program that prints these results as cmocka does."""
    lines = [f"1..{len(results) if plan is None else plan}"]
    lines += [f"{result} {i + 1} - planted" for i, result in enumerate(results)]
    return "".join(f"echo '{line}'\n" for line in lines)


def expect(files, last, status, *options):
    got, lines = run(files, *options)
    checks.equal(lines[-1], last, "\n".join(lines))
    checks.equal(got, status, "exit status")
    return lines


@checks.check
def passing_programs_pass():
    expect({"a": tap("ok", "ok"), "b.sh": "echo 3 passed, 0 failed\n"}, "5 passed, 0 failed", 0)


@checks.check
def a_failure_is_counted_and_shown():
    lines = expect({"a": tap("ok", "not ok") + "echo '# the reason'\nexit 1\n"},
                   "1 passed, 1 failed", 1)
    checks.true(any("# the reason" in line for line in lines), "the output of a failure is shown")


@checks.check
def a_passing_program_is_one_line():
    lines = expect({"a": tap("ok")}, "1 passed, 0 failed", 0)
    checks.equal(len(lines), 2)
    checks.true(re.match(r"ok +a +1 passed +0 failed +[0-9.]+ s$", lines[0]), lines[0])


@checks.check
def a_script_failure_is_counted():
    expect({"a.sh": "echo 3 passed, 2 failed\nexit 1\n"}, "3 passed, 2 failed", 1)


@checks.check
def a_script_that_hides_its_failures_fails():
    expect({"a.sh": "echo 3 passed, 2 failed\n"}, "3 passed, 2 failed", 1)


@checks.check
def an_exit_status_without_a_failure_is_one():
    expect({"a": tap("ok") + "exit 3\n"}, "1 passed, 1 failed", 1)
    expect({"a.sh": "echo 1 passed, 0 failed\nexit 3\n"}, "1 passed, 1 failed", 1)


@checks.check
def a_program_that_ends_early_is_a_failure():
    expect({"a": tap("ok", plan=3)}, "1 passed, 1 failed", 1)


@checks.check
def a_program_that_dies_is_a_failure():
    lines = expect({"a": tap("ok", plan=2) + "kill -SEGV $$\n"}, "1 passed, 1 failed", 1)
    checks.true("SIGSEGV" in lines[0], lines[0])


@checks.check
def silence_is_a_failure():
    expect({"a": "exit 0\n"}, "0 passed, 1 failed", 1)
    expect({"a.sh": "echo all is well\n"}, "0 passed, 1 failed", 1)


@checks.check
def a_program_that_hangs_is_killed():
    lines = expect({"a": tap("ok", plan=2) + "sleep 1000\n", "b": tap("ok")}, "2 passed, 1 failed", 1,
                   "--limit", "0.5")
    checks.true("killed" in lines[0], lines[0])


@checks.check
def nothing_that_a_program_started_outlives_it():
    with tempfile.TemporaryDirectory() as folder:
        pids = os.path.join(folder, "pids")
        # In a session of its own, and a child of what is in one: as QEMU under its time limit.
        begin = (f"setsid timeout 1000 sh -c 'echo $$ >>{pids}; exec sleep 1000' &\necho $! >>{pids}\n"
                 f"until [ \"$(wc -l <{pids})\" = 2 ]; do :; done\n")
        for end in ("echo 1 passed, 0 failed\n", "kill -KILL $$\n"):
            run({"a.sh": begin + end})
            with open(pids, encoding="ascii") as file:
                started = [int(pid) for pid in file]
            os.remove(pids)
            checks.equal(len(started), 2)
            checks.equal([pid for pid in started if os.path.exists(f"/proc/{pid}")], [])


@checks.check
def a_binary_runs_beside_a_script():
    with tempfile.TemporaryDirectory() as folder:
        meet = f"touch {folder}/%s\nuntil [ -e {folder}/%s ]; do :; done\n"
        expect({"a.sh": meet % ("a", "b") + "echo 1 passed, 0 failed\n", "b": meet % ("b", "a") + tap("ok")},
               "2 passed, 0 failed", 0, "--limit", "20")


@checks.check
def scripts_run_one_after_another():
    with tempfile.TemporaryDirectory() as folder:
        text = (f"mkdir {folder}/running || {{ echo 0 passed, 1 failed; exit 1; }}\n"
                f"i=0\nwhile [ $i -lt 2000 ]; do i=$((i + 1)); done\nrmdir {folder}/running\n"
                "echo 1 passed, 0 failed\n")
        expect({f"{name}.sh": text for name in "abcdef"}, "6 passed, 0 failed", 0)


@checks.check
def a_run_that_is_ended_leaves_nothing():
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.sh", "b"):
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as script:
                script.write(f"#!/bin/sh\nsleep 1000 &\necho $! >{folder}/pid-{name}\nmv {folder}/pid-{name} "
                             f"{folder}/started-{name}\nwait\n")
            os.chmod(path, 0o755)
        runner = subprocess.Popen([sys.executable, RUN, "--logs", os.path.join(folder, "logs"),
                                   os.path.join(folder, "a.sh"), os.path.join(folder, "b")])
        started = [os.path.join(folder, "started-" + name) for name in ("a.sh", "b")]
        while not all(os.path.exists(path) for path in started):
            checks.true(runner.poll() is None, "it runs")
        runner.terminate()
        checks.equal(runner.wait(20), 1)
        for path in started:
            with open(path, encoding="ascii") as file:
                checks.true(not os.path.exists(f"/proc/{int(file.read())}"), f"what {path} tells of is gone")


@checks.check
def no_tests_at_all_is_a_failure():
    expect({}, "0 passed, 1 failed", 1)
    expect({"a": tap("ok")}, "0 passed, 1 failed", 1, "--only", "other")


@checks.check
def a_program_that_cannot_be_run_is_a_failure():
    done = subprocess.run([sys.executable, RUN, "--logs", os.path.join(checks.HOST, "logs"),
                           "/no/such/program"], capture_output=True, text=True, timeout=60, check=False)
    checks.equal(done.stdout.splitlines()[-1], "0 passed, 1 failed")
    checks.equal(done.returncode, 1)


checks.main()
