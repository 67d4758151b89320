/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks the program with the official library, which is started with the first question: that of the
 * environment's ORACLE. It ends with this program. Where it dies of a question, or cannot be
 * started, this program aborts.
 */
#ifndef FUZZ_ORACLE_ASK_H
#define FUZZ_ORACLE_ASK_H

#include "walk.h"

/* Answers come in the order of the questions: some may be asked before the first answer is taken.
 */
#define ORACLE_AHEAD 16U
void oracle_ask_walk(const uint8_t *bytes, size_t length, bool reads);
void oracle_take_walk(struct transcript *transcript);

void oracle_walk(const uint8_t *bytes, size_t length, bool reads, struct transcript *transcript);

/* A question of ASK_FLIPS, whose answer, `count` digests, is taken later. One at a time. */
void oracle_ask_flips(const uint8_t *bytes, size_t length, uint32_t bit, uint32_t count);
void oracle_take_flips(uint64_t *digests, uint32_t count);

#endif
