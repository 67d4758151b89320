/* SPDX-License-Identifier: Apache-2.0 */
/* A script's lines, as driver.c reads them: a command, then `key=value`, %XX for any byte. */
#ifndef USER_WORDS_H
#define USER_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#define WORDS_MAX      16
#define WORDS_TEXT_MAX 1024 /* bytes of a line */

struct word {
    const char *key; /* not NUL-terminated, like value */
    const char *value;
    uint32_t key_length, length;
};

/* Texts lie in `text`, decoded. `now N` gives N the key "". */
struct words {
    struct word command; /* only its value */
    struct word word[WORDS_MAX];
    uint32_t count;
    char text[WORDS_TEXT_MAX];
};

/* The next line that says something, from `at` on; where the one after it begins, or NULL: there is
 * none. A line that is too long, or has too many words, loses its end. */
const char *words_split(struct words *words, const char *at, const char *end);

/* NULL: not there. */
const struct word *words_find(const struct words *words, const char *key);

/* A value in decimal, modulo 2^64, also with a minus sign; `otherwise` where it is not there. */
uint64_t words_number(const struct words *words, const char *key, uint64_t otherwise);

bool word_is(const struct word *word, const char *text);

#endif
