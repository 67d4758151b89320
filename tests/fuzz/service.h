/* SPDX-License-Identifier: Apache-2.0 */
/* The whole service, small, over the port in memory: made anew in little time, so that each input
 * starts from nothing. */
#ifndef FUZZ_SERVICE_H
#define FUZZ_SERVICE_H

#include "memory_port.h"
#include "server/server.h"

#define SERVICE_FRAME_BYTES 4096U

/* Opens it anew, with one connection that has these capabilities. */
void service_open(uint32_t capabilities);

/* What a connection sends, frame by frame while it lasts; a new one then takes its place. Every
 * answer is looked at. With `jobs` they are driven to their end behind each frame, else behind all
 * of them. */
void service_feed(const uint8_t *bytes, size_t length, bool jobs);

/* Drives a job to its end; gives the length of its answer, which lies where that of the frame
 * would. */
size_t service_finish_jobs(void);

/* The same, and another connection takes the place of this one. */
void service_reconnect(void);

/* One frame, and no new connection: false where it was closed. The answer is in *answer. */
bool service_frame(const uint8_t *frame, size_t length, const uint8_t **answer, size_t *answered);

/* The ledger balances, and the port's contract was kept. */
void service_check(void);

/* The same, and the next client's session is as ever. */
void service_check_next_client(void);

#endif
