/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/virt/machine_lanes.h"

#include <string.h>

#include "ports/port.h"
#include "ports/virt/board.h"
#include "ports/virt/service.h"

struct track {
    const char *name;
    const char *lost; /* the counter of those that found no room */
    const char *category;
    uint32_t records; /* five seconds of a program at 60 Hz with two calls a frame, of the store's
                         fewer */
};

static const struct track tracks[VIRT_TRACKS] = {
    [VIRT_TRACK_PERFD] = {"interrupts perfd", "lost interrupts perfd", "interrupt", 2048},
    [VIRT_TRACK_SYSTEMUI] = {"interrupts systemui", "lost interrupts systemui", "interrupt", 2048},
    [VIRT_TRACK_STATEFS] = {"interrupts statefs", "lost interrupts statefs", "interrupt", 512},
    [VIRT_TRACK_CALLS] = {"channel systemui", "lost channel systemui", "channel", 2048},
};

struct open_track {
    uint32_t lane; /* 0: it has none, and what is noted for it is thrown away */
    uint64_t last_ns;
    uint32_t lost; /* as the board counts, before the session */
    uint32_t told; /* likewise, up to the newest mark of it */
};

static struct {
    bool is_open; /* or was tried */
    int client;
    uint32_t label[VIRT_WHATS]; /* 0: not asked for yet */
    struct open_track track[VIRT_TRACKS];
} lanes;

static struct perfd_text text_of(const char *text)
{
    return (struct perfd_text){text, (uint32_t)strlen(text)};
}

/* A script's time has nothing to do with the machine's. */
static void open_all(const struct virt_service *service)
{
    struct perfd *perfd = service->server.perfd;
    lanes.is_open = true;
    if (service->port.scripted || !virt_board_has_notes())
        return;
    lanes.client = perfd_client_open(perfd);
    if (lanes.client < 0)
        return;
    for (unsigned i = 0; i < VIRT_TRACKS; i++) {
        uint32_t granted;
        const int lane = perfd_lane_open(perfd, lanes.client, text_of(tracks[i].name),
                                         tracks[i].records, &granted);
        lanes.track[i].lane = lane > 0 ? (uint32_t)lane : 0;
    }
    virt_board_start_notes();
}

/* Once each. Where there is no room for it, perfd says which label stands for all such. */
static uint32_t label_of(struct perfd *perfd, enum virt_track track, uint32_t what)
{
    if (lanes.label[what] == 0) {
        const char *name = what == VIRT_CALL ? "call" : virt_board_source(what);
        const struct perfd_label label = {.name = text_of(name),
                                          .category = text_of(tracks[track].category)};
        const int id = perfd_label(perfd, lanes.client, &label);
        lanes.label[what] = id > 0 ? (uint32_t)id : 0;
    }
    return lanes.label[what];
}

/* What perfd refuses it has counted. */
static void mark(struct perfd *perfd, struct perfd_mark mark, uint64_t now_ns)
{
    (void)!perfd_mark(perfd, lanes.client, &mark, now_ns);
}

static void write_span(struct perfd *perfd, enum virt_track track, const struct virt_noted *noted,
                       uint64_t now_ns)
{
    const uint64_t begin_ns = noted->begin_ticks * VIRT_NS_PER_TICK;
    const uint64_t end_ns = begin_ns + (uint64_t)noted->ticks * VIRT_NS_PER_TICK;
    struct perfd_mark span = {
        .kind = PERFD_BEGIN,
        .lane = lanes.track[track].lane,
        .label = label_of(perfd, track, noted->what),
        .name = text_of("interrupt"),
        .time_ns = begin_ns,
    };
    mark(perfd, span, now_ns);
    span.kind = PERFD_END;
    span.time_ns = end_ns;
    mark(perfd, span, now_ns);
    lanes.track[track].last_ns = end_ns;
}

/* They came after the last one that had room, and before what will be taken next. */
static void write_lost(struct perfd *perfd, enum virt_track track, uint32_t lost, uint64_t now_ns)
{
    struct open_track *open = &lanes.track[track];
    if (lost == open->told)
        return;
    open->told = lost;
    mark(perfd,
         (struct perfd_mark){
             .kind = PERFD_COUNTER,
             .lane = open->lane,
             .name = text_of(tracks[track].lost),
             .time_ns = open->last_ns,
             .value = lost - open->lost,
         },
         now_ns);
}

static void take_track(struct perfd *perfd, enum virt_track track, bool wanted, uint64_t now_ns)
{
    struct open_track *open = &lanes.track[track];
    for (uint32_t left = virt_board_noted(track); left > 0; left--) {
        const struct virt_noted noted = virt_board_take_note(track);
        if (wanted && open->lane != 0)
            write_span(perfd, track, &noted, now_ns);
    }
    const uint32_t lost = virt_board_notes_lost(track);
    if (wanted && open->lane != 0)
        write_lost(perfd, track, lost, now_ns);
    else
        open->lost = open->told = lost;
}

void machine_lanes_take(struct virt_service *service)
{
    if (!lanes.is_open)
        open_all(service);
    const uint64_t now_ns = perfd_port_now_ns(&service->port);
    const bool wanted = virt_board_wants_notes();
    for (unsigned i = 0; i < VIRT_TRACKS; i++)
        take_track(service->server.perfd, (enum virt_track)i, wanted, now_ns);
}
