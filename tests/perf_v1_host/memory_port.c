/* SPDX-License-Identifier: Apache-2.0 */
#include "memory_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perfd/perfd.h"
#include "ports/port.h"

/* Counts the call, and says whether it is the one. */
static enum memory_trouble trouble(struct perfd_port *port, enum memory_function function)
{
    struct memory_plan *plan = &port->plan;

    plan->calls++;
    if (plan->at == 0 || plan->calls != plan->at)
        return MEMORY_WELL;
    plan->struck = function;
    if (plan->trouble == MEMORY_LATE)
        port->now_ns += MEMORY_LATE_NS;
    return plan->trouble;
}

uint64_t perfd_port_now_ns(struct perfd_port *port)
{
    switch (trouble(port, MEMORY_NOW)) {
    case MEMORY_FAIL:
        return 0;
    case MEMORY_SHORT:
        return port->now_ns - 1;
    default:
        return port->now_ns;
    }
}

const char *perfd_port_clock_name(struct perfd_port *port)
{
    enum memory_trouble now = trouble(port, MEMORY_CLOCK_NAME);
    return now == MEMORY_FAIL || now == MEMORY_SHORT ? "" : "scripted";
}

uint64_t perfd_port_clock_step_ns(struct perfd_port *port)
{
    return trouble(port, MEMORY_CLOCK_STEP) == MEMORY_FAIL ? 0 : 1;
}

void perfd_port_marker(struct perfd_port *port, const char *line, size_t length)
{
    if (length == 0 || length > 512 || memchr(line, '\n', length) != line + length - 1 ||
        memchr(line, '\0', length) != NULL)
        port->bad_markers++;
    switch (trouble(port, MEMORY_MARKER)) {
    case MEMORY_FAIL:
        return;
    case MEMORY_SHORT:
        length /= 2;
        break;
    default:
        break;
    }
    if (port->markers_length + length >= sizeof port->markers)
        return;
    memcpy(port->markers + port->markers_length, line, length);
    port->markers_length += length;
    port->markers[port->markers_length] = '\0';
}

const char *perfd_port_ticks(struct perfd_port *port, uint64_t *ticks, uint64_t *ns)
{
    enum memory_trouble now = trouble(port, MEMORY_TICKS);

    *ns = port->now_ns;
    *ticks = port->ticks_a_us != 0 ? port->now_ns / 1000 * port->ticks_a_us : port->now_ns;
    if (now == MEMORY_FAIL)
        *ticks = *ns = 0;
    if (now == MEMORY_SHORT) {
        *ticks -= 1;
        *ns -= 1;
    }
    return port->ticks_a_us != 0 ? "counter" : "";
}

int perfd_port_share(struct perfd_port *port, void *memory, size_t bytes, uint64_t *address,
                     uint64_t *enable_address)
{
    enum memory_trouble now = trouble(port, MEMORY_SHARE);
    char *start = memory;

    if (bytes == 0 || bytes % 4096 != 0)
        port->misuses++;
    for (unsigned i = 0; i < port->shared_count; i++)
        if (start < (char *)port->shared[i].memory + port->shared[i].bytes &&
            (char *)port->shared[i].memory < start + bytes)
            port->misuses++;
    if (!port->shares || port->shared_count == MEMORY_SHARED_MAX)
        return PERFD_UNSUPPORTED;
    if (now == MEMORY_FAIL || now == MEMORY_SHORT)
        return port->plan.error;
    memset(memory, 0, bytes);
    port->shared[port->shared_count++] = (struct memory_shared){memory, bytes};
    *address = (uintptr_t)memory;
    *enable_address = (uintptr_t)&port->marks_on;
    return 0;
}

void perfd_port_unshare(struct perfd_port *port, void *memory, size_t bytes)
{
    enum memory_trouble now = trouble(port, MEMORY_UNSHARE);
    unsigned i = 0;

    while (i < port->shared_count && port->shared[i].memory != memory)
        i++;
    if (i == port->shared_count || port->shared[i].bytes != bytes) {
        port->misuses++;
        return;
    }
    if (now == MEMORY_FAIL || now == MEMORY_SHORT)
        memset(memory, 0, bytes);
    for (port->shared_count--; i < port->shared_count; i++)
        port->shared[i] = port->shared[i + 1];
}

void perfd_port_marks_enable(struct perfd_port *port, bool on)
{
    enum memory_trouble now = trouble(port, MEMORY_ENABLE);

    if (now != MEMORY_FAIL && now != MEMORY_SHORT)
        port->marks_on = on;
}

static void discard(struct perfd_port *port)
{
    free(port->open.bytes);
    memset(&port->open, 0, sizeof port->open);
    port->is_open = port->left_over = false;
}

int perfd_port_export_open(struct perfd_port *port, const char *name, uint64_t ts_ms,
                           uint64_t bytes)
{
    enum memory_trouble now = trouble(port, MEMORY_OPEN);

    port->opens++;
    if (port->left_over)
        discard(port);
    if (port->is_open || strlen(name) >= sizeof port->open.name) {
        port->misuses++;
        return PERFD_IO;
    }
    if (port->faults.open_error < 0)
        return port->faults.open_error;
    if (now == MEMORY_FAIL || now == MEMORY_SHORT) {
        port->is_open = now == MEMORY_SHORT;
        return port->plan.error;
    }
    discard(port);
    memcpy(port->open.name, name, strlen(name) + 1);
    port->open.ts_ms = ts_ms;
    port->open.announced = bytes;
    port->is_open = true;
    port->busy_left = port->faults.write_busy;
    port->commit_busy_left = port->faults.commit_busy;
    return 0;
}

static void append(struct memory_file *file, const void *bytes, size_t length)
{
    if (length > file->room - file->length) {
        file->room = (file->length + length) * 2;
        file->bytes = realloc(file->bytes, file->room);
        if (file->bytes == NULL)
            abort();
    }
    memcpy(file->bytes + file->length, bytes, length);
    file->length += length;
}

int perfd_port_export_write(struct perfd_port *port, const void *bytes, size_t length)
{
    const struct memory_faults *faults = &port->faults;
    enum memory_trouble now = trouble(port, MEMORY_WRITE);

    port->writes++;
    if (!port->is_open || length == 0) {
        port->misuses++;
        return PERFD_IO;
    }
    if (now == MEMORY_FAIL)
        return port->plan.error;
    if (now == MEMORY_LATE)
        port->busy_left += MEMORY_LATE_TIMES;
    if (now == MEMORY_SHORT)
        length = 1;
    if (faults->write_error < 0 && port->open.length >= faults->write_error_after)
        return faults->write_error;
    if (port->busy_left > 0) {
        port->busy_left--;
        return 0;
    }
    port->busy_left = faults->write_busy;
    if (faults->write_at_most > 0 && length > faults->write_at_most)
        length = faults->write_at_most;
    append(&port->open, bytes, length);
    if (port->open.length > port->open.announced)
        port->misuses++;
    return (int)length;
}

int perfd_port_export_commit(struct perfd_port *port, char *uri, size_t size)
{
    enum memory_trouble now = trouble(port, MEMORY_COMMIT);

    port->commits++;
    if (!port->is_open || port->open.length != port->open.announced) {
        port->misuses++;
        return PERFD_IO;
    }
    if (now == MEMORY_FAIL)
        return port->plan.error;
    if (now == MEMORY_LATE)
        port->commit_busy_left += MEMORY_LATE_TIMES;
    if (port->faults.commit_error < 0)
        return port->faults.commit_error;
    if (port->commit_busy_left > 0) {
        port->commit_busy_left--;
        return 1;
    }
    free(port->done.bytes);
    port->done = port->open;
    memset(&port->open, 0, sizeof port->open);
    port->is_open = false;
    if (now == MEMORY_SHORT)
        snprintf(uri, size, "m");
    else
        snprintf(uri, size, "memory://%s-%llu.json", port->done.name,
                 (unsigned long long)port->done.ts_ms);
    return 0;
}

void perfd_port_export_abort(struct perfd_port *port)
{
    enum memory_trouble now = trouble(port, MEMORY_ABORT);

    port->aborts++;
    port->left_over = now == MEMORY_FAIL || now == MEMORY_SHORT;
    if (!port->left_over)
        discard(port);
}

void memory_port_clear(struct perfd_port *port)
{
    free(port->open.bytes);
    free(port->done.bytes);
    memset(port, 0, sizeof *port);
}

static unsigned count_lines(const struct perfd_port *port, const char *text, bool whole)
{
    size_t length = strlen(text);
    unsigned count = 0;

    for (const char *line = port->markers; *line != '\0'; line = strchr(line, '\n') + 1) {
        if (strncmp(line, text, length) == 0 && (!whole || line[length] == '\n'))
            count++;
        if (strchr(line, '\n') == NULL)
            break;
    }
    return count;
}

unsigned memory_port_count(const struct perfd_port *port, const char *line)
{
    return count_lines(port, line, true);
}

unsigned memory_port_count_prefix(const struct perfd_port *port, const char *prefix)
{
    return count_lines(port, prefix, false);
}
