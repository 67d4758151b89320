/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle_ask.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int oracle = -1;

_Static_assert(sizeof(struct record) == 32, "the same for a program of 32 bits and one of 64");

static void give_up(const char *what)
{
    fprintf(stderr, "the program with the official library (ORACLE): %s\n", what);
    abort();
}

static void start(void)
{
    int ends[2];
    const char *program = getenv("ORACLE");
    if (program == NULL)
        give_up("not named");
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        give_up(strerror(errno));
    pid_t child = fork();
    if (child < 0)
        give_up(strerror(errno));
    if (child == 0) {
        close(ends[1]);
        if (dup2(ends[0], 0) == 0)
            execl(program, program, (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    oracle = ends[1];
}

static void put(const void *from, size_t length)
{
    const char *at = from;
    while (length > 0) {
        ssize_t done = send(oracle, at, length, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            give_up("takes no questions");
        at += done;
        length -= (size_t)done;
    }
}

static void get(void *to, size_t length)
{
    char *at = to;
    while (length > 0) {
        ssize_t done = recv(oracle, at, length, 0);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            give_up("died of this message");
        at += done;
        length -= (size_t)done;
    }
}

static void ask(enum question question, const uint8_t *bytes, size_t length, uint32_t bit,
                uint32_t count)
{
    char out[4096];
    struct request request = {(uint32_t)question, bit, count, (uint32_t)length};
    if (oracle < 0)
        start();
    if (length > sizeof out - sizeof request) {
        put(&request, sizeof request);
        put(bytes, length);
        return;
    }
    memcpy(out, &request, sizeof request);
    if (length > 0)
        memcpy(out + sizeof request, bytes, length);
    put(out, sizeof request + length);
}

void oracle_ask_walk(const uint8_t *bytes, size_t length, bool reads)
{
    ask(reads ? ASK_READS : ASK_TRANSCRIPT, bytes, length, 0, 0);
}

void oracle_take_walk(struct transcript *transcript)
{
    get(&transcript->count, sizeof transcript->count);
    FUZZ_CHECK(transcript->count <= TRANSCRIPT_RECORDS);
    get(transcript->records, transcript->count * sizeof *transcript->records);
}

void oracle_walk(const uint8_t *bytes, size_t length, bool reads, struct transcript *transcript)
{
    oracle_ask_walk(bytes, length, reads);
    oracle_take_walk(transcript);
}

void oracle_ask_flips(const uint8_t *bytes, size_t length, uint32_t bit, uint32_t count)
{
    ask(ASK_FLIPS, bytes, length, bit, count);
}

void oracle_take_flips(uint64_t *digests, uint32_t count)
{
    get(digests, count * sizeof *digests);
}
