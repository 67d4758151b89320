/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/user.h"

void user_trapped(struct user_frame *frame, uint64_t cause, uint64_t pc, uint64_t addr)
{
    monitor_trap(frame, cause, pc, addr);
}
