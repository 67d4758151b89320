/* SPDX-License-Identifier: Apache-2.0 */
#include "phase.h"
#include "apart.h"

/* A digit of the search below: 4 bits need 16 counters and at most 16 passes. */
#define DIGIT_BITS 4
#define DIGITS     (1u << DIGIT_BITS)

/* The phase of the frame in this place of the ring; 0: not given, or not counted. */
APART uint64_t phase_at(const struct window *w, uint32_t place, enum perfd_phase phase)
{
    const struct frame *f = &w->ring[place];
    return f->counted ? f->phase_ns[phase] : 0;
}

/*
 * The rank-th smallest of the values given, found from its highest digit down: each pass counts the
 * values that share the digits known so far by their next one. No value exceeds worst_ns.
 */
static uint64_t select_phase(const struct window *w, enum perfd_phase phase, uint64_t worst_ns,
                             size_t rank)
{
    size_t shift = 64 - DIGIT_BITS;
    while (shift > 0 && worst_ns >> shift == 0)
        shift -= DIGIT_BITS;
    uint64_t known = 0; /* the digits above shift + DIGIT_BITS */
    for (;; shift -= DIGIT_BITS) {
        size_t count[DIGITS] = {0};
        for (uint32_t i = 0; i < w->held; i++) {
            uint64_t value_ns = phase_at(w, i, phase);
            uint64_t digits = value_ns >> shift;
            if (digits >> DIGIT_BITS == known && value_ns != 0)
                count[digits % DIGITS]++;
        }
        size_t digit = 0;
        while (rank > count[digit])
            rank -= count[digit++];
        known = known << DIGIT_BITS | digit;
        if (shift == 0)
            return known;
    }
}

void phase_metrics(const struct window *w, enum perfd_phase phase, struct perfd_phase_metrics *out)
{
    struct wide sum = {.high = 0};
    uint32_t given = 0;
    /* The ring fills from place 0 on, so the frames held are in its first places. */
    for (uint32_t i = 0; i < w->held; i++) {
        uint64_t value_ns = phase_at(w, i, phase);
        given += value_ns != 0;
        wide_add(&sum, value_ns);
        if (value_ns > out->worst_ns)
            out->worst_ns = value_ns;
    }
    if (given == 0)
        return;
    uint32_t rank = (uint32_t)(((uint64_t)given * 95 + 99) / 100);
    out->avg_ns = wide_divide(sum, given);
    out->p95_ns = select_phase(w, phase, out->worst_ns, rank);
}
