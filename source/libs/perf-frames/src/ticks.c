/* SPDX-License-Identifier: Apache-2.0 */
/* F_DUPFD_CLOEXEC with strict C. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "frames.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "perf-client/perf.h"
#include "perf-client/perf_client.h"
#include "perf.capnp.h"

/* A frame takes up to 7 records. */
#define LANE_RECORDS 32768u
/* After so many, of the some 4,600 that the lane has room for, perfd must have seen those before.
 * It looks twice a second by itself: it is made to only where they came faster. */
#define FRAMES_A_LOOK 3000u
#define LOOK_NS       UINT64_C(1000000000)
/* Another surface that has shown so many in a row is the one from then on. */
#define RIVAL_FRAMES 4u
/* A service that answers no sooner is taken for gone. */
#define PATIENCE_S 1
/* Where no program's own files are, not even behind one that closes all it knows not. */
#define HIGH_DESCRIPTOR 512

enum state { UNTRIED, ON, OFF };

static struct perf_client client;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static enum state state; /* read without the lock, too */
static uint32_t session;
static uint64_t last_id;
static struct {
    uintptr_t surface; /* whose frames are counted; 0: none was shown yet */
    uintptr_t rival;
    uint32_t rival_frames; /* in a row */
    uint64_t shown_ns;     /* the last one that was counted; 0: none */
    uint64_t looked_ns;
    uint32_t since_look;
} shown;

uint64_t frames_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void set_state(enum state to)
{
    __atomic_store_n(&state, to, __ATOMIC_RELEASE);
}

/* Marks are off in the child already: it has frames of its own to show, or none. */
static void on_child(void)
{
    static const pthread_mutex_t unlocked = PTHREAD_MUTEX_INITIALIZER;
    mutex = unlocked;
    perf_client_close(&client);
    shown.surface = shown.rival = 0;
    shown.shown_ns = 0;
    set_state(UNTRIED);
}

/* The program must not wait for a service that hangs, nor find its files in this one's place. */
static void make_harmless(void)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    const int fd = (int)client.transport.handle;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const int high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_DESCRIPTOR);
    if (high < 0)
        return;
    (void)close(fd);
    client.transport.handle = high;
}

/* Programs one after the other show frames of one session: numbers go on. */
static bool ask_last_id(void)
{
    perf_metrics_request_set_session_id(perf_metrics_call(&client.rpc), session);
    if (perf_client_call(&client) != 0)
        return false;
    last_id = perf_metrics_get_last_frame_id(
        perf_metrics_response_get_metrics(perf_metrics_results(&client.rpc)));
    return true;
}

static bool open_service(void)
{
    static bool hears_of_children;
    static const struct perf_options options = {
        .lane_name = "frames",
        .lane_records = 64, /* there are no marks */
        .frames_in_lane = true,
        .frame_lane_records = LANE_RECORDS,
    };
    const char *number = getenv("PERF_SESSION");
    if (perf_client_connect(&client, NULL) != 0)
        return false;
    make_harmless();
    session = number != NULL ? (uint32_t)strtoul(number, NULL, 10) : 0;
    if (!ask_last_id() || perf_open_on(&client, &options) != 0) {
        perf_client_close(&client);
        return false;
    }
    /* Behind the marks' own, whose lock is taken with ours held. */
    if (!hears_of_children)
        hears_of_children = pthread_atfork(NULL, NULL, on_child) == 0;
    shown.looked_ns = frames_now_ns();
    shown.since_look = 0;
    return true;
}

bool frames_wanted(void)
{
    const enum state now = __atomic_load_n(&state, __ATOMIC_ACQUIRE);
    if (now != UNTRIED)
        return now == ON;
    pthread_mutex_lock(&mutex);
    if (state == UNTRIED)
        set_state(open_service() ? ON : OFF);
    pthread_mutex_unlock(&mutex);
    return state == ON;
}

/* One surface's frames are counted: two windows that are shown in turn are not twice as smooth. */
static bool is_counted(uintptr_t surface)
{
    if (surface == shown.surface || shown.surface == 0) {
        shown.surface = surface;
        shown.rival_frames = 0;
        return true;
    }
    if (surface != shown.rival)
        shown.rival_frames = 0;
    shown.rival = surface;
    if (++shown.rival_frames < RIVAL_FRAMES)
        return false;
    shown.surface = surface;
    shown.rival_frames = 0;
    return true;
}

/* The lane is read before frames in it are lost. */
static void let_it_be_read(uint64_t now_ns)
{
    if (++shown.since_look < FRAMES_A_LOOK)
        return;
    if (now_ns - shown.looked_ns < LOOK_NS && perf_frames_take() != 0)
        set_state(OFF);
    shown.since_look = 0;
    shown.looked_ns = now_ns;
}

static void tick(uint64_t called_ns)
{
    uint64_t now_ns = frames_now_ns();
    if (now_ns <= shown.shown_ns)
        now_ns = shown.shown_ns + 1;
    if (called_ns > now_ns)
        called_ns = now_ns;
    struct perf_frame_facts facts = {
        .id = ++last_id,
        .presented_at_ns = now_ns,
        .began_at_ns = shown.shown_ns,
        .present_ns = now_ns - called_ns,
        .session_id = session,
    };
    /* Another thread may have called before the last frame was shown. */
    if (shown.shown_ns != 0 && called_ns < shown.shown_ns)
        facts.present_ns = now_ns - shown.shown_ns;
    else if (shown.shown_ns != 0)
        facts.render_ns = called_ns - shown.shown_ns;
    /* Another process has the session, it has ended, or perfd is gone. */
    if (perf_frame(&facts) != 0)
        set_state(OFF);
    shown.shown_ns = now_ns;
    let_it_be_read(now_ns);
}

void frames_shown(uintptr_t surface, uint64_t called_ns)
{
    pthread_mutex_lock(&mutex);
    if (state == ON && is_counted(surface))
        tick(called_ns);
    pthread_mutex_unlock(&mutex);
}
