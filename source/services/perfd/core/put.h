/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded text sink in integers only: markers and the trace writer print through it.
 *
 * What does not fit is left out whole (one put_* call is all or nothing) and sets overflow; from
 * then on nothing more is taken, so that the text is always a prefix at a call's boundary.
 */
#ifndef PERFD_CORE_PUT_H
#define PERFD_CORE_PUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct put {
    char *bytes;         /* the caller's; not NUL-terminated */
    size_t size, length; /* size shrinks to length where something did not fit */
    bool overflow;
};

void put_bytes(struct put *p, const char *bytes, size_t length);
void put_text(struct put *p, const char *text); /* NUL-terminated */
void put_char(struct put *p, char c);
void put_u64(struct put *p, uint64_t value);
void put_i64(struct put *p, int64_t value);

/*
 * value / 10^divisor_digits with exactly `decimals` decimals, rounded half up. decimals is at most
 * divisor_digits, and that at most 19. Nanoseconds as us: (3, 3); as ms: (6, 6) exact, (6, 3)
 * rounded.
 */
void put_fixed(struct put *p, uint64_t value, unsigned divisor_digits, unsigned decimals);

/* Is it one of [A-Za-z0-9._-]? */
bool put_is_plain(char c);

/* Bytes outside [A-Za-z0-9._-] as %XX, so that no client's text can forge a marker line. */
void put_percent_escaped(struct put *p, const char *bytes, size_t length);

#endif
