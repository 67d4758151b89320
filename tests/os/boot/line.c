/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/line.h"

static void put(struct line *line, char c)
{
    if (line->length < LINE_BYTES - 1)
        line->bytes[line->length++] = c;
}

void line_text(struct line *line, const char *text)
{
    for (; *text != '\0'; text++)
        put(line, *text);
}

void line_number(struct line *line, uint64_t number)
{
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (count > 0)
        put(line, digits[--count]);
}

void line_hex(struct line *line, uint64_t number)
{
    line_text(line, "0x");
    for (int shift = 60; shift >= 0; shift -= 4)
        put(line, "0123456789abcdef"[number >> shift & 15]);
}

void line_end(struct line *line)
{
    line->bytes[line->length++] = '\n';
}
