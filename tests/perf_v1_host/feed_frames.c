/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds frame times into a running perfd: `feed_frames ADDRESS NAME` starts a session of that name,
 * and sends one frame for each line of stdin, "presented_ns". Ends when all are answered; the
 * session runs on.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perf-client/perf_client.h"
#include "perf.capnp.h"

static _Noreturn void die(const char *what, int value)
{
    fprintf(stderr, "feed_frames: %s: %d\n", what, value);
    exit(1);
}

static void call(struct perf_client *client)
{
    int result = perf_client_call(client);

    if (result < 0)
        die("call", result);
}

static void start(struct perf_client *client, const char *name)
{
    struct nx_text text = {name, (uint32_t)strlen(name)};
    enum perf_status status;

    perf_start_request_set_name(perf_start_call(&client->rpc), text);
    call(client);
    status = perf_start_response_get_status(perf_start_results(&client->rpc));
    if (status != PERF_STATUS_OK)
        die("start", (int)status);
}

static void tick(struct perf_client *client, uint64_t frame_id, uint64_t presented_at_ns)
{
    struct perf_frame_tick_builder request =
        perf_frame_tick_request_init_tick(perf_frame_tick_call(&client->rpc));
    enum perf_status status;

    perf_frame_tick_set_frame_id(request, frame_id);
    perf_frame_tick_set_presented_at_ns(request, presented_at_ns);
    call(client);
    status = perf_frame_tick_response_get_status(perf_frame_tick_results(&client->rpc));
    if (status != PERF_STATUS_OK)
        die("tick", (int)status);
}

int main(int argc, char **argv)
{
    static struct perf_client client;
    uint64_t frame_id = 0, presented_at_ns;
    int result;

    if (argc != 3)
        die("usage: feed_frames ADDRESS NAME", argc);
    result = perf_client_connect(&client, argv[1]);
    if (result < 0)
        die("connect", result);
    start(&client, argv[2]);
    while (scanf("%" SCNu64, &presented_at_ns) == 1)
        tick(&client, ++frame_id, presented_at_ns);
    printf("%" PRIu64 " frames\n", frame_id);
    perf_client_close(&client);
    return 0;
}
