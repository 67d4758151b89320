#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is on the guest's screen while it runs: the HUD's text is read off a picture."""
import os
import re
import subprocess

import harness
import machine
import png
import screen
from harness import checks


def picture(guest):
    path = os.path.join(guest.folder.name, "screen.ppm")
    guest.monitor.screenshot(path)
    return png.read(path)


def wait_for_hud(guest, ready):
    """Pictures are taken until the HUD is as asked; the machine's time limit ends the wait."""
    while guest.process.poll() is None:
        try:
            hud = screen.Hud(picture(guest))
        except ValueError:
            hud = None  # not drawn yet, hidden, or caught between two frames
        if ready(hud):
            return hud
    raise AssertionError("the machine has ended; the log:\n" + "\n".join(guest.log))


def refresh_of(shown):
    """Which refresh this machine draws the same for, pixel by pixel; None: none of a scene's twenty seconds."""
    wanted = b"".join(shown.rows)
    with subprocess.Popen([os.path.join(machine.HOST, "tests", "draw"), "1200"], stdout=subprocess.PIPE) as drawing:
        for refresh in range(1, 1201):
            if drawing.stdout.read(640 * 480 * 3) == wanted:
                drawing.kill()
                return refresh
    return None


def has_figures(hud):
    return hud is not None and hud.figures["fps"] not in ("", "-") and hud.figures["perfd cost"] not in ("", "-")


def boot():
    return harness.boot(machine.DISPLAY, machine.KEYBOARD)


@checks.check
def the_hud_shows_perfds_figures():
    with boot() as guest:
        guest.wait_for("perf: start systemui")
        hud = wait_for_hud(guest, has_figures)
        checks.equal(hud.head, "perfd")
        checks.equal(hud.right, "systemui  16.67 ms")
        for label in ("fps", "avg ms", "p95 ms", "p99 ms"):
            checks.true(re.fullmatch(r"\d+\.\d\d", hud.figures[label]), hud.figures)
        for label in ("long", "dropped", "lost"):
            checks.true(re.fullmatch(r"\d+", hud.figures[label]), hud.figures)
        checks.true(re.fullmatch(r"\d+\.\d\d%", hud.figures["perfd cost"]), hud.figures)
        # Frames are shown at refreshes, of which there are sixty a second; the first ones of a few may be late.
        checks.true(0 < hud.number("fps") < 66, hud.figures)
        checks.true(hud.number("avg ms") > 15 and hud.number("p95 ms") > 15, hud.figures)
        checks.true(hud.number("p99 ms") >= hud.number("p95 ms"), hud.figures)
        checks.true(abs(hud.number("fps") * hud.number("avg ms") - 1000) < 12, hud.figures)
        harness.clean(guest.log)


@checks.check
def a_key_hides_the_hud_and_what_is_left_is_drawn_as_on_the_host():
    with boot() as guest:
        guest.wait_for("perf: start systemui")
        wait_for_hud(guest, has_figures)
        guest.monitor.press("h")
        wait_for_hud(guest, lambda hud: hud is None)
        shown = picture(guest)
        checks.equal((shown.width, shown.height), (640, 480))
        checks.true(screen.find(shown, "avg ms", screen.SOFT) is None, "the labels are still there")
        # Time passes between two pictures, and so does the scene.
        refreshes = [refresh_of(shown)]
        while None not in refreshes and len(set(refreshes)) < 2:
            refreshes.append(refresh_of(picture(guest)))
        checks.true(None not in refreshes and refreshes == sorted(refreshes), f"drawn as on the host: {refreshes}")
        print(f"shown and drawn: refreshes {refreshes}")
        guest.monitor.press("h")
        wait_for_hud(guest, has_figures)
        harness.clean(guest.log)


def shows(guest, label):
    """Pictures are taken until the label is on one."""
    while guest.process.poll() is None:
        if screen.find(picture(guest), label, screen.SOFT) is not None:
            return
    raise AssertionError(f"no {label}; the log:\n" + "\n".join(guest.log))


@checks.check
def a_key_shows_the_other_panels():
    with harness.boot(machine.DISPLAY, machine.KEYBOARD, image="perfd-full.elf") as guest:
        guest.wait_for("perf: start systemui")
        wait_for_hud(guest, has_figures)
        for label in ("janky frames", "pipeline switches", "no program compiles", "no program has hotspots", "counters",
                      "frames refused"):
            guest.monitor.press("p")
            shows(guest, label)
        guest.monitor.press("p")
        wait_for_hud(guest, has_figures)
        harness.clean(guest.log)


checks.main()
