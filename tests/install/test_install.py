#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make install: a tree that stands by itself, the same each time, and gone after make uninstall."""
import glob
import json
import os
import shutil
import stat
import subprocess
import tempfile

from installed import BUILD, STRICT, checks, guide_program, make, pkg_config, record_guide_program

LIBDIR = "usr/local/lib"


class Installed:
    """Into a DESTDIR of its own, under a umask that lets nobody else read."""

    def __enter__(self):
        self.work = tempfile.mkdtemp(prefix="perfd-install-")
        self.root = os.path.join(self.work, "root")
        make("install", f"DESTDIR={self.root}", umask=0o077)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.work)


@checks.check
def all_of_it_is_there_for_everybody():
    with Installed() as tree:
        found = sorted(checks.files_below(tree.root))
        for name in ("bin/perfd", "bin/perfctl", "bin/capnpc-nexus-c", "lib/libperf.a", "lib/libnexus-idl.a",
                     "lib/pkgconfig/perf-client.pc", "lib/pkgconfig/nexus-idl.pc", "share/man/man1/capnpc-nexus-c.1",
                     "include/nexus-idl/nexus-idl/wire.h", "share/nexus-idl/src/reader.c",
                     "share/nexus-idl/src/riscv64/save_restore.S", "share/doc/nexus-idl/nexus-idl.md",
                     "lib/systemd/user/perfd.socket", "lib/systemd/user/perfd.service", "share/man/man1/perfd.1",
                     "share/man/man1/perfctl.1", "share/man/man3/perf-client.3", "share/perfd/perf.capnp",
                     "share/bash-completion/completions/perfctl", "include/perfd/perf-client/perf.h"):
            checks.true("usr/local/" + name in found, name)
        for folder, _, names in os.walk(tree.root):
            for path in [folder] + [os.path.join(folder, name) for name in names]:
                mode = stat.S_IMODE(os.stat(path).st_mode)
                expected = 0o755 if os.path.isdir(path) or "/bin/" in path else 0o644
                checks.equal(oct(mode), oct(expected), path)


@checks.check
def nothing_in_it_knows_where_it_was_built_or_staged():
    with Installed() as tree:
        for name, content in checks.files_below(tree.root).items():
            for word in (checks.ROOT, tree.work, "@PREFIX@", "@BINDIR@", "@LIBDIR@", "@DATADIR@", "@VERSION@"):
                checks.true(word.encode() not in content, f"{name} has {word}")


@checks.check
def any_user_may_install_into_a_destdir():
    if os.getuid() != 0:
        return  # the other checks have done it
    with tempfile.TemporaryDirectory() as work:
        os.chown(work, 65534, 65534)
        root = os.path.join(work, "root")
        recipe = make("-n", "install", f"DESTDIR={root}").splitlines()
        command = next(line for line in recipe if "scripts/install-files install" in line)
        try:
            subprocess.run(["sh", "-c", command], cwd=checks.ROOT, user=65534, group=65534, extra_groups=[], check=True)
        except PermissionError:
            return  # the checkout is root's own
        checks.equal(os.stat(os.path.join(root, LIBDIR, "libperf.a")).st_uid, 65534)


@checks.check
def with_a_date_it_is_the_same_twice():
    env = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    with tempfile.TemporaryDirectory() as work:
        first, second = os.path.join(work, "first"), os.path.join(work, "second")
        for root, mask in ((first, 0o022), (second, 0o007)):
            make("install", f"DESTDIR={root}", env=env, umask=mask)
        checks.equal(checks.files_below(first) == checks.files_below(second), True, "the same bytes")
        dates = {os.stat(os.path.join(first, name)).st_mtime for name in checks.files_below(first)}
        checks.equal(dates, {1700000000.0})


@checks.check
def built_in_another_folder_the_libraries_have_the_same_bytes():
    with tempfile.TemporaryDirectory() as work:
        tracked = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True,
                                 cwd=checks.ROOT, capture_output=True, text=True).stdout.split("\0")
        for name in tracked:
            if name.startswith(("mk/", "source/", "tools/nexus-idl/", "Makefile")):
                os.makedirs(os.path.dirname(os.path.join(work, name)), exist_ok=True)
                shutil.copy(os.path.join(checks.ROOT, name), os.path.join(work, name))
        subprocess.run(["git", "init", "-q"], cwd=work, check=True)
        libraries = ("libperf.a", "libnexus-idl.a")
        subprocess.run(["make", "-j2", f"BUILD={BUILD}", *(f"{BUILD}/host/{name}" for name in libraries)], cwd=work,
                       check=True, capture_output=True, timeout=240)
        for name in libraries:
            with open(os.path.join(work, BUILD, "host", name), "rb") as one:
                with open(os.path.join(checks.HOST, name), "rb") as other:
                    checks.equal(one.read() == other.read(), True, f"{name}: the same bytes")


@checks.check
def a_program_outside_compiles_and_is_recorded():
    with Installed() as tree:
        program = guide_program(tree.work, tree.root, LIBDIR)
        figures = json.loads(record_guide_program(tree.root, "usr/local/bin", program))
        checks.equal((figures["name"], figures["frames"]), ("app", 3))
        checks.equal(pkg_config(tree.root, LIBDIR, "--modversion"), [version()])


def version():
    return subprocess.run([os.path.join(checks.HOST, "perfd"), "--version"], capture_output=True, text=True,
                          check=True).stdout.split()[1]


@checks.check
def each_header_stands_alone_in_c_and_in_cpp():
    with Installed() as tree:
        flags = pkg_config(tree.root, LIBDIR, "--cflags")
        headers = [os.path.relpath(path, folder) for folder in glob.glob(tree.root + "/usr/local/include/*")
                   for path in glob.glob(folder + "/**/*.h*", recursive=True)]
        headers.remove("perf-client/perf_marks.h")  # the second half of perf.h
        checks.true(len(headers) > 15, headers)
        for compiler, these in (
            (["gcc", "-std=c11", "-xc"], [name for name in headers if not name.endswith(".hpp")]),
            (["g++", "-std=c++17", "-xc++"], [name for name in headers if name.startswith(("perf-client/", "nexus-idl/"))]),
        ):
            for name in these:
                text = f"#include <{name}>\nint main(void) {{ return 0; }}\n"
                done = subprocess.run([*compiler, *STRICT, *flags, "-fsyntax-only", "-"], capture_output=True,
                                      text=True, input=text)
                checks.equal(done.stderr, "", f"{compiler[0]}: {name}")


def verify(units, work):
    done = subprocess.run(["systemd-analyze", "verify", "--user", "--man=no", *units], capture_output=True, text=True,
                          env={**os.environ, "XDG_RUNTIME_DIR": work})
    return done.returncode, done.stderr


@checks.check
def systemd_understands_the_units():
    if not shutil.which("systemd-analyze"):
        return
    with tempfile.TemporaryDirectory() as work:
        make("install", f"PREFIX={work}/opt")
        units = [os.path.join(work, "opt/lib/systemd/user", name) for name in ("perfd.socket", "perfd.service")]
        checks.equal(verify(units, work), (0, ""))
        with open(units[1], encoding="utf-8") as file:
            checks.true(f"ExecStart={work}/opt/bin/perfd --export-dir=%S/perfd\n" in file.read(), "where it is")
        with open(units[1], "a", encoding="utf-8") as file:
            file.write("[Service]\nProtectSystm=strict\n")
        checks.true("ProtectSystm" in verify(units, work)[1], "a planted word is found")


@checks.check
def uninstall_leaves_what_is_not_perfd_s():
    with Installed() as tree:
        foreign = os.path.join(tree.root, "usr/local/include/perfd/perf-client/other.h")
        with open(foreign, "w", encoding="ascii"):
            pass
        make("uninstall", f"DESTDIR={tree.root}")
        checks.equal(sorted(checks.files_below(tree.root)), ["usr/local/include/perfd/perf-client/other.h"])
        os.unlink(foreign)
        make("uninstall", f"DESTDIR={tree.root}")
        left = [folder for folder, _, _ in os.walk(tree.root)
                if any(name in folder[len(tree.root):] for name in ("/perfd", "/nexus-idl"))]
        checks.equal(left, [], "its folders")


if __name__ == "__main__":
    checks.main()
