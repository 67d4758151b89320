/* SPDX-License-Identifier: Apache-2.0 */
/* The job that prepares a trace, hands it to the port's exporter and says where it is. */
#include "core.h"
#include "marker.h"
#include "ports/port.h"
#include "text.h"
#include "trace_parts.h"

#define WRITES_A_STEP 64 /* pieces that the port is offered at once */

static void set_name(struct perfd *perfd, struct perfd_text name)
{
    struct put p = {.bytes = perfd->trace.export_name, .size = PERFD_NAME_MAX};
    if (name.length > 0)
        put_bytes(&p, name.bytes, name.length);
    else
        put_text(&p, perfd->trace.frozen.metrics.name);
    p.bytes[p.length] = '\0';
}

int perfd_export_begin(struct perfd *perfd, uint32_t session, struct perfd_text name,
                       uint64_t cap_bytes, uint64_t now_ns)
{
    if (name.length > 0 && !session_name_valid(name)) {
        perfd_reject(perfd, PERFD_REJECT_INVALID);
        return PERFD_INVALID;
    }
    int trace = perfd_trace_begin(perfd, session, cap_bytes, now_ns);
    if (trace < 0)
        return trace;
    set_name(perfd, name);
    perfd->trace.export.trace = (uint32_t)trace;
    perfd->trace.export.stage = EXPORT_PREPARE;
    return PERFD_OK;
}

static int open_file(struct perfd *perfd)
{
    const struct trace *t = &perfd->trace;
    int result = perfd_port_export_open(perfd->port, t->export_name, t->frozen.end_ns / 1000000,
                                        t->totals.bytes);
    if (result < 0)
        return result;
    perfd->trace.export.stage = EXPORT_WRITE;
    return PERFD_MORE;
}

/* Pieces go to the port straight from where they were formatted. */
static int write_pieces(struct perfd *perfd)
{
    struct trace *t = &perfd->trace;
    for (unsigned i = 0; i < WRITES_A_STEP; i++) {
        uint32_t length;
        const char *bytes = trace_peek(perfd, &length);
        if (length == 0) {
            t->export.stage = EXPORT_COMMIT;
            return PERFD_MORE;
        }
        int taken = perfd_port_export_write(perfd->port, bytes, length);
        if (taken < 0)
            return taken;
        if (taken == 0)
            return PERFD_WAIT;
        trace_skip(t, (uint32_t)taken);
    }
    return PERFD_MORE;
}

static void put_marker(struct perfd *perfd, const char *uri)
{
    struct trace *t = &perfd->trace;
    uint32_t length = text_of(uri).length;
    struct put p = {.bytes = t->piece, .size = TRACE_PIECE};
    put_text(&p, "perf: trace ");
    size_t room = MARKER_MAX - 1 - p.length;
    if (length <= room) {
        put_bytes(&p, uri, length);
    } else {
        put_bytes(&p, uri, room - 3);
        put_text(&p, "...");
    }
    put_char(&p, '\n');
    perfd_port_marker(perfd->port, p.bytes, p.length);
    cursor_start(t); /* its piece was the line's scratch */
}

static int commit(struct perfd *perfd, struct perfd_export_result *out)
{
    struct trace *t = &perfd->trace;
    int result = perfd_port_export_commit(perfd->port, out->uri, sizeof out->uri);
    if (result < 0)
        return result;
    if (result > 0)
        return PERFD_WAIT;
    t->export.stage = EXPORT_NONE;
    put_marker(perfd, out->uri);
    return perfd_trace_info(perfd, t->export.trace, &out->trace);
}

static int step(struct perfd *perfd, struct perfd_export_result *out)
{
    struct trace_export *e = &perfd->trace.export;
    int result;
    switch (e->stage) {
    case EXPORT_PREPARE:
        result = perfd_trace_step(perfd, e->trace);
        if (result != PERFD_OK)
            return result;
        e->stage = EXPORT_OPEN;
        return PERFD_MORE;
    case EXPORT_OPEN:
        return open_file(perfd);
    case EXPORT_WRITE:
        return write_pieces(perfd);
    case EXPORT_COMMIT:
        return commit(perfd, out);
    case EXPORT_NONE:
        break;
    }
    return PERFD_NOT_FOUND;
}

int perfd_export_step(struct perfd *perfd, struct perfd_export_result *out)
{
    int result = step(perfd, out);
    if (result < 0)
        perfd_export_cancel(perfd);
    return result;
}

void perfd_export_cancel(struct perfd *perfd)
{
    struct trace_export *e = &perfd->trace.export;
    if (e->stage == EXPORT_NONE)
        return;
    if (e->stage != EXPORT_PREPARE)
        perfd_port_export_abort(perfd->port);
    e->stage = EXPORT_NONE;
    trace_forget(&perfd->trace);
}
