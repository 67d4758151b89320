/* SPDX-License-Identifier: Apache-2.0 */
/* Mutations that know that messages are made of words of 8 bytes; the same ones for the same seed.
 */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* xorshift64*; the state must not be 0. */
uint64_t mutate_random(uint64_t *state);
uint32_t mutate_below(uint64_t *state, uint32_t bound);

/* A word that means something: pointers that lead astray, and extremes. */
uint64_t mutate_odd_word(uint64_t *state);

/* One mutation in place, of bytes[0..length), length > 0; the new length, at most `room`. */
size_t mutate(uint64_t *state, uint8_t *bytes, size_t length, size_t room);

#endif
