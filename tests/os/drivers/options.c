/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/options.h"

#include <stddef.h>

static bool ends_word(char c)
{
    return c == '\0' || c == ' ' || c == ',' || c == '\n';
}

/* The rest of a word that starts with `start`, or NULL. Words are tried from *next on, which moves
 * behind the one that was found. */
static const char *word_after(const char **next, const char *start)
{
    const char *at = *next;
    while (*at != '\0') {
        const char *word = at;
        while (!ends_word(*at))
            at++;
        const char *want = start;
        while (word < at && *want != '\0' && *word == *want) {
            word++;
            want++;
        }
        while (*at != '\0' && ends_word(*at))
            at++;
        if (*want == '\0') {
            *next = at;
            return word;
        }
    }
    return NULL;
}

bool options_has(const char *options, const char *word)
{
    const char *rest;
    while ((rest = word_after(&options, word)) != NULL)
        if (ends_word(*rest))
            return true;
    return false;
}

uint32_t options_number(const char *options, const char *key, uint32_t otherwise)
{
    const char *rest;
    while ((rest = word_after(&options, key)) != NULL) {
        if (*rest != '=')
            continue;
        uint64_t value = 0;
        const char *digit = rest + 1;
        while (*digit >= '0' && *digit <= '9' && value <= UINT32_MAX)
            value = 10 * value + (uint64_t)(*digit++ - '0');
        bool number = digit > rest + 1 && ends_word(*digit) && value <= UINT32_MAX;
        return number ? (uint32_t)value : otherwise;
    }
    return otherwise;
}
