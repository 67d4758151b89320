/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens the library twice, with frames in each opening that the library numbers, and a group of
 * which one counter cannot be told. Says what it was answered.
 *
 *     comes_back calls|lane FRAMES
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perf-client/perf_groups.h"

static const struct perf_metric metrics[] = {
    {"done", "", PERF_METRIC_COUNT},
    {"unknown", "", PERF_METRIC_COUNT},
    {"level", "", PERF_METRIC_GAUGE},
};
PERF_GROUP(group, "work", metrics);

static unsigned long refused(unsigned long frames)
{
    unsigned long count = 0;
    for (unsigned long i = 0; i < frames; i++) {
        perf_group_add(&group, 0, 1);
        count += perf_frame(NULL) != 0;
    }
    return count;
}

int main(int argc, char **argv)
{
    const struct perf_options options = {
        .frames_in_lane = argc == 3 && strcmp(argv[1], "lane") == 0,
        .frame_lane_records = 4096,
    };
    const unsigned long frames = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    /* Before it is open: perfd hears of it with the first frame. */
    const int early = perf_group_switch(&group, true);
    (void)perf_group_state(&group, 1, PERF_METRIC_UNSUPPORTED, "nobody knows");
    for (unsigned opening = 0; opening < 2; opening++) {
        const int opened = perf_open(&options);
        const unsigned long count = refused(frames);
        printf("%d %d %lu %llu\n", early, opened, count, (unsigned long long)perf_frame_id());
        fflush(stdout);
        (void)getchar();
        perf_close();
    }
    return 0;
}
