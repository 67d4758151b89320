#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Boots the drivers' test images, one for each driver, and plays their other side: disks with faults, a screen
that is looked at, keys, a line. An image's own checks count as one here, and so does what this side sees."""
import os
import random
import socket
import sys
import tempfile

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "perf_v1_host")]
import checks  # noqa: E402
import machine  # noqa: E402
import png  # noqa: E402
import qmp  # noqa: E402

SECTOR = 512


def boot(image, *arguments):
    return machine.Machine(f"drivers/{image}.elf", *arguments, seconds=30)


def ends_well(guest, count):
    """All of the image's checks passed, and there were so many."""
    status = guest.end()
    log = "\n".join(guest.log)
    checks.equal(guest.log[-1:], [f"{count} passed, 0 failed"], log)
    checks.equal(status, 0, log)


def run(image, count, *arguments):
    with boot(image, *arguments) as guest:
        ends_well(guest, count)


class DiskFile:
    """A file of 64 sectors, and a rules file for blkdebug beside it."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="perfd-disk-")
        self.path = os.path.join(self.folder.name, "disk.img")
        self.rules = os.path.join(self.folder.name, "rules")
        with open(self.path, "wb") as file:
            file.truncate(64 * SECTOR)
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def write_rules(self, text):
        with open(self.rules, "w", encoding="ascii") as file:
            file.write(text)

    def read(self):
        with open(self.path, "rb") as file:
            return file.read()


def pattern(start, count):
    return bytes((i * 7 + (i >> 8) * 3 + 1) & 255 for i in range(start, start + count))


@checks.check
def rings_do_not_trust_the_device():
    run("test_virtq", 16)


@checks.check
def the_timer_ends_a_sleep():
    run("test_timer", 4)


@checks.check
def options_are_read():
    run("test_bootargs", 14, machine.options("alpha", "clock=scripted,seconds=10", "big=4294967296", "rest=12x",
                                           "most=4294967295"))
    run("test_bootargs", 2)


@checks.check
def the_disk_holds_what_was_written():
    with DiskFile() as disk:
        run("test_blk", 15, machine.disk(disk.path))
        data = disk.read()
        expected = bytearray(64 * SECTOR)
        expected[:8 * SECTOR] = pattern(0, 8 * SECTOR)
        expected[16 * SECTOR:24 * SECTOR] = pattern(16 * SECTOR, 8 * SECTOR)
        checks.true(data == expected, "the disk's file holds other bytes than were written")


@checks.check
def a_bad_sector_is_reported():
    with DiskFile() as disk:
        disk.write_rules('[inject-error]\nevent = "read_aio"\nerrno = "5"\nsector = "56"\n')
        run("test_blk", 4, machine.faulty_disk(disk.path, disk.rules), machine.options("faults"))


@checks.check
def a_flush_that_fails_is_reported():
    with DiskFile() as disk:
        disk.write_rules('[inject-error]\nevent = "flush_to_disk"\nerrno = "5"\nonce = "on"\n')
        run("test_blk", 5, machine.faulty_disk(disk.path, disk.rules), machine.options("flush-fails"))


@checks.check
def a_read_only_disk_refuses_writes():
    with DiskFile() as disk:
        run("test_blk", 4, machine.disk(disk.path, read_only=True), machine.options("read-only"))


@checks.check
def no_disk_is_no_harm():
    run("test_blk", 4, machine.options("no-disk"))
    run("test_blk", 4, machine.options("no-disk"), machine.KEYBOARD, machine.DISPLAY)


def gpu_row(y):
    row = bytearray()
    for x in range(640):
        row += bytes((x & 255, y & 255, (x >> 8) * 16 + (y >> 8)))
    return row


def turn(rows, x, y, width, height):
    """Every colour in the rectangle to its opposite."""
    for row in rows[y:y + height]:
        row[3 * x:3 * (x + width)] = bytes(255 - byte for byte in row[3 * x:3 * (x + width)])


def look(guest, name="screen.png"):
    path = os.path.join(guest.folder.name, name)
    guest.monitor.screenshot(path)
    return png.read(path)


@checks.check
def the_screen_shows_the_picture():
    with boot("test_gpu", machine.DISPLAY, machine.KEYBOARD) as guest:
        guest.wait_for("look: all")
        screen = look(guest)
        checks.equal((screen.width, screen.height), (640, 480))
        checks.true(screen.rows == look(guest, "screen.ppm").rows, "QEMU's two formats differ")
        expected = [gpu_row(y) for y in range(480)]
        for y in range(480):
            checks.true(screen.rows[y] == expected[y], f"row {y} differs")
        guest.monitor.press("spc")

        guest.wait_for("look: parts")
        screen = look(guest)
        turn(expected, 100, 50, 33, 21)
        turn(expected, 639, 479, 1, 1)
        for y in range(480):
            checks.true(screen.rows[y] == expected[y], f"row {y} differs after parts were shown")
        guest.monitor.key("spc", True, last=True)
        ends_well(guest, 9)


def type_keys(guest, codes, batch):
    """Presses the keys (name, whether it goes down) and reads as many lines; the device has room for a few only,
    and drops what does not fit."""
    for start in range(0, len(batch), 8):
        keys = batch[start:start + 8]
        for name, down in keys:
            guest.monitor.key(name, down)
        for name, down in keys:
            checks.equal(guest.line(), f"key {codes[name]} {'down' if down else 'up'}")


@checks.check
def keys_arrive_in_order():
    codes = {"h": 35, "l": 38, "tab": 15, "ret": 28, "spc": 57, "up": 103, "down": 108, "pgup": 104, "pgdn": 109,
             "end": 107}
    names = random.Random(1).choices(list(codes), k=200)
    with boot("test_input", machine.KEYBOARD) as guest:
        guest.wait_for("press")
        type_keys(guest, codes, [(name, down) for name in names for down in (True, False)])
        type_keys(guest, codes, [("h", True), ("l", True), ("h", False), ("l", False)])
        guest.monitor.key("home", True)
        guest.monitor.key("home", False, last=True)
        checks.equal([guest.line(), guest.line()], ["key 102 down", "key 102 up"])
        ends_well(guest, 5)


@checks.check
def keys_have_the_time_at_which_they_came():
    with boot("test_keys", machine.KEYBOARD) as guest:
        for name in ("up", "down", "tab", "l", "h"):
            checks.equal(guest.wait_for("press"), f"press {name}")
            guest.monitor.key(name, True, last=name == "h")
        ends_well(guest, 5)


@checks.check
def a_tablet_is_no_keyboard():
    run("test_input", 3, ["-device", "virtio-tablet-device"], machine.options("tablet"))


def exchange(line, data, window):
    """Sends all of data and returns as many bytes of what comes back, with at most `window` bytes on their way:
    QEMU drops what a console sends and its socket has no room for."""
    echo = bytearray()
    sent = 0
    while len(echo) < len(data):
        room = min(len(data), len(echo) + window) - sent
        if room > 0:
            sent += line.send(data[sent:sent + room])
        piece = line.recv(65536)
        if not piece:
            break
        echo += piece
    return echo


@checks.check
def the_line_carries_a_mebibyte_both_ways():
    data = random.Random(2).randbytes(1 << 20)
    with tempfile.TemporaryDirectory(prefix="perfd-line-") as folder:
        path = os.path.join(folder, "line")
        with boot("test_console", machine.console(path)) as guest, socket.socket(socket.AF_UNIX) as line:
            line.settimeout(30)
            qmp.connect(line, path)
            guest.wait_for("send")
            echo = exchange(line, data, 32768)
            line.sendall(b"!")
            ends_well(guest, 8)
    checks.equal(len(echo), len(data))
    checks.true(echo == data, "the echo differs from what was sent")


checks.main()
