/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program in SystemUI's place that touches what it must not: one thing a start, as each ends in a
 * fault. It says what it is about to do. When all is done it proves that perfd still serves.
 */
#include <stdint.h>

#include "boot/layout.h"
#include "monitor/user.h"
#include "perf-client/perf_client.h"
#include "perf.capnp.h"
#include "user/client.h"

#define IMAGE_START UINT64_C(0x80000000)
#define RAM_BEHIND  UINT64_C(0x84000000) /* behind the image */
#define FINISHER    UINT64_C(0x00100000)
#define CLINT       UINT64_C(0x02000000)
#define PLIC        UINT64_C(0x0c000000)
#define UART        UINT64_C(0x10000000)
#define DEVICES     UINT64_C(0x10001000)

static struct perf_client client;

static void write_to(uint64_t address)
{
    client_say_number("write", address);
    *(volatile uint32_t *)address = 0;
}

static void read_from(uint64_t address)
{
    client_say_number("read", address);
    (void)*(volatile uint32_t *)address;
}

static void execute(uint64_t address)
{
    client_say_number("execute", address);
    ((void (*)(void))address)();
}

static void ask_perfd(void)
{
    client_connect(&client);
    (void)perf_info_call(&client.rpc);
    client_call(&client);
    perf_client_close(&client);
    client_say("perfd serves");
    client_finish();
}

noreturn void systemui_start(const struct user_start *start)
{
    uint32_t own = 0;
    switch (start->starts) {
    case 1:
        write_to(IMAGE_START);
        break;
    case 2:
        read_from(IMAGE_START);
        break;
    case 3:
        execute(IMAGE_START);
        break;
    case 4:
        write_to((uint64_t)(uintptr_t)systemui_start);
        break;
    case 5:
        execute((uint64_t)(uintptr_t)&own);
        break;
    case 6:
        write_to((uint64_t)(uintptr_t)user_stack_end - STACK_BYTES - 8);
        break;
    case 7:
        read_from(RAM_BEHIND);
        break;
    case 8:
        write_to(FINISHER);
        break;
    case 9:
        write_to(CLINT);
        break;
    case 10:
        write_to(PLIC);
        break;
    case 11:
        write_to(UART);
        break;
    case 12:
        write_to(DEVICES);
        break;
    case 13:
        read_from(0);
        break;
    default:
        ask_perfd();
    }
    client_give_up("it could");
}
