/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client that writes its lane by hand, for tests in Python: `lane_client ADDRESS` reads commands
 * from stdin and answers each with one line.
 *
 *     open NAME RECORDS      openLane with shared memory, mapped: status lane records bytes mult
 *     plain NAME RECORDS     the same without
 *     close LANE             its status
 *     label NAME             an id
 *     word BYTE VALUE        stores 64 bits at a place of the lane (both C numbers)
 *     mark KIND LABEL EXTRA  stores the next slot, stamped now, in the lap after the announced ones
 *     value VALUE            stores the second slot of such a mark
 *     spin LABEL             stores instants until it is killed
 *     noise SEED COUNT       stores so many random words at random places of the lane
 *     attack                 tries to get at memory that is not its own; each try and its errno
 *     call LANE NAME         markBegin on a lane: its status
 *     enabled                the enable word
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "perf-client/perf_client.h"
#include "perf.capnp.h"
#include "perfd/lane_layout.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

static struct perf_client client;
static struct perf_lane_header *lane;
static const uint32_t *enabled;
static int lane_fd = -1, enable_fd = -1;
static uint32_t mult, next_slot, slots;
static uint64_t bytes;

static _Noreturn void die(const char *what, int value)
{
    fprintf(stderr, "lane_client: %s: %d\n", what, value);
    exit(1);
}

static void call(void)
{
    int result = perf_client_call(&client);

    if (result < 0)
        die("call", result);
}

static struct nx_text text(const char *string)
{
    return (struct nx_text){string, (uint32_t)strlen(string)};
}

static uint64_t stamp(void)
{
    struct timespec now;

#if defined(__x86_64__)
    if (mult != 0)
        return __rdtsc();
#endif
    if (mult != 0)
        die("a counter of another kind", (int)mult);
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void map(void)
{
    if (client.transport.passed != 2)
        die("descriptors", (int)client.transport.passed);
    lane_fd = client.transport.descriptor[0];
    enable_fd = client.transport.descriptor[1];
    client.transport.descriptor[0] = client.transport.descriptor[1] = -1;
    lane = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, lane_fd, 0);
    enabled = mmap(NULL, 4096, PROT_READ, MAP_SHARED, enable_fd, 0);
    if (lane == MAP_FAILED || enabled == MAP_FAILED)
        die("mmap", errno);
    if (lane->magic != PERF_LANE_MAGIC || lane->slots * 16 + 64 != bytes)
        die("header", (int)lane->slots);
    slots = lane->slots;
    next_slot = 0;
}

static void open_lane(const char *name, uint32_t records, bool shared)
{
    struct perf_open_lane_request_builder request = perf_open_lane_call(&client.rpc);

    perf_open_lane_request_set_name(request, text(name));
    perf_open_lane_request_set_records(request, records);
    perf_open_lane_request_set_shared(request, shared);
    call();
    struct perf_open_lane_response_reader r = perf_open_lane_results(&client.rpc);
    bytes = perf_open_lane_response_get_bytes(r);
    mult = perf_open_lane_response_get_clock_mult(r);
    printf("%d %u %u %" PRIu64 " %u\n", (int)perf_open_lane_response_get_status(r),
           perf_open_lane_response_get_lane(r), perf_open_lane_response_get_record_count(r), bytes,
           mult);
    if (bytes != 0)
        map();
    else if (client.transport.passed != 0)
        die("descriptors without a lane", (int)client.transport.passed);
}

static uint64_t lap_bits(void)
{
    return perf_lane_lap_bits(perf_lane_load(&lane->laps));
}

static void put(uint64_t first, uint64_t second)
{
    struct perf_lane_slot *slot = (struct perf_lane_slot *)(lane + 1);

    if (next_slot == slots) {
        perf_lane_announce(lane, perf_lane_load(&lane->laps) + 1);
        next_slot = 0;
    }
    perf_lane_store(&slot[next_slot].word[0], (first & PERF_LANE_PAYLOAD) | lap_bits());
    perf_lane_store(&slot[next_slot++].word[1], second | lap_bits());
}

static void put_value(uint64_t value)
{
    perf_lane_store(&lane->values, perf_lane_load(&lane->values) + 1);
    put(value, value >> 56 << 24 | (uint64_t)PERF_LANE_VALUE << 16);
}

static void make_noise(uint64_t seed, uint64_t count)
{
    uint64_t *word = (uint64_t *)lane;

    for (; count > 0; count--) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        perf_lane_store(&word[seed % (bytes / 8)], seed * UINT64_C(0x9e3779b97f4a7c15));
    }
}

static void report(const char *what, bool done)
{
    printf("%s=%d ", what, done ? 0 : errno);
}

static bool map_writable(int fd)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    return page != MAP_FAILED && munmap(page, 4096) == 0;
}

static void attack(void)
{
    char path[64];
    uint32_t one = 1;

    report("lane-shrink", ftruncate(lane_fd, 0) == 0);
    report("lane-grow", ftruncate(lane_fd, 1 << 20) == 0);
    report("lane-seal", fcntl(lane_fd, F_ADD_SEALS, F_SEAL_WRITE) == 0);
    report("enable-write", pwrite(enable_fd, &one, sizeof one, 0) > 0);
    report("enable-map", map_writable(enable_fd));
    report("enable-protect",
           mprotect((void *)(uintptr_t)enabled, 4096, PROT_READ | PROT_WRITE) == 0);
    report("enable-shrink", ftruncate(enable_fd, 0) == 0);
    report("enable-punch",
           fallocate(enable_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", enable_fd);
    int again = open(path, O_RDWR);
    report("enable-reopened-write", again >= 0 && pwrite(again, &one, sizeof one, 0) > 0);
    report("enable-reopened-map", again >= 0 && map_writable(again));
    printf("end=0\n");
}

static void serve(char *line)
{
    enum { WORDS = 4 };
    static char nothing[] = "";
    char *word[WORDS] = {nothing, nothing, nothing, nothing};
    uint64_t value[WORDS];

    for (int i = 0; i < WORDS; i++) {
        char *next = strtok(i == 0 ? line : NULL, " \n");
        word[i] = next != NULL ? next : nothing;
        value[i] =
            word[i][0] == '-' ? (uint64_t)strtoll(word[i], NULL, 0) : strtoull(word[i], NULL, 0);
    }
    if (strcmp(word[0], "open") == 0) {
        open_lane(word[1], (uint32_t)value[2], true);
    } else if (strcmp(word[0], "plain") == 0) {
        open_lane(word[1], (uint32_t)value[2], false);
    } else if (strcmp(word[0], "close") == 0) {
        perf_close_lane_request_set_lane(perf_close_lane_call(&client.rpc), (uint32_t)value[1]);
        call();
        printf("%d\n",
               (int)perf_close_lane_response_get_status(perf_close_lane_results(&client.rpc)));
    } else if (strcmp(word[0], "label") == 0) {
        perf_label_request_set_name(perf_label_call(&client.rpc), text(word[1]));
        call();
        printf("%u\n", perf_label_response_get_label(perf_label_results(&client.rpc)));
    } else if (strcmp(word[0], "call") == 0) {
        struct perf_mark_request_builder request = perf_mark_begin_call(&client.rpc);
        perf_mark_request_set_lane(request, (uint32_t)value[1]);
        perf_mark_request_set_name(request, text(word[2]));
        call();
        printf("%d\n", (int)perf_mark_response_get_status(perf_mark_begin_results(&client.rpc)));
    } else if (strcmp(word[0], "attack") == 0) {
        attack();
    } else if (strcmp(word[0], "enabled") == 0) {
        printf("%u\n", __atomic_load_n(enabled, __ATOMIC_RELAXED));
    } else {
        if (strcmp(word[0], "word") == 0)
            perf_lane_store((uint64_t *)lane + value[1] / 8, value[2]);
        else if (strcmp(word[0], "mark") == 0)
            put(stamp(), value[2] | value[1] << 16 | value[3] << 24);
        else if (strcmp(word[0], "value") == 0)
            put_value(value[1]);
        else if (strcmp(word[0], "spin") == 0)
            for (printf("spinning\n");;)
                put(stamp(), value[1] | (uint64_t)PERF_LANE_INSTANT << 16);
        else if (strcmp(word[0], "noise") == 0)
            make_noise(value[1], value[2]);
        else
            die(word[0], 0);
        printf("ok\n");
    }
}

int main(int argc, char **argv)
{
    char line[256];

    if (argc != 2)
        die("usage: lane_client ADDRESS", argc);
    setvbuf(stdout, NULL, _IOLBF, 0);
    int result = perf_client_connect(&client, argv[1]);
    if (result < 0)
        die("connect", result);
    while (fgets(line, sizeof line, stdin) != NULL)
        serve(line);
    perf_client_close(&client);
    return 0;
}
