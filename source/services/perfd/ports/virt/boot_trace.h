/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot as a session of its own: what came up when, as instants, from reset to the first frame;
 * then it goes to the store. Where there is none, readTrace has it until the next session stops.
 */
#ifndef PERFD_VIRT_BOOT_TRACE_H
#define PERFD_VIRT_BOOT_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "perfd/perfd.h"

/* On the machine's timer, in nanoseconds, in this order. */
struct boot_times {
    uint64_t reset_ns;   /* the first instruction */
    uint64_t drivers_ns; /* perfd's hart has its devices */
    uint64_t ready_ns;   /* `perfd: ready` is in the log */
};

enum boot_trace_state {
    BOOT_TRACE_OFF,
    BOOT_TRACE_RECORDS,
    BOOT_TRACE_STOPPED,
    BOOT_TRACE_EXPORTS
};

struct boot_trace {
    struct perfd *perfd;
    enum boot_trace_state state;
    int client;
    uint32_t session;
    uint32_t boot_lane, store_lane; /* two, because neither waits for the other */
    bool has_frame, has_store;
};

/* A negative perfd_error where perfd has no room for it: nothing is recorded then. */
int boot_trace_start(struct boot_trace *trace, struct perfd *perfd, const struct boot_times *times,
                     uint64_t now_ns) __attribute__((warn_unused_result));

/*
 * A round of perfd's loop. ui_client: the client whose first frame ends the boot. PERFD_MORE: call
 * again; PERFD_WAIT: it waits for the exporter; 0: there is nothing to do now.
 */
int boot_trace_poll(struct boot_trace *trace, int ui_client, uint64_t now_ns);

/* It is complete but for the store, or on its way there: who ends the machine now loses it. */
bool boot_trace_is_due(const struct boot_trace *trace);

#endif
