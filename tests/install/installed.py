# SPDX-License-Identifier: Apache-2.0
"""What the tests of an installed tree share: how it is made, looked through, and what is compiled against it."""
import os
import re
import subprocess
import sys
import tempfile

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "perf_v1_host")]
import checks  # noqa: E402
import daemon  # noqa: E402

BUILD = os.path.relpath(os.path.dirname(checks.HOST), checks.ROOT)
LIMIT_S = 240
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]


def make(*arguments, **options):
    done = subprocess.run(["make", f"BUILD={BUILD}", *arguments], cwd=checks.ROOT, capture_output=True, text=True,
                          timeout=LIMIT_S, **options)
    checks.equal(done.returncode, 0, f"make {arguments}: {done.stdout}{done.stderr}")
    return done.stdout


def pkg_config(root, libdir, *arguments):
    env = {**os.environ, "PKG_CONFIG_SYSROOT_DIR": root, "PKG_CONFIG_LIBDIR": os.path.join(root, libdir, "pkgconfig")}
    return subprocess.run(["pkg-config", *arguments, "perf-client"], env=env, capture_output=True, text=True,
                          check=True).stdout.split()


# What the guide's program has besides what the guide shows: three frames, then the end.
GUIDE_BEFORE = """\
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
static void build_layout(void) {}
static void draw_shadows(void) {}
static void show(void)
{
    static int shown;
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    if (++shown == 4)
        exit(0);
}
"""


def guide_program(work, root, libdir):
    """docs/perf/integration.md's first program, compiled outside of the tree against an installed one."""
    with open(os.path.join(checks.ROOT, "docs/perf/integration.md"), encoding="utf-8") as file:
        block = re.search(r"## The first minute\n\n((?:    .*\n|\n)+)", file.read())[1]
    source = os.path.join(work, "app.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write(GUIDE_BEFORE + re.sub(r"^    ", "", block, flags=re.M))
    program = os.path.join(work, "app")
    done = subprocess.run(["gcc", "-std=gnu11", "-O2", *pkg_config(root, libdir, "--cflags"), "app.c",
                           *pkg_config(root, libdir, "--libs"), "-o", program],
                          cwd=work, capture_output=True, text=True)
    checks.equal((done.returncode, done.stderr), (0, ""))
    return program


def record_guide_program(root, bindir, program):
    """Runs perfd, perfctl and the program as they were installed; the session's figures."""
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "perfd.sock")
        env = {**os.environ, "PERF_SOCKET": "unix:" + path}
        perfd = subprocess.Popen([os.path.join(root, bindir, "perfd"), "--socket", path], stdout=subprocess.PIPE)
        try:
            checks.equal(perfd.stdout.readline(), b"perfd: ready\n")
            perfctl = os.path.join(root, bindir, "perfctl")
            for command in ([perfctl, "start", "app"], [program]):
                done = daemon.run(*command, env=env)
                checks.equal((done.returncode, done.stderr), (0, b""), str(command))
            return daemon.run(perfctl, "stop", "--json", env=env).stdout
        finally:
            perfd.terminate()
            perfd.wait(timeout=daemon.LIMIT_S)
            perfd.stdout.close()
