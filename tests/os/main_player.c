/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays a run log that QEMU has put into memory, on the machine that perfd's image runs on:
 *
 *     -device loader,file=LOG,addr=0x84000000,force-raw=on -append log-bytes=LENGTH
 *
 * Each session's figures are a line of the serial log, and behind them stands the trace. The
 * machine ends by itself: with 0 where the log was played to its end.
 */
#include "boot/hart.h"
#include "boot/line.h"
#include "drivers/bootargs.h"
#include "drivers/options.h"
#include "drivers/uart.h"
#include "play_log.h"

/* Above what image.ld gives the image, in the second half of its 128 MiB. */
#define LOG_ADDRESS 0x84000000u
#define LOG_MOST    (48u << 20)

#define ARENA_BYTES (16u << 20)
#define JANKS_BYTES (4u << 20)
#define LABELS_MOST 65535u

static __attribute__((section(".noinit"), aligned(4096))) uint8_t arena[ARENA_BYTES];
static __attribute__((section(".noinit"), aligned(8))) uint8_t janks[JANKS_BYTES];
static __attribute__((section(".noinit"), aligned(8))) uint8_t counters[PERFD_COUNTERS_BYTES];
static __attribute__((section(".noinit"), aligned(8))) uint8_t hotspots[PERFD_HOTSPOTS_BYTES];
static uint16_t labels[LABELS_MOST];

void play_emit(const char *bytes, size_t length)
{
    uart_write(bytes, length);
}

void play_figures(const struct perfd_metrics *metrics)
{
    struct line line = {.length = 0};
    line_text(&line, metrics->name);
    uart_write(line.bytes, line.length);
    for (const uint64_t *figure = &metrics->budget_ns; figure <= &metrics->jank_unknown; figure++) {
        line.length = 0;
        line_text(&line, " ");
        line_number(&line, *figure);
        uart_write(line.bytes, line.length);
    }
    uart_write("\n", 1);
}

/* Shared lanes lie at multiples of pages before the arena's end. */
bool play_make(struct replay *replay)
{
    size_t bytes = perfd_arena_bytes(&replay->config);
    if (bytes == 0 || bytes > ARENA_BYTES || replay->config.labels > LABELS_MOST)
        return false;
    replay_begin(replay, labels);
    if (perfd_init(&replay->perfd, arena + (ARENA_BYTES - bytes), bytes, &replay->config,
                   &replay->port) < 0)
        return false;
    return perfd_counters_start(replay->perfd, counters, sizeof counters) == 0 &&
           perfd_hotspots_start(replay->perfd, hotspots, sizeof hotspots) == 0 &&
           (!replay->janks || perfd_jank_start(replay->perfd, janks, sizeof janks) == 0);
}

noreturn void hart_main(unsigned hart)
{
    static char options[BOOTARGS_BYTES];
    static struct replay replay;
    struct line line = {.length = 0};
    (void)hart;
    uart_init();
    (void)bootargs_read(options, sizeof options);
    size_t length = (size_t)options_number(options, "log-bytes", 0);
    enum replay_result result =
        play_log(&replay, (const uint8_t *)LOG_ADDRESS, length < LOG_MOST ? length : LOG_MOST);
    line_text(&line, result == REPLAY_ENDED ? "\nplayer: " : "player: ");
    line_text(&line, result == REPLAY_ENDED ? "played" : replay_error_text(result));
    line_end(&line);
    uart_write(line.bytes, line.length);
    finisher_exit(result == REPLAY_ENDED ? 0 : 1);
}
