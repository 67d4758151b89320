/* SPDX-License-Identifier: Apache-2.0 */
/* play <LOG: the figures and the trace of a run log, on whatever machine this was built for. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "play_log.h"

#define LOG_MOST ((size_t)16 << 20)

void play_emit(const char *bytes, size_t length)
{
    (void)!fwrite(bytes, 1, length, stdout);
}

void play_figures(const struct perfd_metrics *metrics)
{
    printf("%s", metrics->name);
    for (const uint64_t *figure = &metrics->budget_ns; figure <= &metrics->jank_unknown; figure++)
        printf(" %" PRIu64, *figure);
    printf("\n");
}

bool play_make(struct replay *replay)
{
    size_t bytes = perfd_arena_bytes(&replay->config);
    size_t mapped = (bytes + 4095) / 4096 * 4096;
    uint8_t *memory = bytes != 0 ? aligned_alloc(4096, mapped) : NULL;
    uint16_t *labels = calloc(replay->config.labels, sizeof *labels);
    if (memory == NULL || labels == NULL)
        return false;
    replay_begin(replay, labels);
    if (perfd_init(&replay->perfd, memory + (mapped - bytes), bytes, &replay->config,
                   &replay->port) < 0)
        return false;
    static uint64_t counters[PERFD_COUNTERS_BYTES / 8];
    bytes = perfd_jank_bytes(&replay->config);
    static uint64_t hotspots[PERFD_HOTSPOTS_BYTES / 8];
    return perfd_counters_start(replay->perfd, counters, sizeof counters) == 0 &&
           perfd_hotspots_start(replay->perfd, hotspots, sizeof hotspots) == 0 &&
           (!replay->janks || perfd_jank_start(replay->perfd, malloc(bytes), bytes) == 0);
}

int main(void)
{
    static struct replay replay;
    uint8_t *log = malloc(LOG_MOST);
    size_t length = log != NULL ? fread(log, 1, LOG_MOST, stdin) : 0;
    enum replay_result result = play_log(&replay, log, length);
    if (result == REPLAY_ENDED)
        return 0;
    fprintf(stderr, "play: %s\n", replay_error_text(result));
    return 1;
}
