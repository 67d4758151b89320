/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service of the calls that marks make, in the process of the test: it takes note of what it is
 * asked, answers as it is told, and its lanes lie open. It knows nothing of perfd's own reading.
 */
#ifndef MARK_SERVICE_H
#define MARK_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "perfd/lane_layout.h"

#define SERVICE_LANES   8
#define SERVICE_LABELS  16
#define SERVICE_RECORDS 256
#define SERVICE_FRAMES  4

struct service_lane {
    char name[32];
    uint32_t records; /* wanted */
    bool shared, closed;
    struct perf_lane_header *header; /* as the service has it mapped */
    struct perf_lane_slot *slot;
    int fd;
};

struct service_label {
    char name[64], category[32], file[128];
    uint32_t line;
    uint64_t budget_cpu_us, budget_gpu_us, budget_mem_bytes;
};

/* As `record` brings them. */
struct service_record {
    uint64_t time_ns;
    uint32_t lane, label, kind; /* the union's tag */
    char name[64];
    uint64_t value;
};

struct service_frame {
    uint64_t id, presented_at_ns, began_at_ns, ui_ns;
    bool presented, after_idle;
};

struct service {
    /* What it does. */
    bool away;            /* nobody listens */
    bool shares;          /* memory, where it is asked to */
    bool ticks;           /* stamps are of the tick counter, else ns */
    bool no_labels;       /* there is no room for a label */
    uint32_t slots;       /* of each lane */
    uint32_t most;        /* records that a lane may want; 0: any number */
    int lane_status;      /* of every openLane */
    bool no_descriptors;  /* an answer without them */
    bool always_promises; /* memory, even where nobody has asked for it */
    /* What it was asked. */
    unsigned connections, calls, open_descriptors;
    struct service_lane lane[SERVICE_LANES]; /* lane n is lane[n - 1] */
    unsigned lanes;
    struct service_label label[SERVICE_LABELS];
    unsigned labels;
    struct service_record record[SERVICE_RECORDS];
    unsigned records, record_calls;
    struct service_frame frame[SERVICE_FRAMES];
    unsigned frames;
    uint32_t *enable; /* the word */
};

extern struct service service;

/* Anew: it shares lanes of 8 slots in ticks, and marks are on. */
void service_start(void);
void service_stop(void);

/* The connection breaks at the next call. */
void service_cut(void);

void service_enable(bool on);

#endif
