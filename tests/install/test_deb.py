#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make deb: packages that lintian has nothing against, that install, run and go again. In a root of their own."""
import glob
import json
import os
import shutil
import subprocess
import tempfile

from installed import checks, guide_program, make, record_guide_program

PACKAGES = ["libnexus-idl-dev", "libperf-client-dev", "perfctl", "perfd"]
# dpkg's own books, and folders that it always has.
BOOKS = ("var/lib/dpkg", "var/log")


def debs(folder):
    return sorted(glob.glob(os.path.join(folder, "*.deb")))


def dpkg(root, *arguments):
    # The libraries that they depend on are this machine's, which that root knows nothing of.
    done = subprocess.run(
        ["dpkg", f"--root={root}", "--force-not-root", "--force-script-chrootless", "--force-depends",
         "--force-bad-path", f"--log={root}/dpkg.log", *arguments], capture_output=True, text=True)
    checks.equal(done.returncode, 0, done.stdout + done.stderr)


class Built:
    """The packages, made once for all checks; `work` is each check's own."""

    once = tempfile.TemporaryDirectory(prefix="perfd-deb-")

    def __enter__(self):
        self.debs = os.path.join(self.once.name, "one")
        if not os.path.isdir(self.debs):
            make("deb", f"DEB_OUT={self.debs}")
        self.work = tempfile.mkdtemp(prefix="perfd-deb-")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.work)


@checks.check
def lintian_has_nothing_against_them():
    with Built() as built:
        checks.equal([os.path.basename(path).split("_")[0] for path in debs(built.debs)], PACKAGES)
        judge = ["lintian", "--allow-root", "--fail-on", "error,warning"]
        done = subprocess.run([*judge, *debs(built.debs)], capture_output=True, text=True)
        checks.equal((done.returncode, done.stdout), (0, ""), done.stderr)


@checks.check
def the_same_sources_make_the_same_packages():
    with Built() as built:
        make("deb", f"DEB_OUT={built.work}/two", umask=0o077)
        checks.equal(checks.files_below(built.debs) == checks.files_below(built.work + "/two"), True, "the same bytes")


@checks.check
def they_install_run_and_go():
    with Built() as built:
        root = os.path.join(built.work, "root")
        os.makedirs(os.path.join(root, "var/lib/dpkg/info"))
        os.makedirs(os.path.join(root, "var/lib/dpkg/updates"))
        for name in ("status", "available"):
            with open(os.path.join(root, "var/lib/dpkg", name), "w", encoding="ascii"):
                pass
        dpkg(root, "-i", *debs(built.debs))
        libdir = os.path.relpath(os.path.dirname(glob.glob(root + "/usr/lib/*/libperf.a")[0]), root)
        program = guide_program(built.work, root, libdir)
        checks.equal(json.loads(record_guide_program(root, "usr/bin", program))["name"], "app")
        with open(root + "/usr/lib/systemd/user/perfd.service", encoding="utf-8") as file:
            checks.true("ExecStart=/usr/bin/perfd " in file.read(), "the unit's program")
        for name, content in checks.files_below(root).items():
            if not name.startswith("var/"):
                checks.true(checks.ROOT.encode() not in content and built.work.encode() not in content, name)
        dpkg(root, "--purge", *PACKAGES)
        left = [name for name in checks.files_below(root) if not name.startswith(BOOKS) and name != "dpkg.log"]
        checks.equal(left, [])
        checks.true(not glob.glob(root + "/usr/include/*"), "their folders")


@checks.check
def a_version_without_its_entry_in_the_changelog_is_refused():
    with tempfile.TemporaryDirectory() as work:
        done = subprocess.run(["scripts/make-debs", "9.9.9", work], cwd=checks.ROOT, capture_output=True, text=True)
        checks.equal(done.returncode, 1)
        checks.true("9.9.9" in done.stderr, done.stderr)
        checks.equal(os.listdir(work), [])


if __name__ == "__main__":
    checks.main()
