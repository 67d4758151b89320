/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Load for a daemon, as a desktop has it: a program at 120 Hz with eight lanes, and a HUD that asks
 * five times a second. Each frame is told by a call, or, with the argument `ticks-in-lane`, in a
 * lane. Runs until its input ends.
 */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "perf-client/perf.h"
#include "perf-client/perf_client.h"
#include "perf.capnp.h"

#define FRAME_NS      8333333u
#define FRAMES_A_HUD  24u /* 5 Hz */
#define LANES         8u
#define SPANS_A_FRAME 20u /* in each lane */
#define HUD_SAMPLES   64u /* the most that one answer holds */

static struct timespec after(struct timespec from, uint64_t ns)
{
    uint64_t sum = (uint64_t)from.tv_nsec + ns;
    from.tv_sec += (time_t)(sum / 1000000000u);
    from.tv_nsec = (long)(sum % 1000000000u);
    return from;
}

static void draw(void)
{
    for (uint32_t i = 0; i < SPANS_A_FRAME; i++) {
        perf_span("work");
    }
}

static _Atomic int ending;

/* A lane of its own, and marks at the frames' pace. */
static void *worker(void *context)
{
    (void)context;
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    while (!ending) {
        draw();
        next = after(next, FRAME_NS);
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
    return NULL;
}

static void ask_for_figures(struct perf_client *hud)
{
    static uint64_t last_seq;
    (void)perf_metrics_call(&hud->rpc);
    if (perf_client_call(hud) != 0 ||
        perf_metrics_response_get_status(perf_metrics_results(&hud->rpc)) != PERF_STATUS_OK)
        bench_die("metrics");
    struct perf_frames_request_builder request = perf_frames_call(&hud->rpc);
    perf_frames_request_set_after_seq(request, last_seq);
    perf_frames_request_set_max(request, HUD_SAMPLES);
    if (perf_client_call(hud) != 0 ||
        perf_frames_response_get_status(perf_frames_results(&hud->rpc)) != PERF_STATUS_OK)
        bench_die("frames");
    last_seq = last_seq + FRAMES_A_HUD;
}

static bool input_ended(void)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&in, 1, 0) != 0;
}

int main(int argc, char **argv)
{
    static struct perf_client hud;
    const bool in_lane = argc > 1 && strcmp(argv[1], "ticks-in-lane") == 0;
    const struct perf_options options = {.frames_in_lane = in_lane};
    if (perf_open(&options) != 0 || perf_client_connect(&hud, NULL) != 0)
        bench_die("no service");
    pthread_t threads[LANES - 1];
    for (uint32_t i = 0; i < LANES - 1; i++)
        if (pthread_create(&threads[i], NULL, worker, NULL) != 0)
            bench_die("thread");
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (uint32_t frame = 0; !input_ended(); frame++) {
        draw();
        if (perf_frame(NULL) != 0)
            bench_die("frame");
        if (frame % FRAMES_A_HUD == 0)
            ask_for_figures(&hud);
        if (frame == FRAMES_A_HUD) {
            puts("loaded");
            fflush(stdout);
        }
        next = after(next, FRAME_NS);
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
    ending = 1;
    for (uint32_t i = 0; i < LANES - 1; i++)
        pthread_join(threads[i], NULL);
    perf_client_close(&hud);
    perf_close();
    return 0;
}
