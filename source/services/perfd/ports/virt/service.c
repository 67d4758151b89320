/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/virt/service.h"

#include "ports/port.h"
#include "ports/virt/board.h"
#include "ports/virt/exporter.h"
#include "ports/virt/log_memory.h"
#include "ports/virt/machine.h"
#include "ports/virt/more_memory.h"

#define ARENA_BYTES PERFD_ARENA_BYTES(2, 1200, 16, 16384, 512, 16384, 16, 32)
#define PAGE_BYTES  4096u
#define ROOM_BYTES  ((ARENA_BYTES + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES)

/* Not cleared at boot: perfd_init() writes what it needs. The arena ends with a page, as do the
 * runs in it that are shared. */
static _Alignas(PAGE_BYTES) __attribute__((section(".noinit"))) uint8_t room[ROOM_BYTES];
static uint8_t *const arena = room + (ROOM_BYTES - ARENA_BYTES);
_Static_assert(ARENA_BYTES % 8 == 0, "the arena begins as aligned as it ends");

int virt_service_init(struct virt_service *service, struct channel *systemui)
{
    static const struct perfd_config config = PERFD_CONFIG_DEFAULT;
    struct perfd *perfd;
    service->port.exporter = exporter_start();
    int result = perfd_init(&perfd, arena, ARENA_BYTES, &config, &service->port);
    if (result >= 0)
        result = more_memory_give(perfd);
    if (result < 0)
        return result;
    perfd_server_init(&service->server, perfd, &service->port, SHARED_FRAME_BYTES);
    log_memory_give(&service->server.log);
    shared_init(&service->systemui, systemui, PERFD_CAP_ALL);
    serial_line_init(&service->line, &service->server,
                     PERFD_CAP_READ | PERFD_CAP_EXPORT | PERFD_CAP_CONTROL);
    service->boot.state = BOOT_TRACE_OFF;
    service->job_state = 0;
    return 0;
}

/* One step; the answer of its last one joins the owner's output. */
static int step_job(struct virt_service *service)
{
    const struct perfd_connection *owner = perfd_job_owner(&service->server);
    size_t none = 0;
    if (owner == &service->systemui.stream.connection)
        return perfd_stream_step_job(&service->systemui.stream, &service->server);
    if (perfd_serial_owns_job(&service->line.serial))
        return perfd_serial_step_job(&service->line.serial);
    return perfd_server_step(&service->server, NULL, 0, &none);
}

void virt_service_record_boot(struct virt_service *service, const struct boot_times *times)
{
    static const char refused[] = "boot: it is not recorded\n";
    if (boot_trace_start(&service->boot, service->server.perfd, times,
                         perfd_port_now_ns(&service->port)) < 0)
        virt_board_log(refused, sizeof refused - 1);
}

void virt_service_start_log(struct virt_service *service)
{
    static const char refused[] = "run-log: there is none in this image\n";
    if (perfd_server_start_log(&service->server, perfd_port_now_ns(&service->port)) < 0)
        virt_board_log(refused, sizeof refused - 1);
}

void virt_service_start_cost_lane(struct virt_service *service)
{
    static const char refused[] = "cost-lane: there is none in this image\n";
    if (perfd_server_start_cost_lane(&service->server) < 0)
        virt_board_log(refused, sizeof refused - 1);
}

void virt_service_start_flight(struct virt_service *service)
{
    static const char refused[] = "flight: there is no recorder in this image\n";
    if (perfd_server_start_flight(&service->server, perfd_port_now_ns(&service->port)) < 0)
        virt_board_log(refused, sizeof refused - 1);
}

struct virt_round virt_service_poll(struct virt_service *service)
{
    struct virt_round round = {0};
    /* Before a call that ends the session. */
    machine_take(service);
    service->port.serves_systemui = true;
    round.ring_systemui = shared_pump(&service->systemui, &service->server);
    service->port.serves_systemui = false;
    const bool line_moved = serial_line_pump(&service->line);
    const bool had_job = service->server.job.kind != PERFD_JOB_NONE;
    /* Before those who wait for the exporter look at it: its deadlines are seen by them, too. */
    exporter_poll(service->port.exporter);
    service->job_state = step_job(service);
    const int boot = boot_trace_poll(&service->boot, service->systemui.stream.connection.client,
                                     perfd_port_now_ns(&service->port));
    /* A job that has just ended has left an answer. */
    round.again = round.ring_systemui || line_moved || service->job_state == PERFD_MORE ||
                  boot == PERFD_MORE || (had_job && service->job_state == 0);
    if (service->job_state == PERFD_WAIT || boot == PERFD_WAIT)
        round.wake_at_ns = exporter_deadline_ns(service->port.exporter);
    return round;
}
