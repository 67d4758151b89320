/* SPDX-License-Identifier: Apache-2.0 */
#include "sprintf_trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 256u

static size_t line(char *out, const struct sprintf_span *span, char phase, uint64_t at_ns)
{
    return (size_t)snprintf(out, LINE_MAX_BYTES,
                            "{\"cat\":\"%s\",\"pid\":%i,\"tid\":%i,\"ts\":%" PRId64
                            ",\"ph\":\"%c\",\"name\":\"%s\",\"args\":{}},\n",
                            span->category, 1, 2, (int64_t)(at_ns / 1000), phase, span->name);
}

uint64_t sprintf_trace_to_memory(const struct sprintf_span *spans, uint32_t count, char *buffer,
                                 size_t size)
{
    uint64_t bytes = 0;
    size_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (at + 2 * (size_t)LINE_MAX_BYTES > size)
            at = 0;
        size_t began = line(buffer + at, &spans[i], 'B', spans[i].began_ns);
        size_t ended = line(buffer + at + began, &spans[i], 'E', spans[i].ended_ns);
        at += began + ended;
        bytes += began + ended;
    }
    return bytes;
}

uint64_t sprintf_trace_to_file(const struct sprintf_span *spans, uint32_t count, const char *path)
{
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return 0;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        char out[LINE_MAX_BYTES];
        bytes += fwrite(out, 1, line(out, &spans[i], 'B', spans[i].began_ns), file);
        bytes += fwrite(out, 1, line(out, &spans[i], 'E', spans[i].ended_ns), file);
    }
    return fclose(file) == 0 ? bytes : 0;
}
