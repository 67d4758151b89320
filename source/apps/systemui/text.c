/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

void text_clear(struct text_line *line)
{
    line->length = 0;
    line->bytes[0] = '\0';
}

void text_add_bytes(struct text_line *line, const char *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length && line->length < TEXT_LINE_MAX; i++)
        line->bytes[line->length++] = bytes[i];
    line->bytes[line->length] = '\0';
}

void text_add(struct text_line *line, const char *words)
{
    uint32_t length = 0;
    while (words[length] != '\0')
        length++;
    text_add_bytes(line, words, length);
}

void text_add_padded(struct text_line *line, uint64_t number, int32_t digits)
{
    char reversed[20]; /* 2^64 has 20 digits */
    int32_t count = 0;
    do {
        reversed[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    for (int32_t i = count; i < digits; i++)
        text_add(line, "0");
    while (count > 0)
        text_add_bytes(line, &reversed[--count], 1);
}

void text_add_number(struct text_line *line, uint64_t number)
{
    text_add_padded(line, number, 1);
}

void text_add_fixed(struct text_line *line, uint64_t number, uint64_t unit, int32_t decimals)
{
    uint64_t scale = 1;
    for (int32_t i = 0; i < decimals; i++)
        scale *= 10;
    uint64_t whole = number / unit;
    /* The remainder is below the unit: scaled alone it does not overflow for units up to 10^12. */
    uint64_t fraction = (2 * (number % unit) * scale + unit) / (2 * unit);
    if (fraction >= scale) {
        whole++;
        fraction -= scale;
    }
    text_add_number(line, whole);
    text_add(line, ".");
    text_add_padded(line, fraction, decimals);
}
