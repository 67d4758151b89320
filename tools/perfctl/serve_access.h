/* SPDX-License-Identifier: Apache-2.0 */
/* Who may see the page: who has the token, and comes by its own address. A page of another site
 * that gets a browser here (by its address, or by a name that it lets point to 127.0.0.1) has
 * neither. */
#ifndef PERFCTL_SERVE_ACCESS_H
#define PERFCTL_SERVE_ACCESS_H

#include <libwebsockets.h>
#include <stdbool.h>

#define SERVE_TOKEN_DIGITS 32
#define SERVE_HOST_MAX     32
/* For an argument of an address: the library stops at the first one that does not fit. */
#define SERVE_ARGUMENT_MAX 128

struct serve_access {
    char token[SERVE_TOKEN_DIGITS + 1]; /* 128 random bits */
    int port;
};

/* False: the system has no random numbers; errno says why. */
bool serve_access_make(struct serve_access *access);

/* Does the request come to 127.0.0.1 or localhost, and, where it says from which page, from one of
 * the same? host gets what it calls us. */
bool serve_access_is_own(const struct serve_access *access, struct lws *wsi, bool needs_origin,
                         char host[static SERVE_HOST_MAX]);

/* Has it ?token=... in its address? */
bool serve_access_has_token(const struct serve_access *access, struct lws *wsi);

#endif
