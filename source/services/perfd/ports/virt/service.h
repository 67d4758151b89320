/* SPDX-License-Identifier: Apache-2.0 */
/*
 * perfd in the image: one hart's loop over its clients and its job. The caller owns the memory, the
 * loop around virt_service_poll(), and the sleep.
 */
#ifndef PERFD_VIRT_SERVICE_H
#define PERFD_VIRT_SERVICE_H

#include "ports/virt/boot_trace.h"
#include "ports/virt/serial_line.h"
#include "ports/virt/shared.h"
#include "ports/virt/virt.h"

struct virt_service {
    struct perfd_port port;
    struct perfd_server server;
    struct shared_client systemui;
    struct serial_line line;
    struct boot_trace boot;
    int job_state; /* what the job's last step said */
};

/* perfd with the default configuration, in static memory. A negative perfd_error where the memory
 * is not what the configuration takes. */
int virt_service_init(struct virt_service *service, struct channel *systemui)
    __attribute__((warn_unused_result));

/* Records the boot, from its first instruction on, which this tells; before the first round. */
void virt_service_record_boot(struct virt_service *service, const struct boot_times *times);

/* Begins a run log, before the first round. */
void virt_service_start_log(struct virt_service *service);

/* Has what each frame costs perfd in its traces, likewise. */
void virt_service_start_cost_lane(struct virt_service *service);

/* Begins the flight recorder, likewise. */
void virt_service_start_flight(struct virt_service *service);

/* What a round of the loop found. */
struct virt_round {
    bool again;          /* go round once more before sleeping */
    bool ring_systemui;  /* its channel moved */
    uint64_t wake_at_ns; /* of the machine's timer; 0: only when rung */
};

/* One bounded round: every client, one step of the job, and of what the exporter takes back. */
struct virt_round virt_service_poll(struct virt_service *service);

#endif
