/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client in SystemUI's place with two lanes: one it marks with calls, and one in shared memory,
 * which it fills with garbage from end to end, its header as well, while a session runs and perfd
 * looks at it. With the option `calm` it does all but that. The clock is the script's, so that what
 * the first lane leaves in the trace is the same either way.
 */
#include <stdbool.h>

#include "drivers/options.h"
#include "monitor/user_call.h"
#include "perf-client/perf_client.h"
#include "perf.capnp.h"
#include "perfd/lane_layout.h"
#include "user/client.h"

#define ROUNDS   200u
#define RECORDS  256u
#define ROUND_NS UINT64_C(1000000)
#define FIRST_NS UINT64_C(1000000000)

static struct perf_client client;
static uint64_t random_state;
static uint64_t now_ns;

static uint64_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static void pass_ns(uint64_t ns)
{
    now_ns += ns;
    (void)user_call(USER_CALL_SCRIPT_TIME, now_ns, 0);
}

static uint32_t open_lane_by_calls(const char *name)
{
    const struct perf_open_lane_request_builder request = perf_open_lane_call(&client.rpc);
    perf_open_lane_request_set_name(request, nx_text_of(name));
    perf_open_lane_request_set_records(request, 2 * ROUNDS);
    client_call(&client);
    return perf_open_lane_response_get_lane(perf_open_lane_results(&client.rpc));
}

static void mark(uint32_t lane, bool begins)
{
    const struct perf_record_request_builder request = perf_record_call(&client.rpc);
    const struct perf_record_builder record =
        perf_record_list_edit(perf_record_request_init_records(request, 1), 0);
    perf_record_set_time_ns(record, now_ns);
    perf_record_set_lane(record, lane);
    perf_record_set_name(record, nx_text_of("round"));
    if (begins)
        perf_record_set_begin(record);
    else
        perf_record_set_end(record);
    client_call(&client);
    if (perf_record_response_get_status(perf_record_results(&client.rpc)) != PERF_STATUS_OK)
        client_give_up("a mark was not taken");
}

/* In the first half of the rounds one lap follows the other, and most words are of their lap and of
 * a kind that there is; then nothing is as it could be. */
static uint64_t garbage(unsigned round)
{
    const uint64_t word = random_next();
    if (round >= ROUNDS / 2 || word % 8 == 0)
        return word;
    return (word & PERF_LANE_PAYLOAD & ~UINT64_C(0xf0fff0)) | perf_lane_lap_bits(round);
}

static void scribble(const struct client_lane *lane, unsigned round)
{
    struct perf_lane_header *header = (void *)lane->words;
    for (uint64_t i = 0; i < lane->bytes / sizeof *lane->words; i++)
        perf_lane_store(&lane->words[i], garbage(round));
    if (round < ROUNDS / 2)
        perf_lane_store(&header->laps, round);
    else if (round % 2 == 0)
        perf_lane_store(&header->laps, (UINT64_C(1) << 40) - ROUNDS + round);
}

static struct perf_health_reader ask_health(void)
{
    (void)perf_metrics_call(&client.rpc);
    client_call(&client);
    return perf_metrics_response_get_health(perf_metrics_results(&client.rpc));
}

static void export_session(void)
{
    (void)perf_export_last_call(&client.rpc);
    client_call(&client);
    if (perf_export_response_get_status(perf_export_last_results(&client.rpc)) != PERF_STATUS_OK)
        client_give_up("the trace is not in the store");
}

/* The most that there was at one look. */
static uint64_t torn, malformed;
static bool unbalanced;

static void look(void)
{
    const struct perf_health_reader health = ask_health();
    const uint64_t torn_now = perf_health_get_dropped_torn(health);
    const uint64_t malformed_now = perf_health_get_dropped_malformed(health);
    torn = torn_now > torn ? torn_now : torn;
    malformed = malformed_now > malformed ? malformed_now : malformed;
    unbalanced = unbalanced || !perf_health_get_ledger_balanced(health);
}

_Noreturn void systemui_start(const struct user_start *start)
{
    const bool is_calm = options_has(start->options, "calm");
    random_state = 1;
    pass_ns(FIRST_NS);
    client_connect(&client);
    client_start(&client, "scribbled");
    const uint32_t marked = open_lane_by_calls("marked");
    const struct client_lane lane = client_open_lane(&client, "scribbled", RECORDS);
    for (unsigned round = 0; round < ROUNDS; round++) {
        mark(marked, true);
        if (!is_calm)
            scribble(&lane, round);
        look();
        pass_ns(ROUND_NS);
        mark(marked, false);
    }
    (void)perf_stop_call(&client.rpc);
    client_call(&client);
    client_say_number("torn", torn);
    client_say_number("malformed", malformed);
    client_say(unbalanced ? "not balanced" : "balanced");
    client_close_lane(&client, &lane);
    export_session();
    perf_client_close(&client);
    client_finish();
}
