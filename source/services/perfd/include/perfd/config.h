/* SPDX-License-Identifier: Apache-2.0 */
/*
 * perfd's limits. All memory follows from them: perfd_arena_bytes() for numbers known at run time,
 * PERFD_ARENA_BYTES() for a static array. Both printed by `perfctl info`.
 */
#ifndef PERFD_CONFIG_H
#define PERFD_CONFIG_H

#include <stdint.h>

/* Fixed by the interface (bytes, without a NUL). */
#define PERFD_NAME_MAX         48
#define PERFD_LANE_NAME_MAX    31
#define PERFD_PROCESS_NAME_MAX 15
#define PERFD_LABEL_MAX        63
#define PERFD_CATEGORY_MAX     31
#define PERFD_CATEGORIES_MAX   127 /* bytes of those that a session asks for */
#define PERFD_FILE_MAX         127
#define PERFD_URI_MAX          4200

struct perfd_config {
    uint32_t
        sessions;    /* 1..16: how many may run at once, each with a ring and indexes of its own */
    uint32_t frames; /* 8..1,048,576: presented frames in a session's ring, the window */
    uint32_t lanes;  /* 1..64: open at once; half of them, and of their records, is the most that a
                        client may have that writes one itself */
    uint32_t lane_records;     /* 64..2^24, a power of two: 16-byte records of all lanes together; a
                                  second pool of the same size holds the copy that exports read */
    uint32_t labels;           /* 2..65,535, `<unknown>` among them */
    uint32_t label_text_bytes; /* 64..2^24: names, categories and files, each stored once */
    uint32_t clients;          /* 1..64: senders at once */
    uint32_t client_labels;    /* 1..labels: how many of them one client may make */
    uint32_t span_depth;       /* 1..255: spans open at once in a lane; deeper ones are counted */
    uint32_t records_per_second; /* per client; 0: no limit */
    uint64_t export_bytes;       /* a trace's cap where the caller names none; 4,096 or more */
};

/* The default: 1 MiB in all, of which 512 KiB is lanes and their copy. */
#define PERFD_CONFIG_DEFAULT                                                                       \
    {                                                                                              \
        .sessions = 2, .frames = 1200, .lanes = 16, .lane_records = 16384, .labels = 512,          \
        .label_text_bytes = 16384, .clients = 16, .client_labels = 256, .span_depth = 32,          \
        .records_per_second = 0, .export_bytes = 65536,                                            \
    }

/* The smallest that still makes sense: fits 64 KiB. */
#define PERFD_CONFIG_SMALL                                                                         \
    {                                                                                              \
        .sessions = 1, .frames = 90, .lanes = 2, .lane_records = 512, .labels = 64,                \
        .label_text_bytes = 2048, .clients = 4, .client_labels = 48, .span_depth = 16,             \
        .records_per_second = 0, .export_bytes = 65536,                                            \
    }

/*
 * PERFD_ARENA_BYTES: the arena as a constant expression, equal to perfd_arena_bytes() for the same
 * numbers; the configuration's other fields take no memory. For the default:
 *     static _Alignas(8) uint8_t arena[PERFD_ARENA_BYTES(2, 1200, 16, 16384, 512, 16384, 16, 32)];
 * The sizes that it counts with are those of the core's structs, on every machine: the core holds
 * them against each other.
 */
#define PERFD_ARENA_BYTES(sessions, frames, lanes, lane_records, labels, label_text_bytes,         \
                          clients, span_depth)                                                     \
    PERFD_ARENA_BYTES_WITH(PERFD_WINDOW_WORDS(frames), sessions, frames, lanes, lane_records,      \
                           labels, label_text_bytes, clients, span_depth)
#define PERFD_ARENA_BYTES_WITH(window_words, sessions, frames, lanes, lane_records, labels,        \
                               label_text_bytes, clients, span_depth)                              \
    (PERFD_CONTEXT_BYTES + (clients)*PERFD_CLIENT_BYTES +                                          \
     (sessions) * (PERFD_SESSION_BYTES + PERFD_HISTOGRAM_BYTES + (frames)*PERFD_FRAME_BYTES +      \
                   8 * (window_words)) +                                                           \
     (labels)*PERFD_LABEL_BYTES + PERFD_ROUND_8((labels)*PERFD_LABEL_SLOT_BYTES) +                 \
     PERFD_ROUND_8(label_text_bytes) + (lanes) * (PERFD_LANE_BYTES + PERFD_LANE_COPY_BYTES) +      \
     2 * (lane_records)*PERFD_LANE_RECORD_BYTES + (frames)*PERFD_FRAME_BYTES +                     \
     4 * PERFD_ROUND_8((frames)*PERFD_TRACE_FRAME_BYTES / 4) +                                     \
     PERFD_ROUND_8((span_depth)*PERFD_SPAN_DEPTH_BYTES))

/* What each of them takes. */
#define PERFD_CONTEXT_BYTES     3080u
#define PERFD_CLIENT_BYTES      48u
#define PERFD_SESSION_BYTES     656u
#define PERFD_HISTOGRAM_BYTES   (264u + 31u * 128u * 4u)
#define PERFD_FRAME_BYTES       80u
#define PERFD_LABEL_BYTES       64u
#define PERFD_LABEL_SLOT_BYTES  4u
#define PERFD_LANE_BYTES        160u
#define PERFD_LANE_COPY_BYTES   160u
#define PERFD_LANE_RECORD_BYTES 16u
#define PERFD_TRACE_FRAME_BYTES 16u /* beside the copy of the frame itself: four arrays */
#define PERFD_SPAN_DEPTH_BYTES  4u

/* What keeps a window's intervals, work and latencies in order: for each of the three, runs of
 * values that are at least half full, and two words for each place in the list of runs. Runs are
 * longer in a larger window, so that the list stays short. */
#define PERFD_WINDOW_WORDS(frames) (3u * PERFD_ORDER_WORDS(frames))
#define PERFD_ORDER_WORDS(values)  PERFD_ORDER_WORDS_OF(values, PERFD_ORDER_FULL(values))
#define PERFD_ORDER_WORDS_OF(values, full)                                                         \
    (2u * PERFD_ORDER_PLACES(values, full) +                                                       \
     ((values) < (full) ? (full) : 2u * (values) & ~((full)-1)))
/* The shortest of which no more than 32 * full are needed. */
#define PERFD_ORDER_FULL(values)         ((values) <= 65536 ? 64u : (values) <= 262144 ? 128u : 256u)
#define PERFD_ORDER_PLACES(values, full) ((values) <= 2048 ? 64u : 32u * (full))

#define PERFD_ROUND_8(bytes) (((bytes) + 7) / 8 * 8)

#endif
