# SPDX-License-Identifier: Apache-2.0
"""Reads SystemUI's HUD off a picture, by matching the font: what its text says, as a person would read it.

Font, colours and places are taken from SystemUI's sources, so that they are written down once.
"""
import os
import re

import machine

SYSTEMUI = os.path.join(machine.ROOT, "source", "apps", "systemui")
WIDTH, HEIGHT, CELL = 5, 9, 6
LABELS = ("fps", "avg ms", "p95 ms", "p99 ms", "long", "dropped", "lost", "perfd cost")
COLUMNS, COLUMN_WIDTH = 4, 60


def source(name):
    with open(os.path.join(SYSTEMUI, name), encoding="utf-8") as file:
        return file.read()


def glyphs():
    """A glyph's rows (the bit 16 is the leftmost pixel) to its character."""
    rows = re.findall(r"^    \{((?:0x[0-9a-f]{2}(?:, )?){9})\}", source("font_glyphs.c"), re.M)
    font = {tuple(int(row, 16) for row in glyph.split(",")): chr(0x20 + i) for i, glyph in enumerate(rows)}
    if len(font) != 95:
        raise ValueError("the font is not what it was")
    return font


def colour(name):
    number = int(re.search(rf"#define PALETTE_{name} +0x([0-9a-f]+)u", source("palette.h"))[1], 16)
    return number.to_bytes(3, "big")


FONT = glyphs()
LIGHT, SOFT, GOOD = colour("LIGHT"), colour("LIGHT_SOFT"), colour("GOOD")
ALARM = (colour("LONG"), colour("DROPPED"))


def cell(picture, x, y, ink):
    """The character in one cell; None where no glyph has just these pixels."""
    rows = []
    for line in picture.crop(x, y, WIDTH, HEIGHT):
        rows.append(sum(16 >> i for i in range(WIDTH) if line[3 * i:3 * i + 3] == ink))
    return FONT.get(tuple(rows))


def text(picture, x, y, ink, columns):
    """The text from x, y on: up to a cell that holds none, without blanks at its end."""
    out = ""
    for i in range(columns):
        character = cell(picture, x + i * CELL, y, ink)
        if character is None:
            break
        out += character
    return out.rstrip()


def find(picture, wanted, ink):
    """Where a text stands, or None."""
    first = next(rows for rows, character in FONT.items() if character == wanted[0])
    row = next(i for i, bits in enumerate(first) if bits)
    column = 5 - first[row].bit_length()
    for y in range(picture.height - HEIGHT + 1):
        at = -1
        while (at := picture.rows[y + row].find(ink, at + 1)) >= 0:
            x = at // 3 - column
            if at % 3 == 0 and 0 <= x <= picture.width - len(wanted) * CELL and \
                    text(picture, x, y, ink, len(wanted)) == wanted:
                return x, y
    return None


class Hud:
    """head, session and figures (texts, by label) of the HUD in a picture; ValueError where there is none."""

    def __init__(self, picture):
        place = find(picture, "fps", SOFT)
        if place is None:
            raise ValueError("no HUD")
        left, top = place
        head = top - 20
        self.head = text(picture, left + 12, head, LIGHT, 20)
        self.right = self._right_text(picture, left, head)
        self.figures = {}
        for i, label in enumerate(LABELS):
            x, y = left + i % COLUMNS * COLUMN_WIDTH, top + i // COLUMNS * 27
            if text(picture, x, y, SOFT, 10) != label:
                raise ValueError(f"no label `{label}` where it belongs")
            values = (text(picture, x, y + 11, ink, 9) for ink in (LIGHT, *ALARM))
            self.figures[label] = next((value for value in values if value), "")

    @staticmethod
    def _right_text(picture, left, y):
        """Set to the right edge, so its cells are counted from there."""
        end = left + COLUMNS * COLUMN_WIDTH + 1
        out = ""
        while (character := cell(picture, end - CELL * (len(out) + 1), y, SOFT)) and len(out) < 32:
            out = character + out
        return out.strip()

    def number(self, label):
        return float(self.figures[label].rstrip("%"))
