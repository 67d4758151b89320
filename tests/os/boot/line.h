/* SPDX-License-Identifier: Apache-2.0 */
/* A line of the log, put together before it is written: a line of the log is one piece. */
#ifndef BOOT_LINE_H
#define BOOT_LINE_H

#include <stddef.h>
#include <stdint.h>

#define LINE_BYTES 160 /* what does not fit is cut, the newline never */

struct line {
    size_t length;
    char bytes[LINE_BYTES];
};

void line_text(struct line *line, const char *text);
void line_number(struct line *line, uint64_t number);
void line_hex(struct line *line, uint64_t number); /* 0x and 16 digits */
void line_end(struct line *line);

#endif
