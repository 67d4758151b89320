/* SPDX-License-Identifier: Apache-2.0 */
#include "user/words.h"

#include <stddef.h>
#include <string.h>

static bool ends_word(char c)
{
    return c == ' ' || c == '\n';
}

static uint32_t hex_digit(char digit)
{
    return digit <= '9' ? (uint32_t)(digit - '0') : ((uint32_t)digit | 32u) - 'a' + 10u;
}

/* Copies the word at `at`, decoded, and says where it ends. */
static const char *copy_word(const char *at, const char *end, char *to, uint32_t size,
                             uint32_t *length)
{
    *length = 0;
    for (; at < end && !ends_word(*at); at++) {
        char c = *at;
        if (c == '%' && end - at > 2) {
            c = (char)(hex_digit(at[1]) << 4 | hex_digit(at[2]));
            at += 2;
        }
        if (*length < size)
            to[(*length)++] = c;
    }
    return at;
}

static void add(struct words *words, const char *text, uint32_t length)
{
    if (words->count == WORDS_MAX)
        return;
    const char *equals = memchr(text, '=', length);
    const uint32_t key = equals == NULL ? 0 : (uint32_t)(equals - text);
    const uint32_t value = equals == NULL ? 0 : key + 1;
    words->word[words->count++] = (struct word){text, text + value, key, length - value};
}

const char *words_split(struct words *words, const char *at, const char *end)
{
    while (at < end && (ends_word(*at) || *at == '#')) {
        if (*at == '#')
            while (at < end && *at != '\n')
                at++;
        else
            at++;
    }
    if (at == end)
        return NULL;
    uint32_t used = 0;
    words->count = 0;
    words->command = (struct word){.value = NULL};
    while (at < end && *at != '\n') {
        uint32_t length;
        char *text = words->text + used;
        at = copy_word(at, end, text, (uint32_t)sizeof words->text - used, &length);
        used += length;
        if (words->command.value == NULL)
            words->command = (struct word){.value = text, .length = length};
        else if (length > 0)
            add(words, text, length);
        while (at < end && *at == ' ')
            at++;
    }
    return at;
}

const struct word *words_find(const struct words *words, const char *key)
{
    const size_t length = strlen(key);
    for (uint32_t i = 0; i < words->count; i++)
        if (words->word[i].key_length == length && memcmp(words->word[i].key, key, length) == 0)
            return &words->word[i];
    return NULL;
}

uint64_t words_number(const struct words *words, const char *key, uint64_t otherwise)
{
    const struct word *word = words_find(words, key);
    if (word == NULL)
        return otherwise;
    uint64_t value = 0;
    const bool negative = word->length > 0 && word->value[0] == '-';
    for (uint32_t i = negative; i < word->length; i++)
        value = 10 * value + (uint64_t)(word->value[i] - '0');
    return negative ? 0 - value : value;
}

bool word_is(const struct word *word, const char *text)
{
    return word != NULL && word->length == strlen(text) &&
           memcmp(word->value, text, word->length) == 0;
}
