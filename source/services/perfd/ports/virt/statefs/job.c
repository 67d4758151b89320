/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/virt/statefs/job.h"

#include "perfd/perfd.h"
#include "ports/virt/exporter.h"
#include "ports/virt/statefs/names.h"

/* More than any export does at once: a page of LIST leads to the next at the most so often. */
#define STEPS_A_POLL 64

static const uint8_t folder[] = EXPORTER_FOLDER;

static struct statefs_span folder_span(void)
{
    return (struct statefs_span){folder, sizeof folder - 1};
}

void exporter_init(struct exporter *exporter, struct statefs_transport *transport,
                   const struct exporter_config *config)
{
    *exporter = (struct exporter){.transport = transport, .config = *config};
    /* Of an earlier life's nonces none is near. */
    statefs_client_init(&exporter->client, statefs_transport_now_ns(transport) << 16);
}

static int error_of(uint8_t status)
{
    switch ((enum statefs_status)status) {
    case STATEFS_NOT_FOUND:
        return PERFD_NOT_FOUND;
    case STATEFS_ACCESS_DENIED:
        return PERFD_ACCESS_DENIED;
    case STATEFS_TOO_LARGE:
        return PERFD_TOO_BIG;
    case STATEFS_UNSUPPORTED:
        return PERFD_UNSUPPORTED;
    case STATEFS_INTEGRITY:
    case STATEFS_ROLLBACK:
        return PERFD_INTEGRITY;
    case STATEFS_BUSY:
        return PERFD_BUSY;
    case STATEFS_NO_SPACE:
        return PERFD_NO_SPACE;
    default:
        return PERFD_IO;
    }
}

/* --- Requests --- */

static void set_deadline(struct exporter *exporter)
{
    exporter->deadline_ns =
        statefs_transport_now_ns(exporter->transport) + exporter->config.deadline_ns;
}

/* Taking back has no deadline of its own: who waits for it has one. */
static void start(struct exporter *exporter, struct statefs_request request)
{
    exporter->length = statefs_client_request(&exporter->client, &request, exporter->frame,
                                              exporter->config.frame_bytes);
    exporter->sending = true;
    if (!exporter->cleaning)
        set_deadline(exporter);
}

static struct statefs_span key_span(const struct exporter *exporter)
{
    return (struct statefs_span){exporter->key, exporter->key_length};
}

static void start_list(struct exporter *exporter, enum exporter_step step)
{
    const struct exporter_scan *scan = &exporter->scan;
    exporter->step = step;
    start(exporter, (struct statefs_request){.op = STATEFS_OP_LIST,
                                             .key = folder_span(),
                                             .value = {scan->last, scan->last_length},
                                             .limit = STATEFS_LIST_MAX});
}

static void start_scan(struct exporter *exporter, enum exporter_step step)
{
    exporter->scan = (struct exporter_scan){0};
    start_list(exporter, step);
}

static void start_put(struct exporter *exporter)
{
    uint8_t *chunk = exporter->frame + STATEFS_TXN_PUT_BYTES + exporter->key_length;
    exporter->step = EXPORTER_PUT;
    start(exporter, (struct statefs_request){.op = STATEFS_OP_TXN_PUT,
                                             .txn = exporter->txn,
                                             .key = key_span(exporter),
                                             .value = {chunk, exporter->filled}});
    exporter->filled = 0;
    exporter->has_chunk = true;
}

static void start_commit(struct exporter *exporter)
{
    exporter->step = EXPORTER_COMMIT;
    exporter->may_be_there = true;
    start(exporter, (struct statefs_request){.op = STATEFS_OP_COMMIT, .txn = exporter->txn});
}

/* --- Taking back --- */

/* The request under way is given up; where it was sent, its answer is still waited for. */
static void take_back(struct exporter *exporter)
{
    exporter->sending = false;
    exporter->clean_txn = exporter->txn;
    exporter->clean_key_length = exporter->may_be_there ? exporter->key_length : 0;
    statefs_copy(exporter->clean_key, exporter->key, exporter->clean_key_length);
    exporter->txn = 0;
    exporter->may_be_there = false;
    exporter->cleaning = true;
}

/* The next thing to take back; false: nothing is left. */
static bool clean_next(struct exporter *exporter)
{
    if (exporter->clean_txn != 0) {
        start(exporter,
              (struct statefs_request){.op = STATEFS_OP_ABORT, .txn = exporter->clean_txn});
        exporter->clean_txn = 0;
        return true;
    }
    if (exporter->clean_key_length != 0) {
        start(exporter,
              (struct statefs_request){.op = STATEFS_OP_DEL,
                                       .key = {exporter->clean_key, exporter->clean_key_length}});
        exporter->clean_key_length = 0;
        exporter->clean_sync = true;
        return true;
    }
    if (exporter->clean_sync) {
        start(exporter, (struct statefs_request){.op = STATEFS_OP_SYNC});
        exporter->clean_sync = false;
        return true;
    }
    exporter->cleaning = false;
    return false;
}

static void fail(struct exporter *exporter, int error)
{
    if (exporter->step >= EXPORTER_TRIM_LIST && exporter->step <= EXPORTER_TRIM_SYNC) {
        exporter->step = EXPORTER_DONE; /* it is durable; the next export trims */
    } else if (exporter->step >= EXPORTER_WAIT && exporter->step <= EXPORTER_SYNC) {
        exporter->step = EXPORTER_FAILED;
        exporter->error = error;
    }
    if (!exporter->cleaning)
        take_back(exporter);
}

/* --- Replies --- */

static void take_page(struct exporter *exporter, const struct statefs_reply *reply)
{
    struct exporter_scan *scan = &exporter->scan;
    struct statefs_span list = reply->value;
    struct statefs_span key;
    while (statefs_list_take(&list, &key)) {
        uint64_t ts;
        scan->last_length = key.length;
        statefs_copy(scan->last, key.bytes, key.length);
        if (!exporter_trace_ts(key, &ts))
            continue;
        if (scan->traces == 0 || ts < scan->oldest_ts) {
            scan->oldest_ts = ts;
            scan->oldest_length = key.length;
            statefs_copy(scan->oldest, key.bytes, key.length);
        }
        scan->highest_ts = scan->traces == 0 || ts > scan->highest_ts ? ts : scan->highest_ts;
        scan->traces++;
    }
}

/* Above every trace that is there: the clock begins anew with every boot. */
static void name_trace(struct exporter *exporter)
{
    const struct exporter_scan *scan = &exporter->scan;
    if (scan->traces > 0 && scan->highest_ts >= exporter->ts_ms)
        exporter->ts_ms = scan->highest_ts + 1;
    exporter->key_length = exporter_trace_key(
        exporter->key, (struct statefs_span){exporter->name, exporter->name_length},
        exporter->ts_ms);
    if (exporter->key_length == 0) {
        fail(exporter, PERFD_EXISTS);
        return;
    }
    exporter->step = EXPORTER_BEGIN;
    start(exporter, (struct statefs_request){.op = STATEFS_OP_BEGIN});
}

/* Deletes one, and looks again: whatever else happened meanwhile, the count is true. */
static void trim(struct exporter *exporter)
{
    const struct exporter_scan *scan = &exporter->scan;
    if (scan->traces > exporter->config.kept) {
        exporter->step = EXPORTER_TRIM_DELETE;
        start(exporter, (struct statefs_request){.op = STATEFS_OP_DEL,
                                                 .key = {scan->oldest, scan->oldest_length}});
    } else if (exporter->trimmed) {
        exporter->step = EXPORTER_TRIM_SYNC;
        start(exporter, (struct statefs_request){.op = STATEFS_OP_SYNC});
    } else {
        exporter->step = EXPORTER_DONE;
    }
}

static void take_reply(struct exporter *exporter, const struct statefs_reply *reply)
{
    switch (exporter->step) {
    case EXPORTER_LIST:
    case EXPORTER_TRIM_LIST:
        take_page(exporter, reply);
        if (reply->more != 0 && reply->count > 0)
            start_list(exporter, exporter->step);
        else if (exporter->step == EXPORTER_LIST)
            name_trace(exporter);
        else
            trim(exporter);
        break;
    case EXPORTER_BEGIN:
        exporter->txn = reply->txn;
        exporter->step = EXPORTER_FILL;
        break;
    case EXPORTER_PUT:
        exporter->step = EXPORTER_FILL;
        break;
    case EXPORTER_COMMIT:
        exporter->txn = 0;
        exporter->step = EXPORTER_SYNC;
        start(exporter, (struct statefs_request){.op = STATEFS_OP_SYNC});
        break;
    case EXPORTER_SYNC:
        exporter->may_be_there = false;
        start_scan(exporter, EXPORTER_TRIM_LIST);
        break;
    case EXPORTER_TRIM_DELETE:
        exporter->trimmed = true;
        start_scan(exporter, EXPORTER_TRIM_LIST);
        break;
    default:
        exporter->step = EXPORTER_DONE;
    }
}

/* --- Going on --- */

/* True: the reply to the request under way is here. */
static bool exchange(struct exporter *exporter, struct statefs_reply *reply)
{
    struct statefs_transport *transport = exporter->transport;
    int result = 0;
    if (exporter->sending) {
        result = statefs_transport_send(transport, exporter->frame, exporter->length);
        exporter->sending = result == 0;
        exporter->waiting = result > 0;
    }
    while (exporter->waiting && result >= 0) {
        result = statefs_transport_receive(transport, exporter->reply, sizeof exporter->reply);
        if (result == 0)
            return false;
        if (result > 0 &&
            statefs_client_reply(&exporter->client, reply, exporter->reply, (size_t)result)) {
            exporter->waiting = false;
            return true;
        }
    }
    if (result >= 0)
        return false;
    /* Nobody is there to take anything back from. */
    exporter->sending = exporter->waiting = false;
    fail(exporter, PERFD_IO);
    exporter->clean_txn = 0;
    exporter->clean_key_length = 0;
    exporter->clean_sync = false;
    exporter->cleaning = false;
    return false;
}

static bool step_cleaning(struct exporter *exporter)
{
    struct statefs_reply reply;
    if (!exporter->sending && !exporter->waiting)
        return clean_next(exporter);
    if (!exchange(exporter, &reply))
        return false;
    /* The answer that was not waited for may have begun what nobody wants. */
    if (reply.op == STATEFS_OP_BEGIN && reply.status == STATEFS_OK)
        exporter->clean_txn = reply.txn;
    return true;
}

static bool step_job(struct exporter *exporter)
{
    struct statefs_reply reply;
    if (exporter->step == EXPORTER_WAIT) {
        start_scan(exporter, EXPORTER_LIST);
        return true;
    }
    if (exporter->step == EXPORTER_FILL && exporter->committing) {
        if (exporter->filled > 0 || !exporter->has_chunk)
            start_put(exporter);
        else
            start_commit(exporter);
        return true;
    }
    if ((!exporter->sending && !exporter->waiting) || !exchange(exporter, &reply))
        return false;
    if (reply.status == STATEFS_OK)
        take_reply(exporter, &reply);
    else
        fail(exporter, error_of(reply.status));
    return true;
}

static bool job_waits(const struct exporter *exporter)
{
    return exporter->step == EXPORTER_WAIT ||
           (!exporter->cleaning && (exporter->sending || exporter->waiting));
}

void exporter_poll(struct exporter *exporter)
{
    bool moved = exporter != NULL;
    for (unsigned i = 0; moved && i < STEPS_A_POLL; i++)
        moved = exporter->cleaning ? step_cleaning(exporter) : step_job(exporter);
    if (exporter != NULL && job_waits(exporter) &&
        statefs_transport_now_ns(exporter->transport) >= exporter->deadline_ns)
        fail(exporter, PERFD_IO);
}

uint64_t exporter_deadline_ns(const struct exporter *exporter)
{
    return exporter != NULL && job_waits(exporter) ? exporter->deadline_ns : 0;
}

/* --- The caller's --- */

int exporter_open(struct exporter *exporter, const char *name, uint64_t ts_ms, uint64_t bytes)
{
    uint32_t length = 0;
    while (name[length] != '\0' && length <= PERFD_NAME_MAX)
        length++;
    if (length == 0 || length > PERFD_NAME_MAX)
        return PERFD_INVALID;
    if (bytes > exporter->config.value_bytes)
        return PERFD_TOO_BIG;
    exporter_abort(exporter);
    exporter->name_length = length;
    statefs_copy(exporter->name, (const uint8_t *)name, length);
    exporter->ts_ms = ts_ms;
    exporter->filled = 0;
    exporter->has_chunk = exporter->committing = exporter->trimmed = false;
    exporter->step = EXPORTER_WAIT;
    set_deadline(exporter);
    exporter_poll(exporter);
    return exporter->step == EXPORTER_FAILED ? exporter->error : PERFD_OK;
}

int exporter_write(struct exporter *exporter, const uint8_t *bytes, size_t length)
{
    exporter_poll(exporter);
    if (exporter->step == EXPORTER_FAILED)
        return exporter->error;
    if (exporter->step == EXPORTER_IDLE)
        return PERFD_INVALID;
    if (exporter->step != EXPORTER_FILL)
        return 0;
    uint32_t room = statefs_chunk_room(exporter->config.frame_bytes, exporter->key_length);
    uint32_t left = room - exporter->filled;
    uint32_t part = length < left ? (uint32_t)length : left;
    uint8_t *chunk = exporter->frame + STATEFS_TXN_PUT_BYTES + exporter->key_length;
    statefs_copy(chunk + exporter->filled, bytes, part);
    exporter->filled += part;
    if (exporter->filled == room) {
        start_put(exporter);
        exporter_poll(exporter);
    }
    return (int)part;
}

int exporter_commit(struct exporter *exporter, char *uri, size_t size)
{
    if (exporter->step == EXPORTER_IDLE)
        return PERFD_INVALID;
    exporter->committing = true;
    exporter_poll(exporter);
    if (exporter->step == EXPORTER_FAILED)
        return exporter->error;
    if (exporter->step != EXPORTER_DONE)
        return 1;
    exporter->step = EXPORTER_IDLE;
    return exporter_trace_uri(key_span(exporter), uri, size) ? PERFD_OK : PERFD_TOO_BIG;
}

void exporter_abort(struct exporter *exporter)
{
    enum exporter_step step = exporter->step;
    exporter->step = EXPORTER_IDLE;
    if (!exporter->cleaning && step != EXPORTER_IDLE && step != EXPORTER_DONE)
        take_back(exporter);
    exporter_poll(exporter);
}
