/* SPDX-License-Identifier: Apache-2.0 */
#include "serve_access.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define HTTP_PORT 80
#define SCHEME    "http://"

bool serve_access_make(struct serve_access *access)
{
    unsigned char bytes[SERVE_TOKEN_DIGITS / 2];
    ssize_t got;
    do
        got = getrandom(bytes, sizeof bytes, 0);
    while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof bytes)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(access->token + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

static bool is_host(const struct serve_access *access, const char *host)
{
    static const char *const names[] = {"127.0.0.1", "localhost"};
    char own[SERVE_HOST_MAX];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(own, sizeof own, "%s:%d", names[i], access->port);
        if (strcmp(host, own) == 0 || (access->port == HTTP_PORT && strcmp(host, names[i]) == 0))
            return true;
    }
    return false;
}

bool serve_access_is_own(const struct serve_access *access, struct lws *wsi, bool needs_origin,
                         char host[static SERVE_HOST_MAX])
{
    char origin[sizeof SCHEME - 1 + SERVE_HOST_MAX];
    if (lws_hdr_copy(wsi, host, SERVE_HOST_MAX, WSI_TOKEN_HOST) <= 0 || !is_host(access, host))
        return false;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) <= 0)
        return !needs_origin;
    return lws_hdr_copy(wsi, origin, sizeof origin, WSI_TOKEN_ORIGIN) > 0 &&
           strncmp(origin, SCHEME, sizeof SCHEME - 1) == 0 &&
           strcmp(origin + sizeof SCHEME - 1, host) == 0;
}

bool serve_access_has_token(const struct serve_access *access, struct lws *wsi)
{
    char room[SERVE_ARGUMENT_MAX];
    const char *given = lws_get_urlarg_by_name(wsi, "token=", room, sizeof room);
    if (given == NULL || strlen(given) != SERVE_TOKEN_DIGITS)
        return false;
    /* In the same time wherever they differ. */
    unsigned differs = 0;
    for (size_t i = 0; i < SERVE_TOKEN_DIGITS; i++)
        differs |= (unsigned char)(given[i] ^ access->token[i]);
    return differs == 0;
}
