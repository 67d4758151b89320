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
 * hart's stack, which starts over: the caller's frame is gone. */
noreturn void user_enter(void (*entry)(const struct user_start *), const struct user_start *start,
                         void *stack_end);

/* From the trap entry: a call's answer; a fault does not return. */
long monitor_trap(uintptr_t first, uintptr_t second, long number, uint64_t cause, uint64_t pc,
                  uint64_t addr);

#endif
