/* SPDX-License-Identifier: Apache-2.0 */
/* Short lines put together from words and figures. What does not fit is left out. */
#ifndef SYSTEMUI_TEXT_H
#define SYSTEMUI_TEXT_H

#include <stdint.h>

#define TEXT_LINE_MAX 128

struct text_line {
    char bytes[TEXT_LINE_MAX + 1]; /* always NUL-terminated */
    int32_t length;
};

void text_clear(struct text_line *line);
void text_add(struct text_line *line, const char *words);
void text_add_bytes(struct text_line *line, const char *bytes, uint32_t length);
void text_add_number(struct text_line *line, uint64_t number);
void text_add_padded(struct text_line *line, uint64_t number, int32_t digits);

/* number / unit with `decimals` (1..6) digits after the point, rounded half up: 16666667 ns at unit
 * 1,000,000 and 2 decimals is 16.67. unit is 1 to 10^12. */
void text_add_fixed(struct text_line *line, uint64_t number, uint64_t unit, int32_t decimals);

#endif
