/* SPDX-License-Identifier: Apache-2.0 */
#include "trace_chunk.h"

void trace_chunk_ask(const struct trace_chunks *chunks, struct nx_client *rpc)
{
    struct perf_read_trace_request_builder request = perf_read_trace_call(rpc);
    perf_read_trace_request_set_session_id(request, chunks->session);
    perf_read_trace_request_set_export_id(request, chunks->export_id);
    perf_read_trace_request_set_offset(request, chunks->offset);
    perf_read_trace_request_set_cap_bytes(request, chunks->cap_bytes);
}

enum perf_status trace_chunk_take(struct trace_chunks *chunks, struct nx_client *rpc,
                                  struct nx_data *data)
{
    struct perf_read_trace_response_reader response = perf_read_trace_results(rpc);
    enum perf_status status = perf_read_trace_response_get_status(response);
    if (status != PERF_STATUS_OK)
        return status;
    *data = perf_read_trace_response_get_data(response);
    chunks->export_id = perf_read_trace_response_get_export_id(response);
    chunks->total_bytes = perf_read_trace_response_get_total_bytes(response);
    chunks->end = perf_read_trace_response_get_end(response);
    chunks->offset += data->length;
    return PERF_STATUS_OK;
}

bool trace_chunk_is_stale(const struct trace_chunks *chunks, enum perf_status status)
{
    return status == PERF_STATUS_NOT_FOUND && chunks->export_id != 0;
}
