/* SPDX-License-Identifier: Apache-2.0 */
#include "marker.h"

#include "core.h"
#include "ports/port.h"
#include "put.h"

/* The longest is a stop: a name of 48 bytes and three figures of at most 21. */
#define LINE_MAX_BYTES 160

static void print(const struct perfd *perfd, struct put *line)
{
    put_char(line, '\n');
    perfd_port_marker(perfd->port, line->bytes, line->length);
}

void marker_start(const struct perfd *perfd, const struct session *s)
{
    char bytes[LINE_MAX_BYTES];
    struct put line = {.bytes = bytes, .size = sizeof bytes};
    put_text(&line, "perf: start ");
    put_bytes(&line, s->name, s->name_length);
    put_text(&line, " (budget=");
    put_fixed(&line, s->budget_ns, 6, 3);
    put_text(&line, "ms)");
    print(perfd, &line);
}

void marker_stop(const struct perfd *perfd, const struct session *s, const struct perfd_metrics *m)
{
    char bytes[LINE_MAX_BYTES];
    struct put line = {.bytes = bytes, .size = sizeof bytes};
    put_text(&line, "perf: stop ");
    put_bytes(&line, s->name, s->name_length);
    if (s->interval_count > 0) {
        put_text(&line, " fps=");
        put_fixed(&line, m->session_milli_fps, 3, 2);
        put_text(&line, " p95=");
        put_fixed(&line, m->session_p95_ns, 6, 3);
    } else {
        put_text(&line, " fps=- p95=-");
    }
    put_text(&line, " long=");
    put_u64(&line, m->session_long);
    print(perfd, &line);
}

void marker_reject(const struct perfd *perfd, enum perfd_reject reason)
{
    static const char *const class[PERFD_REJECTS] = {
        [PERFD_REJECT_INVALID] = "invalid",       [PERFD_REJECT_DENIED] = "denied",
        [PERFD_REJECT_OVER_LIMIT] = "over_limit", [PERFD_REJECT_RATE_LIMITED] = "rate_limited",
        [PERFD_REJECT_MALFORMED] = "malformed",
    };
    char bytes[LINE_MAX_BYTES];
    struct put line = {.bytes = bytes, .size = sizeof bytes};
    put_text(&line, "perfd: reject ");
    put_text(&line, class[reason]);
    print(perfd, &line);
}
