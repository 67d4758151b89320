/* SPDX-License-Identifier: Apache-2.0 */
/* JSON on top of put.h. */
#ifndef PERFD_CORE_JSON_H
#define PERFD_CORE_JSON_H

#include "perfd/perfd.h"
#include "put.h"

/* The longest that a text of so many bytes becomes, with its quotes. */
#define JSON_STRING_MAX(bytes) (2 + 6 * (bytes))

/* In quotes, escaped. Each maximal part of ill-formed UTF-8 becomes one U+FFFD. */
void json_put_string(struct put *p, struct perfd_text text);

/*
 * Writes a text in which ' stands for ". A word (of [A-Za-z0-9_]) before : or % is a member's name:
 * it gets its quotes and its colon and, unless it is the first in its object, a comma before it.
 * % with a letter stands for the next value:
 *   %u  42             %i  -42, of an int64_t       %x  0x2a, in quotes
 *   %k  16666.667      nanoseconds as microseconds
 *   %m  16.666667      nanoseconds as milliseconds
 *   %f  59.940         thousandths
 *   %r  16.667         nanoseconds as milliseconds, rounded
 *   %h  59.94          thousandths, rounded to hundredths
 *   %M  %F             the same as %m and %f, but null where the value is 0
 *   %n  42             and where it is 0, each %m after it is null
 *   %c  x              a character, which needs no escape
 *   %b  true           or false where the value is 0
 * What stands in [] is left out where the one value in it is 0. So "running" BOOL "fps" FPS_ANY is
 * ,"running":false,"fps":59.940 for 0 and 59940: a call is little code, and a member little text.
 */
#define COUNT   "%u"
#define BOOL    "%b"
#define HEX     "%x"
#define MICROS  "%k"
#define MILLIS  "%m"
#define MS_ANY  "%M"
#define FPS_ANY "%F"
void json_put(struct put *p, const char *format, const uint64_t *values);

#endif
