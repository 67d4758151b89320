/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_frames ADDRESS calls|lane COUNT LAST_NS EACH: so many frames, the last one shown then, told
 * by calls or through a lane, with a pause behind so many of them. Prints `written`, and ends when
 * its input does: with 0 where all were taken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "perf-client/perf.h"

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    const struct perf_options options = {
        .address = argv[1],
        .lane_name = "main",
        .frames_in_lane = strcmp(argv[2], "lane") == 0,
    };
    if (perf_open(&options) != 0)
        return 1;
    const uint64_t count = strtoull(argv[3], NULL, 10);
    const uint64_t last_ns = strtoull(argv[4], NULL, 10);
    const uint64_t each = strtoull(argv[5], NULL, 10);
    const struct timespec pause = {.tv_nsec = 900000000};
    int status = 0;
    for (uint64_t i = 1; i <= count; i++) {
        const uint64_t early_ns = i % 7 == 0 ? 5000000 : 0;
        const uint64_t at_ns = last_ns - (count - i) * 10000000 - early_ns;
        const struct perf_frame_facts frame = {
            .presented_at_ns = at_ns,
            .began_at_ns = at_ns - 9000000,
            .deadline_at_ns = i % 3 == 0 ? at_ns - 7000000 : 0,
            .ui_ns = i * 10000,
            .layout_ns = 200000,
            .render_ns = 3000000,
            .present_ns = 400000,
            .input_at_ns = i % 2 == 0 ? at_ns - i * 1000 : 0,
            .budget_ns = i % 5 == 0 ? 8000000 : 0,
            .thrown_away = i % 11 == 0,
            .after_idle = i % 13 == 0,
        };
        if (perf_frame(&frame) != 0)
            status = 3;
        if (i % each == 0 && i < count)
            nanosleep(&pause, NULL);
    }
    puts("written");
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    if (status != 0)
        return status;
    perf_close();
    return 0;
}
