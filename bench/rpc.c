/* SPDX-License-Identifier: Apache-2.0 */
/* One markBegin call as the service serves it: a message's bytes in, its answer's bytes out. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "floors.h"
#include "memory_port.h"
#include "nexus-idl/framing.h"
#include "nexus-idl/rpc_client.h"
#include "perf.capnp.h"
#include "server/server.h"

#define FRAME_BYTES 8192u
#define CALLS       64u
#define CALL_BYTES  512u

/* Calls as a client sends them, one after another: some 160 bytes each. */
struct world {
    struct perfd_port port;
    struct perfd *perfd;
    struct perfd_server server;
    struct perfd_connection connection;
    struct nx_client rpc;
    uint8_t out[FRAME_BYTES], answer[2 * FRAME_BYTES];
    struct {
        uint8_t bytes[CALL_BYTES];
        size_t length;
    } begins[CALLS], ends[CALLS];
    uint32_t next;
};

/* Serves what stands in bytes[0..length), message by message; gives the answer's length. */
static size_t serve(struct world *w, const uint8_t *bytes, size_t length)
{
    size_t answered = 0;
    for (size_t at = 0; at < length;) {
        int64_t size = nx_frame_length(bytes + at, length - at, FRAME_BYTES, 8);
        size_t one = 0;
        if (size <= 0 || !perfd_receive(&w->server, &w->connection, bytes + at, (size_t)size,
                                        w->answer + answered, sizeof w->answer - answered, &one))
            bench_die("receive");
        at += (size_t)size;
        answered += one;
    }
    return answered;
}

/* The call that was begun, to its end. */
static void call(struct world *w)
{
    size_t length, back;
    if (nx_client_finish_call(&w->rpc, &length) != 0)
        bench_die("call");
    size_t answered = serve(w, w->out, length);
    int reply = NX_REPLY_NONE;
    for (size_t at = 0; at < answered;) {
        int64_t size = nx_frame_length(w->answer + at, answered - at, FRAME_BYTES, 8);
        reply = nx_client_receive(&w->rpc, w->answer + at, (size_t)size, &back);
        at += (size_t)size;
    }
    if (reply != NX_REPLY)
        bench_die("answer");
}

/* The bytes of the call that was begun; it is made once, so that the client goes on. */
static size_t keep(struct world *w, uint8_t *bytes)
{
    call(w);
    size_t length = (size_t)nx_frame_length(w->out, sizeof w->out, FRAME_BYTES, 8);
    if (length > CALL_BYTES)
        bench_die("call too long");
    memcpy(bytes, w->out, length);
    return length;
}

static void open_world(struct world *w)
{
    static const struct perfd_config config = PERFD_CONFIG_DEFAULT;
    size_t bytes = perfd_arena_bytes(&config);
    void *arena = malloc(bytes);
    if (arena == NULL)
        bench_die("no memory");
    memset(arena, 0xa5, bytes);
    w->port.now_ns = 1000000000;
    if (perfd_init(&w->perfd, arena, bytes, &config, &w->port) != 0)
        bench_die("init");
    perfd_server_init(&w->server, w->perfd, &w->port, FRAME_BYTES);
    if (perfd_connect(&w->server, &w->connection, PERFD_CAP_ALL) != 0)
        bench_die("connect");
    nx_client_init(&w->rpc, w->out, sizeof w->out);
    perf_start_request_set_name(perf_start_call(&w->rpc), nx_text_of("bench"));
    call(w);
    /* The one after the bootstrap takes an answer's Finish along. */
    (void)perf_info_call(&w->rpc);
    call(w);
    for (uint32_t i = 0; i < CALLS; i++) {
        w->port.now_ns += 1000;
        perf_mark_request_set_name(perf_mark_begin_call(&w->rpc), nx_text_of("layout"));
        w->begins[i].length = keep(w, w->begins[i].bytes);
        perf_mark_request_set_name(perf_mark_end_call(&w->rpc), nx_text_of("layout"));
        w->ends[i].length = keep(w, w->ends[i].bytes);
    }
}

BENCH_CASE void rpc_mark_begin(void *context, uint32_t n)
{
    struct world *w = context;
    for (; n > 0; n--) {
        uint32_t i = w->next++ % CALLS;
        w->port.now_ns += 1000;
        if (serve(w, w->begins[i].bytes, w->begins[i].length) == 0)
            bench_die("no answer");
    }
}

BENCH_CASE void rpc_mark_end(void *context, uint32_t n)
{
    struct world *w = context;
    for (; n > 0; n--) {
        uint32_t i = w->next++ % CALLS;
        w->port.now_ns += 1000;
        if (serve(w, w->ends[i].bytes, w->ends[i].length) == 0)
            bench_die("no answer");
    }
}

int main(int argc, char **argv)
{
    static struct world w;
    static const struct bench_case cases[] = {
        {"rpc_mark_begin", rpc_mark_begin, &w, 500, NULL, false},
        {"floor_empty", floor_empty, NULL, 4000, NULL, false},
        {"floor_rdtsc", floor_rdtsc, NULL, 4000, NULL, false},
        {"rpc_mark_end", rpc_mark_end, &w, 500, NULL, false},
    };
    open_world(&w);
    bench_run(argc, argv, cases, sizeof cases / sizeof cases[0], 33);
    struct perfd_health health;
    perfd_read_health(w.perfd, w.port.now_ns, &health);
    if (health.written < (uint64_t)2 * CALLS + 1000)
        bench_die("marks were not written");
    return 0;
}
