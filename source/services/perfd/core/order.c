/* SPDX-License-Identifier: Apache-2.0 */
#include "order.h"

#include "apart.h"

#define RUN_SHIFT 32

/* As many as place() looks through without a branch. */
#define NEAR 64

IN_PLACE size_t run_count(const struct order *o, size_t run)
{
    return (uint32_t)o->run[run];
}

IN_PLACE uint64_t *values_of(const struct order *o, size_t run)
{
    return o->value + (o->run[run] >> RUN_SHIFT);
}

/* --- Words ------------------------------------------------------------------------------------ */

/* How many of four words, a stride apart, are below value. */
static inline size_t below_4(const uint64_t *at, size_t stride, uint64_t value)
{
    return (size_t)(at[0] < value) + (size_t)(at[stride] < value) +
           (size_t)(at[2 * stride] < value) + (size_t)(at[3 * stride] < value);
}

/*
 * The first of n sorted words, a power of two and NEAR or more, that is not below value; there is
 * one. The values are as good as random, so that every branch on them would be mispredicted:
 * comparing the last of each eight, then all of one eight, has none.
 */
APART size_t place(const uint64_t *words, size_t n, uint64_t value)
{
    const uint64_t *at = words;
    for (; n > NEAR; n /= 2)
        at += at[n / 2 - 1] < value ? n / 2 : 0;
    at += 8 * (below_4(at + 7, 8, value) + below_4(at + 39, 8, value));
    return (size_t)(at - words) + below_4(at, 1, value) + below_4(at + 4, 1, value);
}

/* Copies n words, which may overlap. */
APART void move(uint64_t *to, const uint64_t *from, size_t n)
{
    if (to < from)
        for (size_t i = 0; i < n; i++)
            to[i] = from[i];
    else
        while (n-- > 0)
            to[n] = from[n];
}

static void clear(uint64_t *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        at[i] = UINT64_MAX;
}

APART size_t full_run(size_t values)
{
    size_t full = NEAR;
    while (values > 16 * full * full)
        full *= 2;
    return full;
}

size_t order_words(size_t values)
{
    return PERFD_ORDER_WORDS_OF(values, full_run(values));
}

uint64_t *order_reset(struct order *o, uint64_t *words, size_t values)
{
    size_t full = full_run(values), places = PERFD_ORDER_PLACES(values, full);
    *o = (struct order){.bound = words,
                        .run = words + places,
                        .value = words + 2 * places,
                        .places = places,
                        .full = full,
                        .runs = 1};
    clear(o->bound, places);
    clear(o->value, full);
    for (size_t i = 0; i < places; i++)
        o->run[i] = (uint64_t)(i * full) << RUN_SHIFT;
    return words + order_words(values);
}

/* --- Runs ------------------------------------------------------------------------------------- */

/* Moves values between a run and the next one so that it has `keep`, 1 or more. */
static void share(struct order *o, size_t run, size_t keep)
{
    uint64_t *left = values_of(o, run), *right = values_of(o, run + 1);
    size_t n = run_count(o, run), m = run_count(o, run + 1);
    if (keep > n) {
        move(left + n, right, keep - n);
        move(right, right + (keep - n), n + m - keep);
        clear(right + (n + m - keep), keep - n);
    } else {
        move(right + (n - keep), right, m);
        move(right, left + keep, n - keep);
        clear(left + keep, n - keep);
    }
    o->bound[run] = left[keep - 1];
    o->run[run] += keep - n;
    o->run[run + 1] += n - keep;
}

/* Gives half of a full run to a new one behind it. */
static void split(struct order *o, size_t run)
{
    uint64_t fresh = o->run[o->runs];
    size_t behind = o->runs++ - run;
    move(&o->bound[run + 1], &o->bound[run], behind);
    move(&o->run[run + 1], &o->run[run], behind);
    o->run[run + 1] = fresh;
    clear(values_of(o, run + 1), o->full);
    share(o, run, o->full / 2);
}

/* Of two neighbours, one is under half full: they share evenly, or become one. */
static void refill(struct order *o, size_t run)
{
    size_t both = run_count(o, run) + run_count(o, run + 1);
    if (both > o->full) {
        share(o, run, both / 2);
        return;
    }
    share(o, run, both);
    uint64_t empty = o->run[run + 1];
    size_t behind = --o->runs - run;
    move(&o->bound[run], &o->bound[run + 1], behind);
    o->bound[o->runs] = UINT64_MAX;
    move(&o->run[run + 1], &o->run[run + 2], behind - 1);
    o->run[o->runs] = empty;
}

/* --- Values ----------------------------------------------------------------------------------- */

void order_insert(struct order *o, uint64_t value)
{
    size_t run = place(o->bound, o->places, value);
    if (run_count(o, run) == o->full) {
        split(o, run);
        run += o->bound[run] < value;
    }
    uint64_t *values = values_of(o, run);
    size_t at = place(values, o->full, value);
    move(values + at + 1, values + at, run_count(o, run) - at);
    values[at] = value;
    o->run[run]++;
    o->count++;
}

void order_remove(struct order *o, uint64_t value)
{
    size_t run = place(o->bound, o->places, value);
    /* The bound itself may be in the next run alone. */
    run += values_of(o, run)[run_count(o, run) - 1] < value;
    uint64_t *values = values_of(o, run);
    size_t at = place(values, o->full, value), left = run_count(o, run) - 1;
    move(values + at, values + at + 1, left - at);
    values[left] = UINT64_MAX;
    o->run[run]--;
    o->count--;
    if (left < o->full / 2 && o->runs > 1)
        refill(o, run > 0 ? run - 1 : 0);
}

/* Bytes of a cache line, or a part of one. */
#define LINE_WORDS 8

void order_expect(const struct order *o, uint64_t value)
{
    const uint64_t *values = values_of(o, place(o->bound, o->places, value));
    for (size_t at = 0; at < o->full; at += LINE_WORDS)
        __builtin_prefetch(values + at, 1);
}

uint64_t order_select(const struct order *o, size_t rank)
{
    size_t left = rank, run = 0;
    if (left <= o->count / 2) {
        while (left > run_count(o, run))
            left -= run_count(o, run++);
    } else {
        /* The high percentiles are soon found from the other end. */
        size_t above = o->count - left;
        for (run = o->runs - 1; above >= run_count(o, run); run--)
            above -= run_count(o, run);
        left = run_count(o, run) - above;
    }
    return values_of(o, run)[left - 1];
}
