/* SPDX-License-Identifier: Apache-2.0 */
/* What traces are called in the store: /state/perf/traces/<name>-<ts>.json. */
#ifndef PERFD_VIRT_STATEFS_NAMES_H
#define PERFD_VIRT_STATEFS_NAMES_H

#include "statefs/statefs.h"

#define EXPORTER_FOLDER STATEFS_PREFIX "perf/traces/"

/* The ts of a trace's key; false for every other key. */
bool exporter_trace_ts(struct statefs_span key, uint64_t *ts_ms);

/* Writes the key to key[0..STATEFS_KEY_MAX); its length. 0: it would not be one that
 * exporter_trace_ts() knows again. The name has 48 bytes at most. */
uint32_t exporter_trace_key(uint8_t *key, struct statefs_span name, uint64_t ts_ms);

/* state://perf/traces/<name>-<ts>.json, NUL-terminated; false: no room. */
bool exporter_trace_uri(struct statefs_span key, char *uri, size_t size);

static inline void statefs_copy(uint8_t *to, const uint8_t *from, size_t length)
{
    for (size_t i = 0; i < length; i++)
        to[i] = from[i];
}

#endif
