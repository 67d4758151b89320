/* SPDX-License-Identifier: Apache-2.0 */
/* The control and status registers that the image uses. M-mode, of the calling hart. */
#ifndef BOOT_CSR_H
#define BOOT_CSR_H

#include <stdint.h>

#define csr_read(name)                                                                             \
    (__extension__({                                                                               \
        uint64_t csr_value;                                                                        \
        __asm__ volatile("csrr %0, " #name : "=r"(csr_value)::"memory");                           \
        csr_value;                                                                                 \
    }))
#define csr_write(name, value) __asm__ volatile("csrw " #name ", %0" ::"r"(value) : "memory")
#define csr_set(name, bits)    __asm__ volatile("csrs " #name ", %0" ::"r"(bits) : "memory")
#define csr_clear(name, bits)  __asm__ volatile("csrc " #name ", %0" ::"r"(bits) : "memory")

#define MIE_MSIE (UINT64_C(1) << 3)
#define MIE_MTIE (UINT64_C(1) << 7)
#define MIE_MEIE (UINT64_C(1) << 11)

/* In mcause. */
#define CAUSE_USER_ECALL 8u
#define CAUSE_RING       (UINT64_C(1) << 63 | 3u)
#define CAUSE_TIMER      (UINT64_C(1) << 63 | 7u)

#endif
