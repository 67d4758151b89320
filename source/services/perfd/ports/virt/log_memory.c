/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/virt/log_memory.h"

#include "server/server.h"

#define LOG_BYTES (512u << 10)

void log_memory_give(struct perfd_log *log)
{
    static _Alignas(8) __attribute__((section(".noinit"))) uint8_t memory[LOG_BYTES];
    log->memory = memory;
    log->bytes = sizeof memory;
}
