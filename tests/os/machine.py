# SPDX-License-Identifier: Apache-2.0
"""A machine to test an image on: QEMU under a time limit that kills, its serial log line by line, its monitor.

    with machine.Machine("perfd.elf", machine.disk(path)) as guest:
        guest.wait_for("perfd: ready")
        guest.monitor.press("h")
        status = guest.end()           # when the image ends by itself

HOST names the directory with what was built for this machine (build/host); images are in os beside it.
"""
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time

import qmp

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HOST = os.path.join(ROOT, os.environ.get("HOST", "build/host"))
IMAGES = os.path.join(os.path.dirname(HOST.rstrip("/")), "os")
BASE = ["-nodefaults", "-machine", "virt", "-bios", "none", "-smp", "3", "-m", "128M", "-display", "none",
        "-global", "virtio-mmio.force-legacy=false", "-serial", "stdio"]
DISPLAY = ["-device", "virtio-gpu-device"]
KEYBOARD = ["-device", "virtio-keyboard-device"]


def disk(path, read_only=False, requests_per_second=0):
    """0: as many as it takes."""
    return ["-drive", f"if=none,file={path},format=raw,id=disk,read-only={'on' if read_only else 'off'},"
                      f"throttling.iops-total={requests_per_second}",
            "-device", "virtio-blk-device,drive=disk"]


def faulty_disk(path, rules):
    """A disk of which blkdebug spoils what the rules file says."""
    return ["-drive", f"if=none,driver=raw,id=disk,file.driver=blkdebug,file.config={rules},"
                      f"file.image.driver=file,file.image.filename={path}",
            "-device", "virtio-blk-device,drive=disk"]


def console(path):
    """A line to the guest: a Unix socket at path, on which QEMU listens."""
    return ["-chardev", f"socket,id=line,path={path},server=on,wait=off",
            "-device", "virtio-serial-device", "-device", "virtconsole,chardev=line"]


def options(*words):
    return ["-append", " ".join(words)]


class Machine:
    def __init__(self, image, *arguments, seconds=60):
        self.deadline = time.monotonic() + seconds
        self.folder = tempfile.TemporaryDirectory(prefix="perfd-os-")
        monitor = os.path.join(self.folder.name, "qmp")
        command = ["timeout", "-k", "1", str(seconds), "qemu-system-riscv64", *BASE,
                   "-qmp", f"unix:{monitor},server=on,wait=off",
                   "-kernel", os.path.join(IMAGES, image), *sum(arguments, [])]
        # Its own process group: QEMU ends with the time limit around it.
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, start_new_session=True)
        self.log = []
        self._lines = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._monitor_path = monitor
        self._monitor = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._monitor:
            self._monitor.close()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join()
        self.process.stdout.close()
        self.folder.cleanup()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(line.decode(errors="replace").rstrip("\r\n"))
        self._lines.put(None)

    @property
    def monitor(self):
        if not self._monitor:
            self._monitor = qmp.Monitor(self._monitor_path)
        return self._monitor

    def line(self):
        """The log's next line; None when there is no more."""
        try:
            line = self._lines.get(timeout=max(0.0, self.deadline - time.monotonic()))
        except queue.Empty:
            raise AssertionError("out of time; the log so far:\n" + "\n".join(self.log)) from None
        if line is not None:
            self.log.append(line)
        return line

    def wait_for(self, start):
        """The next line that starts like this; those before it are in the log."""
        while (line := self.line()) is not None:
            if line.startswith(start):
                return line
        raise AssertionError(f"no `{start}`; the log:\n" + "\n".join(self.log))

    def end(self):
        """QEMU's exit status, when the image has ended by itself."""
        while self.line() is not None:
            pass
        return self.process.wait()
