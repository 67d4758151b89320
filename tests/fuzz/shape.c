/* SPDX-License-Identifier: Apache-2.0 */
#include "shape.h"

#include <string.h>

struct body {
    const uint8_t *bytes, *table;
    uint64_t segments;
};

static uint64_t number_at(const uint8_t *at, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = size; i > 0; i--)
        value = value << 8 | at[i - 1];
    return value;
}

uint64_t shape_segments(const uint8_t *bytes, size_t length)
{
    return length < 4 ? 0 : number_at(bytes, 4) + 1;
}

static uint64_t word_at(const struct body *body, int64_t at)
{
    return number_at(body->bytes + 8 * at, 8);
}

static bool segment(const struct body *body, uint64_t id, int64_t *start, int64_t *end)
{
    *start = *end = 0;
    for (uint64_t i = 0; i < body->segments; i++) {
        *start = *end;
        *end += (int64_t)number_at(body->table + 4 * i, 4);
        if (i == id)
            return true;
    }
    return false;
}

static int64_t offset_of(uint64_t pointer)
{
    int64_t offset = (int64_t)((uint32_t)pointer >> 2);
    return offset >= 1 << 29 ? offset - (1 << 30) : offset;
}

static void measure(const struct body *body, struct shape *s)
{
    static const uint8_t bits[] = {0, 1, 8, 16, 32, 64, 64};
    unsigned element = s->pointer >> 32 & 7;
    uint64_t count = s->pointer >> 35;
    if ((s->pointer & 3) == 0)
        s->size_words = (s->pointer >> 32 & 0xffff) + (s->pointer >> 48);
    else if (element < 7)
        s->size_words = (count * bits[element] + 63) / 64;
    else
        s->size_words = count + 1;
    s->has_tag = (s->pointer & 3) == 1 && element == 7 && s->at >= s->start && s->at < s->end;
    if (s->has_tag)
        s->tag = word_at(body, s->at);
}

static void follow_far(const struct body *body, struct shape *s)
{
    int64_t at;
    s->double_far = (s->word & 4) != 0;
    if (!segment(body, s->word >> 32, &s->start, &s->end))
        return;
    at = s->start + (int64_t)((uint32_t)s->word >> 3);
    s->pad_inside = at + (s->double_far ? 2 : 1) <= s->end;
    if (!s->pad_inside)
        return;
    s->pad[0] = word_at(body, at);
    s->pointer = s->pad[0];
    if (!s->double_far) {
        s->known = true;
        s->at = at + 1 + offset_of(s->pointer);
        return;
    }
    s->pad[1] = word_at(body, at + 1);
    s->pointer = s->pad[1];
    s->known = segment(body, s->pad[0] >> 32, &s->start, &s->end);
    s->at = s->start + (int64_t)((uint32_t)s->pad[0] >> 3);
}

bool shape_of(const uint8_t *bytes, size_t length, uint32_t where, struct shape *shape)
{
    struct body body = {.table = bytes + 4, .segments = shape_segments(bytes, length)};
    uint64_t header = (4 + 4 * body.segments + 7) / 8 * 8;
    *shape = (struct shape){0};
    if (body.segments == 0 || header + 8 * ((uint64_t)where + 1) > length)
        return false;
    body.bytes = bytes + header;
    shape->word = word_at(&body, where);
    shape->far = (shape->word & 3) == 2;
    if (shape->far) {
        follow_far(&body, shape);
    } else {
        shape->pointer = shape->word;
        for (uint64_t id = 0; id < body.segments && shape->end <= (int64_t)where; id++)
            shape->known = segment(&body, id, &shape->start, &shape->end);
        shape->at = (int64_t)where + 1 + offset_of(shape->pointer);
    }
    if (shape->known)
        measure(&body, shape);
    return true;
}
