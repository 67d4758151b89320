/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Load for a running daemon, driven by test_daemon.py.
 *
 *   load ADDRESS ticks N PAUSE   N frames in batches; after PAUSE of them says `paused` and waits
 * for a line load ADDRESS export          exports on one connection, ticks on another until the
 * answer is there; prints {"status":…,"exportNs":…,"ticks":…,"worstTickNs":…} load ADDRESS deaf N
 * sends N calls and reads no answer until told to end by a line
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "perf-client/perf_client.h"
#include "perf.capnp.h"

#define BATCH 64u

/* No room for so long: nobody reads. */
#define STUCK_MS 500

static _Noreturn void die(const char *what, int value)
{
    fprintf(stderr, "load: %s: %d\n", what, value);
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void connect_to(struct perf_client *client, const char *address)
{
    int result = perf_client_connect(client, address);
    if (result < 0)
        die("connect", result);
}

static void call(struct perf_client *client)
{
    int result = perf_client_call(client);
    if (result < 0)
        die("call", result);
}

static void start_session(struct perf_client *client)
{
    perf_start_request_set_name(perf_start_call(&client->rpc), (struct nx_text){"load", 4});
    call(client);
    enum perf_status status = perf_start_response_get_status(perf_start_results(&client->rpc));
    if (status != PERF_STATUS_OK)
        die("start", (int)status);
}

static void wait_for_line(void)
{
    int c;
    do
        c = getchar();
    while (c != '\n' && c != EOF);
}

/* Frames `first`.. of a stream with 1 us between frames that began at `base_ns`. */
static void tick_batch(struct perf_client *client, uint64_t base_ns, uint64_t first, uint32_t count)
{
    struct perf_record_request_builder request = perf_record_call(&client->rpc);
    struct perf_record_list_builder records = perf_record_request_init_records(request, count);
    for (uint32_t i = 0; i < count; i++) {
        struct perf_frame_tick_builder tick =
            perf_record_init_frame(perf_record_list_edit(records, i));
        perf_frame_tick_set_frame_id(tick, first + i);
        perf_frame_tick_set_presented_at_ns(tick, base_ns + (first + i) * 1000);
        perf_frame_tick_set_ui_ns(tick, 100 + (first + i) % 700);
        perf_frame_tick_set_input_at_ns(tick, base_ns + (first + i) * 1000 - 50);
    }
    call(client);
    struct perf_record_response_reader response = perf_record_results(&client->rpc);
    if (perf_record_response_get_accepted(response) != count)
        die("accepted", (int)perf_record_response_get_accepted(response));
}

static void ticks(const char *address, uint64_t total, uint64_t pause)
{
    static struct perf_client client;
    connect_to(&client, address);
    start_session(&client);
    uint64_t base_ns = now_ns() - total * 1000;
    bool paused = false;
    for (uint64_t done = 0; done < total;) {
        uint32_t count = total - done < BATCH ? (uint32_t)(total - done) : BATCH;
        tick_batch(&client, base_ns, done + 1, count);
        done += count;
        if (!paused && done >= pause) {
            paused = true;
            puts("paused");
            fflush(stdout);
            wait_for_line();
        }
    }
    puts("done");
    fflush(stdout);
    wait_for_line();
    perf_client_close(&client);
}

static _Noreturn void export_in_child(const char *address, int answer)
{
    static struct perf_client client;
    connect_to(&client, address);
    (void)perf_export_last_call(&client.rpc);
    uint64_t began_ns = now_ns();
    call(&client);
    uint64_t result[2] = {now_ns() - began_ns, 0};
    result[1] = perf_export_response_get_status(perf_export_last_results(&client.rpc));
    if (write(answer, result, sizeof result) != (ssize_t)sizeof result)
        die("pipe", 0);
    exit(0);
}

static void tick_once(struct perf_client *client, uint64_t id)
{
    struct perf_frame_tick_builder tick =
        perf_frame_tick_request_init_tick(perf_frame_tick_call(&client->rpc));
    perf_frame_tick_set_frame_id(tick, id);
    call(client);
    enum perf_status status =
        perf_frame_tick_response_get_status(perf_frame_tick_results(&client->rpc));
    if (status != PERF_STATUS_OK)
        die("tick", (int)status);
}

static void export_and_tick(const char *address)
{
    static struct perf_client client;
    int answer[2];
    connect_to(&client, address);
    start_session(&client);
    tick_once(&client, 1);
    if (pipe(answer) != 0)
        die("pipe", 0);
    pid_t child = fork();
    if (child == 0)
        export_in_child(address, answer[1]);
    uint64_t id = 1, worst_ns = 0;
    while (waitpid(child, NULL, WNOHANG) == 0) {
        uint64_t began_ns = now_ns();
        tick_once(&client, ++id);
        uint64_t took_ns = now_ns() - began_ns;
        worst_ns = took_ns > worst_ns ? took_ns : worst_ns;
    }
    uint64_t result[2];
    if (read(answer[0], result, sizeof result) != (ssize_t)sizeof result)
        die("export", 0);
    printf("{\"status\":%" PRIu64 ",\"exportNs\":%" PRIu64 ",\"ticks\":%" PRIu64
           ",\"worstTickNs\":%" PRIu64 "}\n",
           result[1], result[0], id, worst_ns);
    perf_client_close(&client);
}

/* False: the service has stopped reading, or is gone. */
static bool send_unless_stuck(int fd, const uint8_t *bytes, size_t length)
{
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    return poll(&room, 1, STUCK_MS) == 1 && (room.revents & POLLOUT) != 0 &&
           send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)length;
}

/* A client that floods the service and never looks at what comes back. */
static void deaf(const char *address, uint64_t total)
{
    static uint8_t out[4096];
    struct nx_client rpc;
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    const char *path = address + strlen("unix:");
    if (strlen(path) >= sizeof where.sun_path)
        die("path", 0);
    memcpy(where.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&where, sizeof where) != 0)
        die("connect", fd);
    nx_client_init(&rpc, out, sizeof out);
    uint64_t sent = 0;
    size_t length;
    do {
        (void)perf_metrics_call(&rpc);
        if (nx_client_finish_call(&rpc, &length) != 0)
            die("call", 0);
        rpc.waiting = false; /* nobody here listens: on to the next call */
    } while (++sent < total && send_unless_stuck(fd, out, length));
    printf("deaf after %" PRIu64 "\n", sent);
    fflush(stdout);
    wait_for_line();
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[2], "ticks") == 0)
        ticks(argv[1], strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
    else if (argc == 3 && strcmp(argv[2], "export") == 0)
        export_and_tick(argv[1]);
    else if (argc == 4 && strcmp(argv[2], "deaf") == 0)
        deaf(argv[1], strtoull(argv[3], NULL, 10));
    else
        die("usage", argc);
    return 0;
}
