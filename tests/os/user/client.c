/* SPDX-License-Identifier: Apache-2.0 */
#include "user/client.h"

#include <string.h>

#include "monitor/user_call.h"
#include "perf-client/perf_client.h"
#include "perf.capnp.h"

#define LINE_BYTES 64

/* The monitor fills it in; transport.c finds the channel in it. */
struct user_start user_start;

void client_connect(struct perf_client *client)
{
    if (perf_client_connect(client, NULL) != 0)
        client_give_up("perfd is not there");
}

void client_call(struct perf_client *client)
{
    const int error = perf_client_call(client);
    if (error != 0)
        client_give_up(perf_client_error_text(error));
}

struct client_lane client_open_lane(struct perf_client *client, const char *name, uint32_t records)
{
    const struct perf_open_lane_request_builder request = perf_open_lane_call(&client->rpc);
    perf_open_lane_request_set_name(request, nx_text_of(name));
    perf_open_lane_request_set_records(request, records);
    perf_open_lane_request_set_shared(request, true);
    client_call(client);
    const struct perf_open_lane_response_reader answer = perf_open_lane_results(&client->rpc);
    const struct client_lane lane = {
        .number = perf_open_lane_response_get_lane(answer),
        .words = (uint64_t *)(uintptr_t)perf_open_lane_response_get_address(answer),
        .bytes = perf_open_lane_response_get_bytes(answer),
        .enable = perf_open_lane_response_get_enable_address(answer),
    };
    if (lane.bytes == 0)
        client_give_up("no lane in shared memory");
    return lane;
}

void client_close_lane(struct perf_client *client, const struct client_lane *lane)
{
    const struct perf_close_lane_request_builder request = perf_close_lane_call(&client->rpc);
    perf_close_lane_request_set_lane(request, lane->number);
    client_call(client);
    if (perf_close_lane_response_get_status(perf_close_lane_results(&client->rpc)) !=
        PERF_STATUS_OK)
        client_give_up("the lane is not closed");
}

void client_start(struct perf_client *client, const char *name)
{
    const struct perf_start_request_builder request = perf_start_call(&client->rpc);
    perf_start_request_set_name(request, nx_text_of(name));
    client_call(client);
    if (perf_start_response_get_status(perf_start_results(&client->rpc)) != PERF_STATUS_OK)
        client_give_up("the session does not start");
}

uint64_t client_ticks(void)
{
    uint64_t ticks;
    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

void client_say(const char *line)
{
    (void)user_call(USER_CALL_LOG, (uintptr_t)line, strlen(line));
}

void client_say_number(const char *what, uint64_t number)
{
    char line[LINE_BYTES];
    size_t length = strlen(what) < 32 ? strlen(what) : 32;
    memcpy(line, what, length);
    line[length++] = ' ';
    char digits[20];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (count > 0)
        line[length++] = digits[--count];
    line[length] = '\0';
    client_say(line);
}

_Noreturn void client_finish(void)
{
    for (;;)
        (void)user_call(USER_CALL_FINISH, 0, 0);
}

_Noreturn void client_give_up(const char *why)
{
    client_say(why);
    client_say("gave up");
    client_finish();
}
