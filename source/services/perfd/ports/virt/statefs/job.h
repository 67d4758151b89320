/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One export into /state, as a state machine that never blocks:
 *
 *   LIST what is there -> BEGIN -> TXN_PUT chunks -> COMMIT -> SYNC -> the trace is durable
 *   -> as long as there are more than enough: LIST, DEL the oldest -> SYNC
 *
 * One request is under way at a time, each with a deadline. On any failure what was begun is taken
 * back (ABORT, and DEL and SYNC where a COMMIT may have been served) behind the caller's back, as
 * exporter_poll() is called: the next export waits for it. No trace is deleted before a newer one
 * is durable, so the disk needs room for one more than are kept.
 */
#ifndef PERFD_VIRT_STATEFS_JOB_H
#define PERFD_VIRT_STATEFS_JOB_H

#include "ports/virt/statefs/transport.h"
#include "statefs/client.h"

#define EXPORTER_FRAME_BYTES STATEFS_FRAME_BYTES
#define EXPORTER_DEADLINE_NS UINT64_C(2000000000)
#define EXPORTER_KEPT        8u
#define EXPORTER_VALUE_BYTES 1048576u

struct exporter_config {
    uint32_t frame_bytes; /* 512..STATEFS_FRAME_MAX: the largest request that the server reads */
    uint32_t value_bytes; /* the largest trace that the store takes */
    uint32_t kept;        /* 1..: traces; the oldest beyond go */
    uint64_t deadline_ns; /* of each request */
};

#define EXPORTER_CONFIG_DEFAULT                                                                    \
    {                                                                                              \
        .frame_bytes = EXPORTER_FRAME_BYTES, .value_bytes = EXPORTER_VALUE_BYTES,                  \
        .kept = EXPORTER_KEPT, .deadline_ns = EXPORTER_DEADLINE_NS,                                \
    }

enum exporter_step {
    EXPORTER_IDLE,
    EXPORTER_WAIT, /* until what an earlier export left is taken back */
    EXPORTER_LIST,
    EXPORTER_BEGIN,
    EXPORTER_FILL, /* the caller's turn: bytes gather in the frame */
    EXPORTER_PUT,
    EXPORTER_COMMIT,
    EXPORTER_SYNC,
    EXPORTER_TRIM_LIST,
    EXPORTER_TRIM_DELETE,
    EXPORTER_TRIM_SYNC,
    EXPORTER_DONE,
    EXPORTER_FAILED,
};

/* What a LIST of the traces has found so far. */
struct exporter_scan {
    uint32_t traces;
    uint64_t highest_ts, oldest_ts;
    uint8_t oldest[STATEFS_KEY_MAX], last[STATEFS_KEY_MAX];
    uint32_t oldest_length, last_length; /* last: the last key of the page, of whatever kind */
};

struct exporter {
    struct statefs_transport *transport;
    struct exporter_config config;
    struct statefs_client client;
    enum exporter_step step;
    int error; /* FAILED: why, a negative perfd_error */

    /* The request under way. */
    bool sending, waiting;
    size_t length;
    uint64_t deadline_ns;

    /* This export. */
    uint8_t name[STATEFS_KEY_MAX], key[STATEFS_KEY_MAX];
    uint32_t name_length, key_length, filled;
    uint64_t ts_ms, txn;
    bool has_chunk;    /* the key is in the transaction: also an empty trace has one */
    bool committing;   /* the caller has no more bytes */
    bool may_be_there; /* a COMMIT was sent, and no SYNC has made it good */
    bool trimmed;      /* deletions wait for their SYNC */
    struct exporter_scan scan;

    /* To be taken back. */
    bool cleaning;
    uint64_t clean_txn;
    uint8_t clean_key[STATEFS_KEY_MAX];
    uint32_t clean_key_length; /* 0: none */
    bool clean_sync;           /* after its deletion */

    uint8_t frame[STATEFS_FRAME_MAX];
    uint8_t reply[STATEFS_FRAME_BYTES];
};

void exporter_init(struct exporter *exporter, struct statefs_transport *transport,
                   const struct exporter_config *config);

/* As the functions of port.h. exporter.h has what is behind their back. */
int exporter_open(struct exporter *exporter, const char *name, uint64_t ts_ms, uint64_t bytes);
int exporter_write(struct exporter *exporter, const uint8_t *bytes, size_t length);
int exporter_commit(struct exporter *exporter, char *uri, size_t size);
void exporter_abort(struct exporter *exporter);

#endif
