/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON value out of a parser's events. Each gives 1, or 0 and says what is wrong. */
#ifndef PERFCTL_JSON_BUILDER_H
#define PERFCTL_JSON_BUILDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define JSON_BUILDER_DEPTH  16u
#define JSON_BUILDER_VALUES 1000000u /* otherData has some thousands */

struct json_builder {
    json_t *root; /* the builder's user's, in the end */
    json_t *open[JSON_BUILDER_DEPTH];
    char *key[JSON_BUILDER_DEPTH]; /* of the value that comes next, in each */
    unsigned depth, values;
    const char *wrong;
};

int json_builder_open(struct json_builder *builder, bool is_array);
int json_builder_key(struct json_builder *builder, const char *text, size_t length);
int json_builder_text(struct json_builder *builder, const char *text, size_t length);
int json_builder_number(struct json_builder *builder, const char *text, size_t length);
int json_builder_add(struct json_builder *builder, json_t *value);

/* True: that was the root. */
bool json_builder_close(struct json_builder *builder);

#endif
