/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "perfctl.h"

/* The exit code of an error, after a line. */
static int say_unreachable(const struct common *common, int error)
{
    const char *address = common->address != NULL ? common->address : getenv("PERF_SOCKET");
    fprintf(stderr, "perfctl: %s: %s\n", address != NULL ? address : "perfd's default socket",
            perf_client_error_text(error));
    switch (error) {
    case PERF_CLIENT_EXCEPTION:
        return EXIT_STATUS;
    case PERF_CLIENT_ADDRESS:
    case PERF_CLIENT_TOO_BIG:
        return EXIT_UNUSABLE;
    default:
        return EXIT_UNREACHABLE;
    }
}

void connect_service(struct perf_client *client, const struct common *common)
{
    int result = perf_client_connect(client, common->address);
    if (result < 0)
        exit(say_unreachable(common, result));
}

int try_service(struct perf_client *client, const struct common *common)
{
    int result = perf_client_call(client);
    return result < 0 ? say_unreachable(common, result) : EXIT_FINE;
}

void call_service(struct perf_client *client, const struct common *common)
{
    int code = try_service(client, common);
    if (code != EXIT_FINE)
        exit(code);
}

static const struct {
    const char *name;
    const char *words;
} status_texts[] = {
    [PERF_STATUS_OK] = {"ok", "fine"},
    [PERF_STATUS_NOT_FOUND] = {"notFound", "no such session, or none at all"},
    [PERF_STATUS_ACCESS_DENIED] = {"accessDenied", "this user may not do that"},
    [PERF_STATUS_READ_ONLY] = {"readOnly", "the store is read-only"},
    [PERF_STATUS_NOT_DIRECTORY] = {"notDirectory", "not a directory"},
    [PERF_STATUS_IS_DIRECTORY] = {"isDirectory", "a directory"},
    [PERF_STATUS_EXISTS] = {"exists", "exists already"},
    [PERF_STATUS_NO_SPACE] = {"noSpace", "no space left"},
    [PERF_STATUS_TOO_BIG] = {"tooBig", "does not fit into the size asked for"},
    [PERF_STATUS_INTEGRITY] = {"integrity", "the store is damaged"},
    [PERF_STATUS_BUSY] = {"busy", "in use; try again"},
    [PERF_STATUS_INVALID] = {"invalid", "a name or a number out of its bounds"},
    [PERF_STATUS_UNSUPPORTED] = {"unsupported", "this service cannot do that"},
    [PERF_STATUS_IO] = {"io", "the store could not be written"},
    [PERF_STATUS_RATE_LIMITED] = {"rateLimited", "too many in a second"},
};

const char *status_name(enum perf_status status)
{
    size_t count = sizeof status_texts / sizeof status_texts[0];
    return (size_t)status < count ? status_texts[status].name : "unknown";
}

int check_status(const char *what, enum perf_status status)
{
    if (status == PERF_STATUS_OK)
        return EXIT_FINE;
    size_t count = sizeof status_texts / sizeof status_texts[0];
    fprintf(stderr, "perfctl: %s: %s (%s)\n", what, status_name(status),
            (size_t)status < count ? status_texts[status].words : "from a newer service");
    return EXIT_STATUS;
}

uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
