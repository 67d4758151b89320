# SPDX-License-Identifier: Apache-2.0
"""Plays scripts through the driver (driver.c says what they are) and takes its answers apart."""
import os
import subprocess

import checks


class Trace:
    def __init__(self, result, text=b"", truncated=0, frames=0, records=0):
        self.result, self.text = result, text
        self.truncated, self.frames_dropped, self.records_dropped = truncated, frames, records


def program(machine="host"):
    """The command that runs the driver; on another machine, its emulator first. "plain": here, where each span of a
    trace is written by itself."""
    if machine in ("host", "plain"):
        return [os.path.join(checks.HOST, "tests", "driver" if machine == "host" else "driver_plain")]
    return [f"qemu-{machine}", os.path.join(os.path.dirname(checks.HOST), machine, "driver")]


def encode(value):
    """Any text or bytes as one word of a script."""
    data = value.encode() if isinstance(value, str) else value
    return "".join(chr(b) if chr(b).isalnum() and b < 128 or b in b"._-" else f"%{b:02X}" for b in data)


def line(command, **words):
    """One command: numbers go as they are, texts encoded."""
    return " ".join([command] + [f"{key}={value if isinstance(value, int) else encode(value)}"
                                 for key, value in words.items()])


def answers(output):
    """Yields (command, result, more) for each command played."""
    at = 0

    def next_line():
        nonlocal at
        end = output.index(b"\n", at)
        text, at = output[at:end].decode("utf-8", "replace"), end + 1
        return text

    while at < len(output):
        command, result = next_line().split()
        result, more = int(result), None
        if command in ("metrics", "stop", "health") and result == 0:
            more = {}
            while (text := next_line()) != "end":
                name, value = text.split()
                more[name] = int(value)
        elif command == "markers":
            more = []
            while (text := next_line()) != "end":
                more.append(text)
        elif command == "trace":
            more = Trace(result)
            if result == 0:
                _, size, truncated, frames, records = next_line().split()
                more = Trace(0, output[at:at + int(size)], int(truncated), int(frames), int(records))
                at += int(size) + 1
        yield command, result, more


def play(script, machine="host"):
    """The answers to a script: a list of lines, or one text."""
    text = script if isinstance(script, str) else "\n".join(script) + "\n"
    done = subprocess.run(program(machine), input=text.encode(), capture_output=True, timeout=250,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(f"driver: exit {done.returncode}: {done.stderr.decode(errors='replace')}")
    return list(answers(done.stdout))
