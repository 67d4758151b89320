/* SPDX-License-Identifier: Apache-2.0 */
#include "marker.h"

#include "core.h"
#include "json.h"
#include "ports/port.h"
#include "text.h"

/* The longest is a stop: a name of 48 bytes and three figures of at most 21. */
#define LINE_MAX_BYTES 160

/* Apart, so that the line does not lie on the stack of what prints it: calls are served there. */
__attribute__((noinline)) static void print(const struct perfd *perfd, const char *what,
                                            const char *name, const char *rest,
                                            const uint64_t *values)
{
    char bytes[LINE_MAX_BYTES];
    struct put line = {.bytes = bytes, .size = sizeof bytes};
    put_text(&line, what);
    put_text(&line, name);
    json_put(&line, rest, values);
    perfd_port_marker(perfd->port, line.bytes, line.length);
}

void marker_start(const struct perfd *perfd, const struct session *s)
{
    print(perfd, "perf: start ", s->name, " (budget=%rms)\n", &s->budget_ns);
}

void marker_stop(const struct perfd *perfd, const struct session *s, const struct perfd_metrics *m)
{
    const uint64_t figures[] = {m->session_milli_fps, m->session_p95_ns, m->session_long};
    if (s->interval_count > 0)
        print(perfd, "perf: stop ", s->name, " fps=%h p95=%r long=%u\n", figures);
    else
        print(perfd, "perf: stop ", s->name, " fps=- p95=- long=%u\n", &m->session_long);
}

void marker_reject(const struct perfd *perfd, enum perfd_reject reason)
{
    /* In the order of enum perfd_reject. */
    static const char classes[] = "invalid\0denied\0over_limit\0rate_limited\0malformed";
    print(perfd, "perfd: reject ", text_nth(classes, (uint32_t)reason), "\n", NULL);
}
