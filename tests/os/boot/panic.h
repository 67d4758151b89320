/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a hart, or of the machine, told in one line. */
#ifndef BOOT_PANIC_H
#define BOOT_PANIC_H

#include <stdint.h>
#include <stdnoreturn.h>

/* What QEMU exits with. */
enum image_exit {
    IMAGE_EXIT_FINE = 0,
    IMAGE_EXIT_PANIC = 70, /* a trap on hart 0, or it cannot go on */
};

/* Prints `PANIC hart=<n> cause=<hex> pc=<hex> addr=<hex>` in one piece. */
void panic_line(unsigned hart, uint64_t cause, uint64_t pc, uint64_t addr);

/* For what is no trap: prints `PANIC hart=<n> <why>`, and ends the machine on hart 0, else the
 * hart. */
noreturn void panic(const char *why);

#endif
