/* SPDX-License-Identifier: Apache-2.0 */
/* Plays a run log's file into a perfd of this process's own. */
#ifndef PERFCTL_LOG_PLAYER_H
#define PERFCTL_LOG_PLAYER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "replay/replay.h"

#define LOG_MESSAGE_BYTES 65536u

struct log_player {
    /* The caller's. */
    FILE *file;
    const char *name;    /* in what is said on stderr */
    const char *command; /* likewise */
    double speed;        /* 0: as fast as it goes */
    bool markers;        /* perfd's are printed */
    /* Each gives EXIT_FINE to go on. NULL: nothing is done about it. */
    int (*stopped)(struct log_player *player); /* a session: replay.session, replay.metrics */
    int (*traced)(struct log_player *player);  /* replay.trace has begun; NULL: it is stepped */
    void *context;
    /* Its own. */
    struct replay replay;
    uint8_t bytes[LOG_MESSAGE_BYTES];
    size_t held, used;               /* bytes that are there, and that the last message took */
    uint64_t offset;                 /* of the message that comes next */
    uint64_t size;                   /* 0: not known */
    uint64_t began_ns, log_began_ns; /* of this process's clock, and of the log's */
};

/* Is it the beginning of a run log? */
bool log_player_takes(const char *head, size_t length);

/*
 * All of it; bytes that were read of the file already are put into player->bytes and ->held
 * before. EXIT_FINE; or after a line on stderr EXIT_UNUSABLE (no log, or a broken one), or what a
 * hook gave.
 */
int log_player_play(struct log_player *player);

/* What the log lacks is said, and makes it no less of one: EXIT_STATUS, else EXIT_FINE. */
int log_player_judge(const struct log_player *player);

/* Begins the trace of a session (0: the last that stopped, else the one that runs): replay.trace.
 * EXIT_FINE, or EXIT_STATUS after a line on stderr. */
int log_player_trace(struct log_player *player, uint32_t session);

/* All of the trace that has begun goes to the stream. EXIT_FINE; EXIT_STATUS after a line on
 * stderr; -1: the stream could not take it, errno says why. */
int log_player_write(struct log_player *player, FILE *to);

#endif
