/* SPDX-License-Identifier: Apache-2.0 */
/*
 * perfd's embedding API: the frame pacing tracer without its wire.
 *
 * Everything here runs in one call tree, on one thread, in memory that the caller gave to
 * perfd_init(): nothing allocates, nothing blocks, every loop is bounded by the configuration.
 * A service that speaks Cap'n Proto links ../../server on top; a program that wants frame
 * statistics without a wire can call these functions directly.
 *
 * Conventions
 *   Times are nanoseconds (u64) of the port's one monotonic clock. Time comes in with the event:
 * each call that needs "now" is told, so a scripted clock, a replay and the real thing are the same
 * code. Results are 0 or a positive payload, or one of `enum perfd_error` (negative). Text is UTF-8
 * with a length, and need not be NUL-terminated. A call that fails has changed nothing but the
 * counters in perfd_health().
 */
#ifndef PERFD_PERFD_H
#define PERFD_PERFD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "perfd/config.h"

#define PERFD_VERSION "0.1.0"

struct perfd;      /* the tracer; lives at the start of the arena */
struct perfd_port; /* the host that it runs on, defined by each port; see ports/port.h */

/* The negatives of the `Status` values of perf.capnp, so that the server negates and is done. */
enum perfd_error {
    PERFD_OK = 0,
    PERFD_NOT_FOUND = -1,
    PERFD_ACCESS_DENIED = -2,
    PERFD_READ_ONLY = -3,
    PERFD_NOT_DIRECTORY = -4,
    PERFD_IS_DIRECTORY = -5,
    PERFD_EXISTS = -6,
    PERFD_NO_SPACE = -7,
    PERFD_TOO_BIG = -8,
    PERFD_INTEGRITY = -9,
    PERFD_BUSY = -10,
    PERFD_INVALID = -11,
    PERFD_UNSUPPORTED = -12,
    PERFD_IO = -13,
    PERFD_RATE_LIMITED = -14,
};

/* A job's step answers one of these where it is neither done (0) nor failed (negative). */
enum perfd_progress {
    PERFD_MORE = 1, /* call again when it suits: there is work to do */
    PERFD_WAIT = 2, /* call again when the port says so: it is busy with what it was given */
};

/* A few words in ROM, "not found" say; never NULL. */
const char *perfd_error_text(int error);

struct perfd_text {
    const char *bytes; /* may be NULL where length is 0 */
    uint32_t length;
};

/* --- Setting up ------------------------------------------------------------------------------- */

/*
 * Lays the tracer out in arena[0..len) and stores it in *out. The arena must be aligned to 8, hold
 * perfd_arena_bytes(config) and outlive every other call; len may be larger. The configuration is
 * copied. PERFD_INVALID: a field out of its range, a misaligned arena; PERFD_NO_SPACE: too small.
 */
int perfd_init(struct perfd **out, void *arena, size_t len, const struct perfd_config *config,
               struct perfd_port *port) __attribute__((warn_unused_result));

/* What perfd_init() takes for this configuration, in bytes: the value of PERFD_ARENA_BYTES for the
 * same numbers. 0 where a field is out of its range. */
size_t perfd_arena_bytes(const struct perfd_config *config);

/* How much of the arena was ever in use. It is what init took, and never moves afterwards. */
size_t perfd_arena_high_water(const struct perfd *perfd);

const struct perfd_config *perfd_configuration(const struct perfd *perfd);

/* --- Clients ---------------------------------------------------------------------------------- */

enum perfd_capability {
    PERFD_CAP_CONTROL = 1, /* start, stop */
    PERFD_CAP_MARK = 2,    /* marks, frames, lanes, labels */
    PERFD_CAP_READ = 4,    /* metrics, frames, janks, snapshots, info */
    PERFD_CAP_EXPORT = 8,  /* exportLast, readTrace */
    PERFD_CAP_ALL = 15,
};

/*
 * A client is one sender: a connection, a channel. Its lanes, its labels and its place as a
 * session's only ticker hang on it. Returns its id (1 or more); PERFD_BUSY where all config.clients
 * are taken.
 */
int perfd_client_open(struct perfd *perfd) __attribute__((warn_unused_result));

/*
 * Which process the client is: traces show the lanes that it opens from now on under this pid and
 * name (up to PERFD_PROCESS_NAME_MAX bytes; empty: the pid alone). pid 0, or without this call:
 * they are in the session's process, whose pid is 1. PERFD_NOT_FOUND: no such client;
 * PERFD_INVALID: the name is too long or has a NUL in it; PERFD_UNSUPPORTED: this perfd was linked
 * without.
 */
int perfd_client_process(struct perfd *perfd, int client, uint32_t pid, struct perfd_text name)
    __attribute__((warn_unused_result));

/* The client hung up. Its lanes close (their records stay until the space is needed), its sessions
 * go on for others to stop, and another client may take over its ticking. Unknown ids are ignored.
 */
void perfd_client_close(struct perfd *perfd, int client);

/* --- Sessions --------------------------------------------------------------------------------- */

struct perfd_start {
    struct perfd_text name; /* 1..48 of [A-Za-z0-9._-], not starting with '.' */
    uint64_t budget_ns;     /* 1,000 (1 us) .. 10,000,000,000 (10 s) */
    uint64_t
        long_frame_ns;    /* a frame this long is long; 0: 3/2 of the frame's budget, rounded up */
    uint64_t idle_gap_ns; /* a longer gap is idleness, not an interval; 0: no such rule */
    struct perfd_text categories; /* of marks that its traces show, with commas between them, at
                                   * most PERFD_CATEGORIES_MAX bytes; an empty one among them: marks
                                   * without a category; empty: all marks */
    bool oneshot; /* keeps the oldest: when the ring is full, frames are refused, and marks
                   * that would overwrite one of its own */
    uint32_t warmup_frames; /* the first ticks, presented or not, that count in no metric */
};

/* Starts a session and prints its marker. Returns its id (1 or more, never used twice).
 * PERFD_INVALID: name or budget; PERFD_BUSY: every slot runs (a stopped session's slot is taken,
 * oldest first). */
int perfd_start(struct perfd *perfd, int client, const struct perfd_start *start, uint64_t now_ns)
    __attribute__((warn_unused_result));

struct perfd_metrics;

/*
 * Stops a session: freezes its records, fills *out and prints its marker.
 * session 0: the one this client started, else the only one running.
 * PERFD_NOT_FOUND: no such session runs; PERFD_INVALID: 0 and several run, none of them this
 * client's.
 */
int perfd_stop(struct perfd *perfd, int client, uint32_t session, uint64_t now_ns,
               struct perfd_metrics *out) __attribute__((warn_unused_result));

/* --- Frames ----------------------------------------------------------------------------------- */

enum perfd_phase { PERFD_UI, PERFD_LAYOUT, PERFD_RENDER, PERFD_PRESENT, PERFD_PHASES };

struct perfd_tick {
    uint32_t session;                /* 0: the one this client started, else the only one running */
    uint64_t frame_id;               /* strictly increasing within a session */
    uint64_t presented_at_ns;        /* 0: now */
    uint64_t began_at_ns;            /* 0: not given */
    uint64_t deadline_at_ns;         /* 0: none */
    uint64_t phase_ns[PERFD_PHASES]; /* 0: not given */
    uint64_t input_at_ns;            /* 0: none */
    uint64_t budget_ns;              /* 0: the session's; else 1 us .. 10 s */
    bool presented;                  /* false: the frame was thrown away */
    bool after_idle;                 /* nothing was drawn before it on purpose */
};

/*
 * One frame. PERFD_NO_SPACE: the session keeps the oldest, and is full; PERFD_NOT_FOUND: no
 * session; PERFD_BUSY: another client ticks this session; PERFD_INVALID: the id or presented_at_ns
 * did not advance, presented_at_ns is over 1 s ahead of now_ns, a budget out of range, phases that
 * sum past 2^64, work or input after the presentation. Each is counted by reason.
 */
int perfd_tick(struct perfd *perfd, int client, const struct perfd_tick *tick, uint64_t now_ns)
    __attribute__((warn_unused_result));

/*
 * Ticks that clients wrote into lanes (perfd/lane_layout.h): each is one more perfd_tick() of its
 * client. A port that shares lanes calls it in front of every message that it serves and of every
 * client's end; where it gives true, at least twice a second besides: the newest overwrite the
 * oldest. A port that does not call it has clients that tick by calls.
 */
bool perfd_take_ticks(struct perfd *perfd);

struct perfd_frame_sample {
    uint64_t seq; /* 1 for the session's first presented frame */
    uint64_t frame_id;
    uint64_t presented_at_ns;
    uint64_t interval_ns; /* 0: none */
    uint64_t work_ns;     /* 0: unknown */
    uint64_t phase_ns[PERFD_PHASES];
    uint64_t budget_ns; /* the one in force for this frame */
    bool is_long, dropped, late, idle;
};

/*
 * Copies up to max frames that came after after_seq (0: all), oldest first. Returns how many;
 * *missed says how many of those asked for had left the ring already. out NULL: only counts.
 * session 0: as in perfd_read_metrics().
 */
int perfd_read_frames(const struct perfd *perfd, int client, uint32_t session, uint64_t after_seq,
                      struct perfd_frame_sample *out, uint32_t max, uint64_t *missed)
    __attribute__((warn_unused_result));

/* --- Metrics ---------------------------------------------------------------------------------- */

struct perfd_phase_metrics {
    uint64_t avg_ns, p95_ns, worst_ns; /* over the frames that gave the phase; 0 where none did */
};

/* Definitions: docs/perf/metrics.md. Figures over intervals are 0 where has_intervals is false. */
struct perfd_metrics {
    uint32_t session;
    char name[PERFD_NAME_MAX + 1]; /* NUL-terminated */
    bool running;
    bool has_intervals;
    bool session_exact; /* the session's percentiles are exact, not the histogram's upper edges */
    bool has_phases;    /* phase[] was asked for and filled */

    uint64_t budget_ns;
    uint64_t long_frame_ns; /* in force for a frame with the session's budget */

    /* Over the window: the presented frames in the ring. */
    uint64_t frames;
    uint64_t milli_fps;
    uint64_t avg_ns, p50_ns, p95_ns, p99_ns, p999_ns;
    uint64_t low1_milli_fps, low01_milli_fps; /* the second is 0 under 1,000 intervals */
    uint64_t longest_ns;
    uint64_t long_frames, dropped, late;
    uint64_t work_avg_ns, work_p95_ns, work_p99_ns, over_budget;
    uint64_t latency_count, latency_p50_ns, latency_p95_ns, latency_p99_ns;

    /* Over the whole session. */
    uint64_t session_frames;
    uint64_t session_milli_fps;
    uint64_t session_p50_ns, session_p95_ns, session_p99_ns, session_p999_ns;
    uint64_t session_longest_ns;
    uint64_t session_long, session_dropped, session_late;
    uint64_t session_ns; /* the sum of its intervals */
    uint64_t jank_dropped, jank_app, jank_gpu, jank_pipeline, jank_unknown;
    uint64_t last_frame_id; /* of the last tick taken, shown or thrown away; 0: there was none */

    struct perfd_phase_metrics phase[PERFD_PHASES];
};

/*
 * session 0: this client's running one, else the one that started last among the running, else the
 * last stopped. `phases` costs O(frames), all else O(log frames). PERFD_NOT_FOUND: no such session.
 */
int perfd_read_metrics(struct perfd *perfd, int client, uint32_t session, bool phases,
                       struct perfd_metrics *out) __attribute__((warn_unused_result));

/* --- Lanes, labels and marks ------------------------------------------------------------------ */

/*
 * A lane is a ring of records with one writer: the newest overwrite the oldest. `records` is what
 * the client would like (0: the default), rounded up to a power of two and down to what is left.
 * Returns the lane's id (1 or more, never used twice); *granted says how many records it got.
 * PERFD_INVALID: the name is longer than PERFD_LANE_NAME_MAX; PERFD_NO_SPACE: every lane is in use.
 */
int perfd_lane_open(struct perfd *perfd, int client, struct perfd_text name, uint32_t records,
                    uint32_t *granted) __attribute__((warn_unused_result));

/* Memory that the client writes marks into, as perfd/lane_layout.h says. */
struct perfd_lane_memory {
    uint64_t bytes;   /* 0: none is shared, calls write the lane */
    uint64_t address; /* where the client has it; 0: the port says otherwise */
    uint64_t clock;   /* ns = ticks * the lower half >> the upper half, roughly; 0: they are ns */
    uint64_t enable_address; /* as address */
};

/* The same, for a lane that the client writes itself where `share` says so and the port can: of 256
 * records or more, the header among them. A client may have half of the lanes and half of their
 * records for that, those by calls counted too: then PERFD_NO_SPACE. */
int perfd_lane_open_in(struct perfd *perfd, int client, struct perfd_text name, uint32_t records,
                       bool share, uint32_t *granted, struct perfd_lane_memory *memory)
    __attribute__((warn_unused_result));

/* What shared lanes are stamped with. */
struct perfd_ticks {
    const char *name; /* in ROM; empty: nanoseconds of the port's clock */
    uint64_t per_second;
    uint64_t error_ns; /* the furthest that the conversion was found off the clock */
};

void perfd_read_ticks(struct perfd *perfd, struct perfd_ticks *out);

/* PERFD_NOT_FOUND: not a lane of this client's. The records stay until the space is needed. */
int perfd_lane_close(struct perfd *perfd, int client, uint32_t lane)
    __attribute__((warn_unused_result));

struct perfd_lane_info {
    uint32_t id;                        /* 0: the account of marks without a lane */
    char name[PERFD_LANE_NAME_MAX + 1]; /* NUL-terminated */
    uint32_t records;
    bool shared;                              /* its client writes it itself */
    bool closed;                              /* its records stay until the place is needed */
    uint32_t pid;                             /* its client's process; 0: unknown */
    char process[PERFD_PROCESS_NAME_MAX + 1]; /* likewise; NUL-terminated */
    /* Since it was opened; of a shared one, as it was found at the last look. */
    uint64_t written, resident, overwritten;
    uint64_t dropped_torn, dropped_malformed, dropped_rate, dropped_no_session;
};

/* The lane with the lowest id from this one on; 0 comes first. PERFD_NOT_FOUND: there is none. */
int perfd_read_lane(const struct perfd *perfd, uint32_t from_id, struct perfd_lane_info *out)
    __attribute__((warn_unused_result));

/* Looks at all shared lanes, for what perfd_read_lane() says of them. */
void perfd_look_at_lanes(struct perfd *perfd);

struct perfd_label {
    struct perfd_text name;     /* 1..PERFD_LABEL_MAX bytes */
    struct perfd_text category; /* 0..PERFD_CATEGORY_MAX */
    struct perfd_text file;     /* 0..PERFD_FILE_MAX */
    uint32_t line;
    uint64_t budget_cpu_us, budget_gpu_us, budget_mem_bytes; /* 0: none */
};

/*
 * Interns a label and returns its id. The same name and category give the same id. A full table or
 * a client over its quota gets 0, `<unknown>`, and is counted: never an error. PERFD_INVALID: too
 * long. Ids hold while the client is open.
 */
int perfd_label(struct perfd *perfd, int client, const struct perfd_label *label)
    __attribute__((warn_unused_result));

enum perfd_mark_kind {
    PERFD_BEGIN,
    PERFD_END,
    PERFD_INSTANT,
    PERFD_COUNTER,     /* value: the counter's new value */
    PERFD_FLOW_START,  /* value: the flow's id */
    PERFD_FLOW_STEP,   /* value: the flow's id */
    PERFD_FLOW_END,    /* value: the flow's id */
    PERFD_ASYNC_BEGIN, /* value: the pair's id */
    PERFD_ASYNC_END,   /* value: the pair's id */
};

struct perfd_mark {
    enum perfd_mark_kind kind;
    uint32_t lane;  /* 0: the client's own, opened at its first mark */
    uint32_t label; /* an id from perfd_label(); 0: intern `name` */
    struct perfd_text name;
    uint64_t time_ns; /* 0: now; never before the lane's last record, at most 1 s ahead of now */
    int64_t value;
};

/* PERFD_NOT_FOUND: no session runs, or not this client's lane; PERFD_INVALID: name, label or time;
 * PERFD_NO_SPACE: no lane left for a first mark, or a session that keeps the oldest has filled it;
 * PERFD_RATE_LIMITED: over records_per_second. */
int perfd_mark(struct perfd *perfd, int client, const struct perfd_mark *mark, uint64_t now_ns)
    __attribute__((warn_unused_result));

/* --- Traces ----------------------------------------------------------------------------------- */

/*
 * One trace is prepared at a time: begin, step until it answers 0, then read. Begin freezes the
 * session's records and frames; recording goes on. cap_bytes bounds the file (0:
 * config.export_bytes), oldest detail is cut first. Returns the export's id (1 or more). An id is
 * good until the next begin or stop. session 0: the last stopped, else the one running; or a
 * snapshot's id (perfd/jank.h). begin:
 * PERFD_NOT_FOUND, PERFD_BUSY (another is being prepared or written); step: PERFD_TOO_BIG (the cap
 * holds not even the metadata), or PERFD_MORE; a step takes at most about a millisecond.
 */
int perfd_trace_begin(struct perfd *perfd, uint32_t session, uint64_t cap_bytes, uint64_t now_ns)
    __attribute__((warn_unused_result));
int perfd_trace_step(struct perfd *perfd, uint32_t trace) __attribute__((warn_unused_result));

struct perfd_trace_info {
    uint32_t session;
    uint64_t bytes; /* the trace's exact length */
    uint64_t records_dropped;
    uint32_t frames_dropped;
    bool truncated;
};
int perfd_trace_info(const struct perfd *perfd, uint32_t trace, struct perfd_trace_info *out)
    __attribute__((warn_unused_result));

/*
 * Copies the trace's bytes from offset on, as many as size holds or the trace has; *got says how
 * many (0 at its end). size 0 (buffer may be NULL): only winds to the offset. PERFD_MORE: still
 * winding to that offset (reading on from where the last call ended never needs to);
 * PERFD_NOT_FOUND: a stale id; PERFD_INVALID: an offset past the end; PERFD_BUSY: not prepared yet.
 */
int perfd_trace_read(struct perfd *perfd, uint32_t trace, uint64_t offset, void *buffer,
                     size_t size, size_t *got) __attribute__((warn_unused_result));

/*
 * The same trace into the port's exporter, as a job: begin once, step until it answers 0 or fails.
 * name: of the file; empty: the session's. Prints `perf: trace <uri>` when the bytes are durable. A
 * failure leaves no partial file. begin: as perfd_trace_begin(), and PERFD_INVALID for a name.
 */
int perfd_export_begin(struct perfd *perfd, uint32_t session, struct perfd_text name,
                       uint64_t cap_bytes, uint64_t now_ns) __attribute__((warn_unused_result));

struct perfd_export_result {
    struct perfd_trace_info trace;
    char uri[PERFD_URI_MAX + 1]; /* NUL-terminated */
};
int perfd_export_step(struct perfd *perfd, struct perfd_export_result *out)
    __attribute__((warn_unused_result));
void perfd_export_cancel(struct perfd *perfd);

/* --- Its own health --------------------------------------------------------------------------- */

/* Why something was turned away, as the marker `perfd: reject <class>` names it, once each. */
enum perfd_reject {
    PERFD_REJECT_INVALID,
    PERFD_REJECT_DENIED,
    PERFD_REJECT_OVER_LIMIT,
    PERFD_REJECT_RATE_LIMITED,
    PERFD_REJECT_MALFORMED,
    PERFD_REJECTS,
};

/* Counts, and prints the marker the first time. The core calls it itself for what the core refuses;
 * a server calls it for what it refuses before the core is asked. */
void perfd_reject(struct perfd *perfd, enum perfd_reject reason);

struct perfd_health {
    bool ledger_balanced;

    /* Records, all lanes since the start: written is the sum of the six below. */
    uint64_t written, resident, overwritten;
    uint64_t dropped_torn, dropped_malformed, dropped_rate, dropped_no_session;

    /* The last export: copied is the sum of the five below. */
    uint64_t copied, exported, cut, filtered, unpaired, outside;
    /* Its spans: begins = paired + closed_at_export + closed_by_parent + begins_too_deep,
     * ends = paired + orphan + mismatched + ends_too_deep. */
    uint64_t begins, paired, closed_at_export, closed_by_parent, begins_too_deep;
    uint64_t ends, orphan, mismatched, ends_too_deep;

    /* Frames refused, by reason. */
    uint64_t ticks_backwards, ticks_future, ticks_invalid, ticks_no_session, ticks_busy;

    uint64_t labels_used;
    uint64_t labels_unknown; /* marks and calls that got `<unknown>` because of a limit */

    uint64_t rejected[PERFD_REJECTS];

    uint64_t calls;
    uint64_t cost_last_second_ns; /* spent in calls during the last whole second */
    uint64_t worst_call_ns;
};

void perfd_read_health(struct perfd *perfd, uint64_t now_ns, struct perfd_health *out);

/* A server says what one call has cost. */
void perfd_account(struct perfd *perfd, uint64_t now_ns, uint64_t spent_ns);

#endif
