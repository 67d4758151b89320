/* SPDX-License-Identifier: Apache-2.0 */
#include "log_player.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nexus-idl/framing.h"
#include "own.h"
#include "perfctl.h"

/* --- The file --------------------------------------------------------------------------------- */

enum next { NEXT_MESSAGE, NEXT_NONE, NEXT_CUT_OFF, NEXT_BROKEN, NEXT_UNREADABLE };

/* The next whole message: at player->bytes, of player->used. */
static enum next next_message(struct log_player *player)
{
    memmove(player->bytes, player->bytes + player->used, player->held - player->used);
    player->held -= player->used;
    player->offset += player->used;
    player->used = 0;
    for (;;) {
        int64_t length = nx_frame_length(player->bytes, player->held, sizeof player->bytes, 1);
        if (length < 0)
            return NEXT_BROKEN;
        if (length > 0 && (size_t)length <= player->held) {
            player->used = (size_t)length;
            return NEXT_MESSAGE;
        }
        size_t got = fread(player->bytes + player->held, 1, sizeof player->bytes - player->held,
                           player->file);
        if (got == 0 && ferror(player->file))
            return NEXT_UNREADABLE;
        if (got == 0)
            return player->held == 0 ? NEXT_NONE : NEXT_CUT_OFF;
        player->held += got;
    }
}

/* --- Traces ----------------------------------------------------------------------------------- */

static void step_trace(struct replay *replay)
{
    while (perfd_trace_step(replay->perfd, replay->trace) == PERFD_MORE) {
    }
}

int log_player_trace(struct log_player *player, uint32_t session)
{
    struct replay *replay = &player->replay;
    int trace = perfd_trace_begin(replay->perfd, session, 0, replay->port.now_ns);
    if (trace < 0) {
        fprintf(stderr, "perfctl: %s: no trace: %s\n", player->command, perfd_error_text(trace));
        return EXIT_STATUS;
    }
    replay->trace = (uint32_t)trace;
    return EXIT_FINE;
}

int log_player_write(struct log_player *player, FILE *to)
{
    static uint8_t bytes[1 << 16];
    struct replay *replay = &player->replay;
    uint64_t offset = 0;
    step_trace(replay);
    for (;;) {
        size_t got = 0;
        int result =
            perfd_trace_read(replay->perfd, replay->trace, offset, bytes, sizeof bytes, &got);
        if (result == PERFD_MORE)
            continue;
        if (result < 0) {
            fprintf(stderr, "perfctl: %s: the trace: %s\n", player->command,
                    perfd_error_text(result));
            return EXIT_STATUS;
        }
        if (got == 0)
            return EXIT_FINE;
        if (fwrite(bytes, got, 1, to) != 1)
            return -1;
        offset += got;
    }
}

/* --- Playing ---------------------------------------------------------------------------------- */

static void print_marker(const char *line, size_t length)
{
    (void)!fwrite(line, length, 1, stdout);
}

static int problem(const struct log_player *player, const char *what)
{
    fprintf(stderr, "perfctl: %s: %s: entry %" PRIu64 " at byte %" PRIu64 ": %s\n", player->command,
            player->name, player->replay.entries + 1, player->offset, what);
    return EXIT_UNUSABLE;
}

/* Waits until the message that came next is due. */
static void keep_pace(const struct log_player *player)
{
    if (player->speed <= 0)
        return;
    uint64_t at_ns = replay_entry_ns(player->bytes, player->used);
    if (at_ns < player->log_began_ns)
        return;
    uint64_t due_ns =
        player->began_ns + (uint64_t)((double)(at_ns - player->log_began_ns) / player->speed);
    const struct timespec due = {(time_t)(due_ns / 1000000000u), (long)(due_ns % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) {
    }
}

static int begin(struct log_player *player)
{
    struct replay *replay = &player->replay;
    switch (next_message(player)) {
    case NEXT_MESSAGE:
        break;
    case NEXT_UNREADABLE:
        fprintf(stderr, "perfctl: %s: %s: %s\n", player->command, player->name, strerror(errno));
        return EXIT_UNUSABLE;
    default:
        return problem(player, replay_error_text(REPLAY_NO_LOG));
    }
    enum replay_result result = replay_open(replay, player->bytes, player->used);
    if (result != REPLAY_GOES_ON)
        return problem(player, replay_error_text(result));
    if (player->markers)
        replay->port.print = print_marker;
    uint16_t *labels = calloc(replay->config.labels, sizeof *labels);
    replay->perfd = own_perfd(&replay->config, replay->janks, &replay->port);
    if (labels == NULL || replay->perfd == NULL)
        return problem(player, "its limits make no perfd here");
    replay_begin(replay, labels);
    player->began_ns = now_ns();
    player->log_began_ns = replay->port.now_ns;
    return EXIT_FINE;
}

/* One message. EXIT_FINE, or an exit code after a line on stderr; *more: there are others. */
static int play(struct log_player *player, bool *more)
{
    struct replay *replay = &player->replay;
    *more = false;
    switch (next_message(player)) {
    case NEXT_MESSAGE:
        break;
    case NEXT_NONE:
        return problem(player, "cut off: the log has no end");
    case NEXT_CUT_OFF:
        return problem(player, "cut off in the middle of an entry");
    case NEXT_BROKEN:
        return problem(player, replay_error_text(REPLAY_MALFORMED));
    case NEXT_UNREADABLE:
        return problem(player, strerror(errno));
    }
    keep_pace(player);
    enum replay_result result = replay_take(replay, player->bytes, player->used);
    progress_show(player->offset + player->used, player->size, false);
    *more = result < REPLAY_ENDED;
    switch (result) {
    case REPLAY_STOPPED:
        return player->stopped != NULL ? player->stopped(player) : EXIT_FINE;
    case REPLAY_TRACE:
        if (player->traced != NULL)
            return player->traced(player);
        step_trace(replay);
        return EXIT_FINE;
    case REPLAY_GOES_ON:
    case REPLAY_ENDED:
        return EXIT_FINE;
    default:
        return problem(player, replay_error_text(result));
    }
}

int log_player_play(struct log_player *player)
{
    int code = begin(player);
    bool more = code == EXIT_FINE;
    while (code == EXIT_FINE && more)
        code = play(player, &more);
    progress_show(player->offset + player->used, player->size, true);
    return code;
}

int log_player_judge(const struct log_player *player)
{
    const struct replay *replay = &player->replay;
    if (replay->lost > 0)
        fprintf(stderr,
                "perfctl: %s: %s: incomplete: %" PRIu64 " entries found no room when it was made\n",
                player->command, player->name, replay->lost);
    if (replay->lapped > 0)
        fprintf(stderr,
                "perfctl: %s: %s: incomplete: %" PRIu64
                " records were overwritten before they were logged\n",
                player->command, player->name, replay->lapped);
    if (replay->refused > 0)
        fprintf(stderr, "perfctl: %s: %s: %" PRIu64 " entries came out otherwise here\n",
                player->command, player->name, replay->refused);
    return replay->lost + replay->lapped + replay->refused > 0 ? EXIT_STATUS : EXIT_FINE;
}

bool log_player_takes(const char *head, size_t length)
{
    /* A message of one segment, which no text begins like. */
    static const char one_segment[4] = {0};
    return length >= sizeof one_segment && memcmp(head, one_segment, sizeof one_segment) == 0;
}
