/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client in SystemUI's place that plays a script, the one that driver.c plays on the host:
 * strictly request and reply, and every time that perfd sees comes from the script. Then it exports
 * the session and ends. Commands: now, start, lane, label, mark, tick, unlane, stop; one client
 * only. What is answered otherwise than `ok` is counted and said at the end.
 */
#include <stdbool.h>
#include <string.h>

#include "monitor/user_call.h"
#include "perf-client/perf_client.h"
#include "perf.capnp.h"
#include "user/client.h"
#include "user/words.h"

#define MANY 64

extern const char user_script[], user_script_end[];

struct player {
    struct perf_client client;
    uint64_t now_ns;
    uint32_t session;
    uint32_t labels[MANY], lanes[MANY];
    uint32_t label_count, lane_count;
    uint32_t calls, refused;
};

static struct player player;
static struct words words;

static void set_time(uint64_t ns)
{
    if (ns <= player.now_ns)
        return;
    player.now_ns = ns;
    (void)user_call(USER_CALL_SCRIPT_TIME, ns, 0);
}

static struct nx_text text_word(const char *key)
{
    const struct word *word = words_find(&words, key);
    return word == NULL ? (struct nx_text){"", 0} : (struct nx_text){word->value, word->length};
}

static void send(void)
{
    player.calls++;
    client_call(&player.client);
}

static void judge(enum perf_status status)
{
    player.refused += status != PERF_STATUS_OK;
}

/* The number behind the n-th of a kind. */
static uint32_t nth(const uint32_t *ids, uint32_t count, uint64_t n)
{
    return n >= 1 && n <= count ? ids[n - 1] : (uint32_t)n;
}

static void play_start(void)
{
    const struct perf_start_request_builder request = perf_start_call(&player.client.rpc);
    perf_start_request_set_name(request, text_word("name"));
    perf_start_request_set_budget_ns(request, words_number(&words, "budget", 16666667));
    perf_start_request_set_long_frame_ns(request, words_number(&words, "long", 0));
    perf_start_request_set_idle_gap_ns(request, words_number(&words, "idle", 0));
    perf_start_request_set_warmup_frames(request, (uint32_t)words_number(&words, "warmup", 0));
    send();
    const struct perf_start_response_reader answer = perf_start_results(&player.client.rpc);
    judge(perf_start_response_get_status(answer));
    player.session = perf_start_response_get_session_id(answer);
}

static void play_lane(void)
{
    const struct perf_open_lane_request_builder request = perf_open_lane_call(&player.client.rpc);
    perf_open_lane_request_set_name(request, text_word("name"));
    perf_open_lane_request_set_records(request, (uint32_t)words_number(&words, "records", 0));
    send();
    const struct perf_open_lane_response_reader answer = perf_open_lane_results(&player.client.rpc);
    judge(perf_open_lane_response_get_status(answer));
    if (player.lane_count < MANY)
        player.lanes[player.lane_count++] = perf_open_lane_response_get_lane(answer);
}

static void play_unlane(void)
{
    const struct perf_close_lane_request_builder request = perf_close_lane_call(&player.client.rpc);
    perf_close_lane_request_set_lane(
        request, nth(player.lanes, player.lane_count, words_number(&words, "lane", 0)));
    send();
    judge(perf_close_lane_response_get_status(perf_close_lane_results(&player.client.rpc)));
}

static void play_label(void)
{
    const struct perf_label_request_builder request = perf_label_call(&player.client.rpc);
    perf_label_request_set_name(request, text_word("name"));
    perf_label_request_set_category(request, text_word("category"));
    perf_label_request_set_file(request, text_word("file"));
    perf_label_request_set_line(request, (uint32_t)words_number(&words, "line", 0));
    send();
    const struct perf_label_response_reader answer = perf_label_results(&player.client.rpc);
    judge(perf_label_response_get_status(answer));
    if (player.label_count < MANY)
        player.labels[player.label_count++] = perf_label_response_get_label(answer);
}

static void set_flow(struct perf_record_builder record, enum perf_flow_step step, uint64_t id)
{
    const struct perf_record_flow_builder flow = perf_record_init_flow(record);
    perf_record_flow_set_id(flow, id);
    perf_record_flow_set_step(flow, step);
}

static bool set_kind(struct perf_record_builder record)
{
    const struct word *kind = words_find(&words, "kind");
    const uint64_t value = words_number(&words, "value", 0);
    if (word_is(kind, "begin"))
        perf_record_set_begin(record);
    else if (word_is(kind, "end"))
        perf_record_set_end(record);
    else if (word_is(kind, "instant"))
        perf_record_set_instant(record);
    else if (word_is(kind, "counter"))
        perf_record_set_counter(record, (int64_t)value);
    else if (word_is(kind, "flowstart"))
        set_flow(record, PERF_FLOW_STEP_START, value);
    else if (word_is(kind, "flowstep"))
        set_flow(record, PERF_FLOW_STEP_STEP, value);
    else if (word_is(kind, "flowend"))
        set_flow(record, PERF_FLOW_STEP_END, value);
    else if (word_is(kind, "asyncbegin"))
        perf_record_set_async_begin(record, value);
    else if (word_is(kind, "asyncend"))
        perf_record_set_async_end(record, value);
    else
        return false;
    return true;
}

static void play_mark(void)
{
    const struct perf_record_request_builder request = perf_record_call(&player.client.rpc);
    const struct perf_record_builder record =
        perf_record_list_edit(perf_record_request_init_records(request, 1), 0);
    perf_record_set_time_ns(record, words_number(&words, "at", 0));
    perf_record_set_lane(record,
                         nth(player.lanes, player.lane_count, words_number(&words, "lane", 0)));
    perf_record_set_label(record,
                          nth(player.labels, player.label_count, words_number(&words, "label", 0)));
    perf_record_set_name(record, text_word("name"));
    if (!set_kind(record))
        client_give_up("no such kind of mark");
    send();
    judge(perf_record_response_get_status(perf_record_results(&player.client.rpc)));
}

static void play_tick(void)
{
    const struct perf_frame_tick_builder tick =
        perf_frame_tick_request_init_tick(perf_frame_tick_call(&player.client.rpc));
    perf_frame_tick_set_session_id(tick, 0);
    perf_frame_tick_set_frame_id(tick, words_number(&words, "id", 0));
    perf_frame_tick_set_presented_at_ns(tick, words_number(&words, "at", 0));
    perf_frame_tick_set_began_at_ns(tick, words_number(&words, "began", 0));
    perf_frame_tick_set_deadline_at_ns(tick, words_number(&words, "deadline", 0));
    perf_frame_tick_set_ui_ns(tick, words_number(&words, "ui", 0));
    perf_frame_tick_set_layout_ns(tick, words_number(&words, "layout", 0));
    perf_frame_tick_set_render_ns(tick, words_number(&words, "render", 0));
    perf_frame_tick_set_present_ns(tick, words_number(&words, "present", 0));
    perf_frame_tick_set_input_at_ns(tick, words_number(&words, "input", 0));
    perf_frame_tick_set_budget_ns(tick, words_number(&words, "budget", 0));
    perf_frame_tick_set_presented(tick, words_number(&words, "thrown", 0) == 0);
    perf_frame_tick_set_after_idle(tick, words_number(&words, "idle", 0) != 0);
    send();
    judge(perf_frame_tick_response_get_status(perf_frame_tick_results(&player.client.rpc)));
}

static void play_stop(void)
{
    (void)perf_stop_call(&player.client.rpc);
    send();
    judge(perf_stop_response_get_status(perf_stop_results(&player.client.rpc)));
}

static void play(void)
{
    set_time(words_number(&words, "at", 0));
    if (word_is(&words.command, "tick"))
        play_tick();
    else if (word_is(&words.command, "mark"))
        play_mark();
    else if (word_is(&words.command, "start"))
        play_start();
    else if (word_is(&words.command, "lane"))
        play_lane();
    else if (word_is(&words.command, "unlane"))
        play_unlane();
    else if (word_is(&words.command, "label"))
        play_label();
    else if (word_is(&words.command, "stop"))
        play_stop();
    else if (word_is(&words.command, "now"))
        set_time(words_number(&words, "", 0));
    else
        client_give_up("no such command");
}

static void export_session(void)
{
    const struct perf_export_request_builder request = perf_export_last_call(&player.client.rpc);
    perf_export_request_set_session_id(request, player.session);
    send();
    judge(perf_export_response_get_status(perf_export_last_results(&player.client.rpc)));
}

_Noreturn void systemui_start(const struct user_start *start)
{
    (void)start;
    client_connect(&player.client);
    for (const char *at = user_script; (at = words_split(&words, at, user_script_end)) != NULL;)
        play();
    export_session();
    perf_client_close(&player.client);
    client_say_number("calls", player.calls);
    client_say_number("refused", player.refused);
    client_finish();
}
