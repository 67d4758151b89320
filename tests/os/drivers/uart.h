/* SPDX-License-Identifier: Apache-2.0 */
/* The log: the one 16550 of QEMU's virt, and the finisher that ends the machine. M-mode, any hart.
 */
#ifndef DRIVERS_UART_H
#define DRIVERS_UART_H

#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

/* Hart 0, once, before any other call. */
void uart_init(void);

/* Writes all of it in one piece: what other harts write comes before or after. Waits for the line
 * to take it, about 50 us a byte at worst. Also from a trap. */
void uart_write(const char *bytes, size_t length);

/* Ends QEMU; it exits with `code` (0 to 255). */
noreturn void finisher_exit(unsigned code);

#endif
