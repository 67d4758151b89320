/* SPDX-License-Identifier: Apache-2.0 */
/* Between the monitor's two halves, C and assembly. */
#ifndef BOOT_USER_H
#define BOOT_USER_H

#include <stdint.h>
#include <stdnoreturn.h>

#include "monitor/user_call.h"

/* SystemUI's entry, what it is told, and its stack: in its own memory. */
noreturn void systemui_start(const struct user_start *start);
extern struct user_start user_start;
extern uint8_t user_stack_end[];

/* Drops to U-mode with nothing in the registers but the argument. Traps come back on the calling
 * hart's stack, which starts over: the caller's frame is gone. What mie allows interrupts it. */
noreturn void user_enter(void (*entry)(const struct user_start *), const struct user_start *start,
                         void *stack_end);

/* The program's registers that a C function does not keep. */
struct user_frame {
    uint64_t ra, gp, tp, t0, t1, t2, a[8], t3, t4, t5, t6, sp, unused;
};

_Static_assert(sizeof(struct user_frame) == 160, "as user.S lays it out");

/* From the trap entry: monitor_trap(), and a note of it in images that show their interrupts. When
 * it returns, the program goes on at mepc with what the frame holds. */
void user_trapped(struct user_frame *frame, uint64_t cause, uint64_t pc, uint64_t addr);

void monitor_trap(struct user_frame *frame, uint64_t cause, uint64_t pc, uint64_t addr);

#endif
