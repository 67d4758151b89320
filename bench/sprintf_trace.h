/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stated comparison for exports: a Chrome Trace as small tracers write it, with one snprintf()
 * for each begin and each end, and one fwrite() for each line. Written for this benchmark.
 */
#ifndef SPRINTF_TRACE_H
#define SPRINTF_TRACE_H

#include <stddef.h>
#include <stdint.h>

struct sprintf_span {
    const char *name, *category;
    uint64_t began_ns, ended_ns;
};

/* Over and over into a buffer, which is kept in the cache. Gives how many bytes it made. */
uint64_t sprintf_trace_to_memory(const struct sprintf_span *spans, uint32_t count, char *buffer,
                                 size_t size);

/* As a file; 0: it cannot be written. */
uint64_t sprintf_trace_to_file(const struct sprintf_span *spans, uint32_t count, const char *path);

#endif
