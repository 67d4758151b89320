/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was read of a message: one record for each pointer and each element of a list of structs, in
 * the order of a walk that goes into everything at once. Our reader (walk.c) and the official
 * library (oracle.cc) each write one, compare.c holds them against each other.
 *
 * The walk: the root pointer; of a struct its pointers, of a list of pointers or structs the first
 * TRANSCRIPT_ELEMENTS elements and the last one. It ends after TRANSCRIPT_RECORDS.
 */
#ifndef FUZZ_TRANSCRIPT_H
#define FUZZ_TRANSCRIPT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TRANSCRIPT_RECORDS  256U
#define TRANSCRIPT_ELEMENTS 24U
/* Only the first pointers are read as each type: the library's refusals take long. */
#define TRANSCRIPT_READS 24U

enum record_kind {
    RECORD_NULL,
    RECORD_STRUCT,
    RECORD_LIST,
    RECORD_CAPABILITY, /* count: its index, which only ours knows */
    RECORD_ELEMENT,    /* of a list of structs */
    RECORD_REFUSED
};

/* Which typed reads of a pointer that leads somewhere gave something. Bit e: as a list with
 * elements of size e. */
#define READS_TEXT   (1U << 8)
#define READS_STRUCT (1U << 9)

struct record {
    uint64_t
        hash; /* over the values: of the data section, or of the elements of a list of numbers */
    uint32_t count;
    uint16_t data_words, pointers;
    uint16_t reads; /* READS_; 0 where nobody asked */
    uint8_t level;  /* of the walk: what follows with a higher one lies in this */
    uint8_t kind;
    uint8_t element;
    /* For people and for the classes; not compared. */
    uint8_t error;   /* ours: of enum nx_error, turned round; the library's: of enum refusal */
    uint8_t depth;   /* ours: levels of structs and lists around this */
    uint8_t through; /* ours: of those, elements of lists of structs */
    uint32_t where;  /* ours: the word of the body that the pointer is; of an element its list's */
    uint32_t spare;
};

/* Why the library refused something, as far as its words say. */
enum refusal {
    REFUSAL_OTHER,
    REFUSAL_BOUNDS,
    REFUSAL_KIND,
    REFUSAL_FAR,
    REFUSAL_TAG,
    REFUSAL_TEXT,
    REFUSAL_BUDGET,
    REFUSAL_DEPTH,
    REFUSAL_FRAMING
};

static inline uint64_t transcript_mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

/* Over all that is compared. */
static inline uint64_t transcript_digest(const struct record *records, uint32_t count)
{
    uint64_t digest = count;
    for (uint32_t i = 0; i < count; i++) {
        const struct record *r = &records[i];
        digest = transcript_mix(digest, r->hash);
        uint32_t counted = r->kind == RECORD_CAPABILITY ? 0 : r->count;
        digest = transcript_mix(digest, (uint64_t)counted << 32 | (uint64_t)r->data_words << 16 |
                                            r->pointers);
        digest = transcript_mix(digest, (uint64_t)r->reads << 32 | (uint64_t)r->level << 16 |
                                            (uint64_t)r->kind << 8 | r->element);
    }
    return digest;
}

/* Which element the walk goes into after this one. */
static inline uint32_t transcript_next(uint32_t index, uint32_t count)
{
    if (index + 1 < TRANSCRIPT_ELEMENTS || index + 1 >= count)
        return index + 1;
    return count - 1;
}

/* --- what is said to the program with the official library, over a pair of sockets --- */

enum question {
    ASK_TRANSCRIPT, /* answer: uint32_t how many, the records */
    ASK_READS,      /* the same with .reads */
    /* For each of `count` bits from `bit` on: the message with `bit` and this one flipped, at first
     * `bit` alone; answer: a digest (uint64_t) for each. */
    ASK_FLIPS
};

struct request {
    uint32_t question;
    uint32_t bit, count;
    uint32_t length; /* of the message that follows */
};

#ifdef __cplusplus
}
#endif

#endif
