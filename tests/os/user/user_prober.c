/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program in SystemUI's place that touches what it must not: one thing a start, as each ends in a
 * fault. It says what it is about to do. When all is done it proves that perfd still serves, and
 * that the watch over it costs it no register.
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

/* The watch interrupts every half second, and ends what is silent for two. */
#define SILENCE_TICKS UINT64_C(13000000)

static struct perf_client client;

/* The last lane that was opened, also before the last fault. */
static __attribute__((section(".noinit"))) struct client_lane lane;

static void open_lane(void)
{
    client_connect(&client);
    lane = client_open_lane(&client, "probed", 256);
    if (lane.words[0] == 0 || *(volatile uint32_t *)lane.enable != 0)
        client_give_up("not a lane, or marks are wanted without a session");
    lane.words[lane.bytes / sizeof *lane.words - 1] = 0;
}

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

/* Without a call of the monitor once perfd knows. */
static noreturn void write_after_hanging_up(void)
{
    client_say_number("write", (uintptr_t)lane.words);
    perf_client_close(&client);
    for (;;)
        *(volatile uint32_t *)lane.words = 0;
}

static void execute(uint64_t address)
{
    client_say_number("execute", address);
    ((void (*)(void))address)();
}

/* Ends at this time, and makes no call until then. All registers that a C function does not keep
 * have values of their own: how many of them are still right, of 16. */
static uint64_t count_kept(uint64_t until)
{
    register uint64_t time __asm__("s2") = until;
    register uint64_t right __asm__("s3") = 0;
    __asm__ volatile(".macro for_each_caller_saved do\n"
                     " .irp reg, ra, t0, t1, t2, t3, t4, t5, t6, a0, a1, a2, a3, a4, a5, a6, a7\n"
                     "  \\do \\reg\n"
                     " .endr\n"
                     ".endm\n"
                     ".macro set reg\n"
                     " addi s4, s4, 77\n"
                     " mv \\reg, s4\n"
                     ".endm\n"
                     ".macro check reg\n"
                     " addi s4, s4, 77\n"
                     " sub s5, \\reg, s4\n"
                     " seqz s5, s5\n"
                     " add %1, %1, s5\n"
                     ".endm\n"
                     "li s4, 0\n"
                     "for_each_caller_saved set\n"
                     "1: rdtime s5\n"
                     "bltu s5, %0, 1b\n"
                     "li s4, 0\n"
                     "for_each_caller_saved check\n"
                     : "+r"(time), "+r"(right)
                     :
                     : "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a0", "a1", "a2", "a3", "a4",
                       "a5", "a6", "a7", "s4", "s5");
    return right;
}

static void ask_perfd(void)
{
    client_connect(&client);
    (void)perf_info_call(&client.rpc);
    client_call(&client);
    perf_client_close(&client);
    client_say("perfd serves");
    client_say_number("registers kept", count_kept(client_ticks() + SILENCE_TICKS));
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
    case 14:
        open_lane();
        write_to(lane.enable);
        break;
    case 15:
        open_lane();
        write_to((uintptr_t)lane.words - 8);
        break;
    case 16:
        open_lane();
        write_to((uintptr_t)lane.words + lane.bytes);
        break;
    case 17:
        open_lane();
        client_close_lane(&client, &lane);
        read_from((uintptr_t)lane.words);
        break;
    case 18:
        open_lane();
        client_close_lane(&client, &lane);
        write_to((uintptr_t)lane.words);
        break;
    case 19: /* which was granted before the last fault */
        open_lane();
        execute((uintptr_t)lane.words);
        break;
    case 20:
        write_to((uintptr_t)lane.words);
        break;
    case 21:
        open_lane();
        write_after_hanging_up();
    default:
        ask_perfd();
    }
    client_give_up("it could");
}
