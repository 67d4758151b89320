/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON on top of put.h. A key brings the comma before it, unless the last byte opened its object.
 * Text that starts with a key goes on with an object of an earlier text.
 */
#ifndef PERFD_CORE_JSON_H
#define PERFD_CORE_JSON_H

#include "perfd/perfd.h"
#include "put.h"

/* The longest that a text of so many bytes becomes, with its quotes. */
#define JSON_STRING_MAX(bytes) (2 + 6 * (bytes))

/* In quotes, escaped. Each maximal part of ill-formed UTF-8 becomes one U+FFFD. */
void json_string(struct put *p, struct perfd_text text);

void json_key(struct put *p, const char *key);    /* "key": */
void json_object(struct put *p, const char *key); /* "key":{ */

void json_word(struct put *p, const char *key, const char *value); /* in quotes, not escaped */
void json_u64(struct put *p, const char *key, uint64_t value);
void json_bool(struct put *p, const char *key, bool value);
void json_hex(struct put *p, const char *key, uint64_t value); /* "0x1f", in quotes */
void json_ms(struct put *p, const char *key, uint64_t ns);     /* 16.666667 */
void json_us(struct put *p, const char *key, uint64_t ns);     /* 16666.667 */
void json_fps(struct put *p, const char *key, uint64_t milli); /* 59.940 */

/* The same, but null where there is no figure. */
void json_ms_or_null(struct put *p, const char *key, uint64_t ns, bool given);
void json_fps_or_null(struct put *p, const char *key, uint64_t milli, bool given);

#endif
