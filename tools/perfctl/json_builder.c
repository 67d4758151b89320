/* SPDX-License-Identifier: Apache-2.0 */
#include "json_builder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int fail(struct json_builder *builder, const char *wrong)
{
    builder->wrong = wrong;
    return 0;
}

int json_builder_add(struct json_builder *builder, json_t *value)
{
    if (value == NULL || builder->values++ >= JSON_BUILDER_VALUES) {
        json_decref(value);
        return fail(builder, value == NULL ? "no memory, or no UTF-8" : "otherData is too large");
    }
    if (builder->depth == 0) {
        builder->root = value;
        return 1;
    }
    json_t *to = builder->open[builder->depth - 1];
    if (json_is_array(to))
        return json_array_append_new(to, value) == 0 || fail(builder, "no memory");
    char *key = builder->key[builder->depth - 1];
    builder->key[builder->depth - 1] = NULL;
    const bool is_twice = key != NULL && json_object_get(to, key) != NULL;
    const bool fits = key != NULL && !is_twice;
    if (!fits)
        json_decref(value);
    const int added = fits && json_object_set_new(to, key, value) == 0;
    free(key);
    return added || fail(builder, is_twice ? "a key twice" : "no memory, or no UTF-8");
}

int json_builder_open(struct json_builder *builder, bool is_array)
{
    json_t *value = is_array ? json_array() : json_object();
    if (builder->depth == JSON_BUILDER_DEPTH) {
        json_decref(value);
        return fail(builder, "otherData is nested too deep");
    }
    if (!json_builder_add(builder, value))
        return 0;
    builder->open[builder->depth++] = value;
    return 1;
}

bool json_builder_close(struct json_builder *builder)
{
    free(builder->key[--builder->depth]);
    builder->key[builder->depth] = NULL;
    return builder->depth == 0;
}

int json_builder_key(struct json_builder *builder, const char *text, size_t length)
{
    char **key = &builder->key[builder->depth - 1];
    free(*key);
    *key = memchr(text, '\0', length) == NULL ? strndup(text, length) : NULL;
    return *key != NULL || fail(builder, "a key with a NUL, or no memory");
}

int json_builder_text(struct json_builder *builder, const char *text, size_t length)
{
    return json_builder_add(builder, json_stringn(text, length));
}

/* As jansson reads them: whole numbers of 64 bits are kept, others are real. */
int json_builder_number(struct json_builder *builder, const char *text, size_t length)
{
    char number[64];
    if (length >= sizeof number)
        return fail(builder, "a number that is too long");
    memcpy(number, text, length);
    number[length] = '\0';
    errno = 0;
    const long long whole = strtoll(number, NULL, 10);
    if (strpbrk(number, ".eE") == NULL && errno == 0)
        return json_builder_add(builder, json_integer(whole));
    return json_builder_add(builder, json_real(strtod(number, NULL)));
}
