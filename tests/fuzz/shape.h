/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bytes of one pointer say, read without either reader: compare.c decides by it whether a
 * disagreement is one that has a reason.
 */
#ifndef FUZZ_SHAPE_H
#define FUZZ_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shape {
    uint64_t word;    /* what is at the pointer's place */
    bool far;         /* it is a far pointer, */
    bool double_far;  /* of two words, */
    bool pad_inside;  /* whose pad is inside the segment that it names */
    uint64_t pad[2];  /* its words */
    uint64_t pointer; /* that says what the object is: word, or of the pad */
    bool known;       /* the object's segment exists: */
    int64_t start, end;
    int64_t at;          /* the object's first word */
    uint64_t size_words; /* of a struct or list, without what a tag may claim */
    bool has_tag;        /* a list of structs whose tag is inside */
    uint64_t tag;
};

/* False where there is no such word. */
bool shape_of(const uint8_t *bytes, size_t length, uint32_t where, struct shape *shape);

/* How many segments the table says, counted in 64 bits; 0: there is none. */
uint64_t shape_segments(const uint8_t *bytes, size_t length);

#endif
