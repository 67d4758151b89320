/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our reader's transcript against the library's. Where they differ a class must say why, found by
 * what the message's bytes are and not by what either reader said about them; else both are
 * printed, and the program aborts.
 */
#ifndef FUZZ_COMPARE_H
#define FUZZ_COMPARE_H

#include "walk.h"

struct disagreement {
    const char *name;
    const char *reason;
    bool ours_refuses; /* else it is the library that does */
    uint64_t count;    /* of this program's run */
};

/* All of them; ends with one that has no name. */
extern struct disagreement disagreements[];

void compare_transcripts(const uint8_t *bytes, size_t length, const struct transcript *ours,
                         const struct transcript *theirs);

/* How often each class was met, and how many messages were compared: on stderr when the program
 * ends. */
void compare_report(void);

#endif
