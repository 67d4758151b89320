/* SPDX-License-Identifier: Apache-2.0 */
/* LTTng-UST's tracepoints; it includes this several times. */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER perfd_bench
#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "peers/lttng_events.h"

#if !defined LTTNG_EVENTS_H || defined LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ
#define LTTNG_EVENTS_H

#include <lttng/tracepoint.h>
#include <stdint.h>

LTTNG_UST_TRACEPOINT_EVENT(perfd_bench, span_begin, LTTNG_UST_TP_ARGS(uint32_t, label),
                           LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(uint32_t, label, label)))
LTTNG_UST_TRACEPOINT_EVENT(perfd_bench, span_end, LTTNG_UST_TP_ARGS(uint32_t, label),
                           LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(uint32_t, label, label)))

#endif

#include <lttng/tracepoint-event.h>
