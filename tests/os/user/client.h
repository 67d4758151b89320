/* SPDX-License-Identifier: Apache-2.0 */
/* What test programs in SystemUI's place share: a client of perfd, lines in the log, the end. */
#ifndef USER_CLIENT_H
#define USER_CLIENT_H

#include <stdint.h>

struct perf_client;

/* Both give up, with a line, where perfd does not answer. */
void client_connect(struct perf_client *client);
void client_call(struct perf_client *client);

/* A lane in shared memory; gives up where it cannot be had. */
struct client_lane {
    uint32_t number;
    uint64_t *words;
    uint64_t bytes;
    uint64_t enable; /* the enable word's address */
};

struct client_lane client_open_lane(struct perf_client *client, const char *name, uint32_t records);
void client_close_lane(struct perf_client *client, const struct client_lane *lane);

/* A session of this name begins. */
void client_start(struct perf_client *client, const char *name);

/* The machine's timer, at 10 MHz. */
uint64_t client_ticks(void);

/* Lines of the log, which the monitor puts `systemui: ` before. */
void client_say(const char *line);
void client_say_number(const char *what, uint64_t number);

_Noreturn void client_finish(void);
_Noreturn void client_give_up(const char *why);

#endif
