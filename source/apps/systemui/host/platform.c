/* SPDX-License-Identifier: Apache-2.0 */
#include "platform.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "canvas.h"
#include "host.h"

uint64_t systemui_now_ns(struct systemui_platform *platform)
{
    (void)platform;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void systemui_wait_until(struct systemui_platform *platform, uint64_t deadline_ns)
{
    const struct timespec deadline = {
        .tv_sec = (time_t)(deadline_ns / 1000000000u),
        .tv_nsec = (long)(deadline_ns % 1000000000u),
    };
    /* A signal that is not the end of the program leaves the rest of the wait to do. */
    while (*platform->stop == 0 &&
           clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL) != 0)
        ;
}

bool systemui_present(struct systemui_platform *platform, const struct canvas *frame)
{
    const size_t row_bytes = (size_t)frame->stride * sizeof *frame->pixels;
    memcpy(platform->front, frame->pixels, row_bytes * (size_t)frame->height);
    return true;
}

void systemui_log(struct systemui_platform *platform, const char *line)
{
    (void)platform;
    fprintf(stderr, "systemui: %s\n", line);
}
