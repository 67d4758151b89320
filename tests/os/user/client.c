/* SPDX-License-Identifier: Apache-2.0 */
#include "user/client.h"

#include <string.h>

#include "monitor/user_call.h"
#include "perf-client/perf_client.h"

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
