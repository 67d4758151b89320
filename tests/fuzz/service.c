/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include "nexus-idl/framing.h"
#include "perfd/counters.h"
#include "perfd/hotspots.h"
#include "perfd/jank.h"
#include "perfd/perfd.h"
#include "walk.h"

#include <string.h>

#define MS      UINT64_C(1000000)
#define GUARD   16
#define PATTERN 0xa5

enum { UNIMPLEMENTED = 0, ABORT = 1, RETURN = 3 };

static const struct perfd_config config = PERFD_CONFIG_SMALL;
static struct perfd *perfd;
static struct perfd_port port;
static struct perfd_server server;
static struct perfd_connection connection;
static uint32_t connection_capabilities;
static uint8_t *out; /* SERVICE_FRAME_BYTES and a guard */
static uint64_t counters[PERFD_COUNTERS_BYTES / 8];
static uint64_t hotspots[PERFD_HOTSPOTS_BYTES / 8];

static void connect_anew(void)
{
    FUZZ_CHECK(perfd_connect(&server, &connection, connection_capabilities) == 0);
}

/* What the service has in memory, and how that is when nothing has happened yet: putting it back
 * takes a tenth of what making it takes. */
static struct {
    void *memory, *fresh;
    size_t bytes;
} parts[] = {{NULL, NULL, 0},
             {NULL, NULL, 0},
             {counters, NULL, sizeof counters},
             {hotspots, NULL, sizeof hotspots}};
enum { PARTS = sizeof parts / sizeof *parts };

static void make(void)
{
    parts[0].bytes = perfd_arena_bytes(&config);
    parts[1].bytes = perfd_jank_bytes(&config);
    for (int i = 0; i < 2; i++)
        parts[i].memory = malloc(parts[i].bytes);
    for (int i = 0; i < PARTS; i++)
        parts[i].fresh = malloc(parts[i].bytes);
    for (int i = 0; i < PARTS; i++)
        FUZZ_CHECK(parts[i].memory != NULL && parts[i].fresh != NULL);
    out = malloc(SERVICE_FRAME_BYTES + GUARD);
    FUZZ_CHECK(out != NULL);
    memset(out, PATTERN, SERVICE_FRAME_BYTES + GUARD);
    FUZZ_CHECK(perfd_init(&perfd, parts[0].memory, parts[0].bytes, &config, &port) == 0);
    FUZZ_CHECK(perfd_jank_start(perfd, parts[1].memory, parts[1].bytes) == 0);
    FUZZ_CHECK(perfd_counters_start(perfd, counters, sizeof counters) == 0);
    FUZZ_CHECK(perfd_hotspots_start(perfd, hotspots, sizeof hotspots) == 0);
    for (int i = 0; i < PARTS; i++)
        memcpy(parts[i].fresh, parts[i].memory, parts[i].bytes);
}

void service_open(uint32_t capabilities)
{
    memory_port_clear(&port);
    memset(&port, 0, sizeof port);
    port.now_ns = 1000 * MS;
    if (out == NULL)
        make();
    else
        for (int i = 0; i < PARTS; i++)
            memcpy(parts[i].memory, parts[i].fresh, parts[i].bytes);
    perfd_server_init(&server, perfd, &port, SERVICE_FRAME_BYTES);
    connection_capabilities = capabilities;
    connect_anew();
}

/* Where a message is answered at all it is by one whole message, of which everything can be read.
 */
static void check_answer(size_t answered)
{
    static struct transcript transcript;
    struct nx_message message;
    FUZZ_CHECK(answered <= SERVICE_FRAME_BYTES);
    for (size_t i = 0; i < GUARD; i++)
        FUZZ_CHECK(out[SERVICE_FRAME_BYTES + i] == PATTERN);
    if (answered == 0)
        return;
    FUZZ_CHECK(nx_frame_length(out, answered, SERVICE_FRAME_BYTES, NX_SEGMENTS_DEFAULT) ==
               (int64_t)answered);
    FUZZ_CHECK(nx_message_open(&message, out, answered) == 0);
    uint16_t tag = nx_get_u16(nx_message_root(&message), 0);
    FUZZ_CHECK(tag == UNIMPLEMENTED || tag == ABORT || tag == RETURN);
    FUZZ_CHECK(nx_get_struct(nx_message_root(&message), 0).message != NULL || tag == UNIMPLEMENTED);
    if (tag == UNIMPLEMENTED) /* the peer's own message comes back, with all its faults */
        return;
    walk_message(out, answered, NX_BUDGET_DEFAULT, false, &transcript);
    for (uint32_t i = 0; i < transcript.count; i++)
        FUZZ_CHECK(transcript.records[i].kind != RECORD_REFUSED);
}

size_t service_finish_jobs(void)
{
    size_t answered = 0;
    for (int steps = 0; perfd_server_step(&server, out, SERVICE_FRAME_BYTES, &answered) != 0;
         steps++)
        FUZZ_CHECK(steps < 100000);
    check_answer(answered);
    return answered;
}

bool service_frame(const uint8_t *frame, size_t length, const uint8_t **answer, size_t *answered)
{
    port.now_ns += MS;
    port.markers_length = 0; /* they are not looked at, and would fill the port's memory */
    *answer = out;
    *answered = 0;
    bool open =
        perfd_receive(&server, &connection, frame, length, out, SERVICE_FRAME_BYTES, answered);
    check_answer(*answered);
    return open;
}

void service_reconnect(void)
{
    (void)service_finish_jobs();
    perfd_disconnect(&server, &connection);
    (void)service_finish_jobs();
    connect_anew();
}

void service_feed(const uint8_t *bytes, size_t length, bool jobs)
{
    const uint8_t *answer;
    size_t answered;
    bool open = true;
    for (size_t at = 0; open && at < length;) {
        int64_t size =
            nx_frame_length(bytes + at, length - at, SERVICE_FRAME_BYTES, NX_SEGMENTS_DEFAULT);
        if (size == 0 || (size > 0 && (uint64_t)size > length - at))
            break;
        size_t take = size < 0 ? 0 : (size_t)size;
        open = service_frame(bytes + at, take, &answer, &answered);
        if (jobs)
            (void)service_finish_jobs();
        at += take;
    }
    service_reconnect();
}

void service_check(void)
{
    struct perfd_health health;
    perfd_read_health(perfd, port.now_ns, &health);
    FUZZ_CHECK(health.ledger_balanced);
    FUZZ_CHECK(port.bad_markers == 0 && port.misuses == 0);
}

void service_check_next_client(void)
{
    struct perfd_metrics metrics;
    struct perfd_start start = {.name = {"next", 4}, .budget_ns = 10 * MS};
    service_check();
    int client = perfd_client_open(perfd);
    FUZZ_CHECK(client > 0);
    for (int i = 0; perfd_read_metrics(perfd, client, 0, false, &metrics) >= 0 && metrics.running;
         i++) {
        FUZZ_CHECK(i < 16);
        FUZZ_CHECK(perfd_stop(perfd, client, metrics.session, port.now_ns, &metrics) == 0);
    }
    int session = perfd_start(perfd, client, &start, port.now_ns);
    FUZZ_CHECK(session > 0);
    for (uint64_t i = 1; i <= 11; i++) {
        port.now_ns += 10 * MS;
        struct perfd_tick tick = {.frame_id = i, .presented_at_ns = port.now_ns, .presented = true};
        tick.session = (uint32_t)session;
        FUZZ_CHECK(perfd_tick(perfd, client, &tick, port.now_ns) == 0);
    }
    FUZZ_CHECK(perfd_stop(perfd, client, (uint32_t)session, port.now_ns, &metrics) == 0);
    FUZZ_CHECK(metrics.session_frames == 11 && metrics.session_milli_fps == 100000);
    service_check();
    perfd_client_close(perfd, client);
}
