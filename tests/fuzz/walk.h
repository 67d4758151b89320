/* SPDX-License-Identifier: Apache-2.0 */
/* Reads all of a message with our reader, into a transcript. */
#ifndef FUZZ_WALK_H
#define FUZZ_WALK_H

#include "nexus-idl/wire.h"
#include "transcript.h"

#include <stdio.h>
#include <stdlib.h>

/* For what must hold whatever the input is. */
#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

struct transcript {
    uint32_t count;
    struct record records[TRANSCRIPT_RECORDS];
};

/*
 * budget_factor: as nx_message_open_limits() has it; each step is held against what it may cost.
 * With `reads` every pointer is also read as each type that there is.
 */
void walk_message(const uint8_t *bytes, size_t length, uint32_t budget_factor, bool reads,
                  struct transcript *transcript);

/* What a pointer of an open message leads to; where one of its own was asked for, without a budget.
 */
void walk_pointer(struct nx_pointer_reader pointer, struct transcript *transcript);

#endif
