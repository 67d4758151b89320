/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the drivers' test images share: checks that are named, printed and counted on the log, and a
 * last line `N passed, N failed`. Hart 0 in M-mode.
 */
#ifndef DRIVERS_TEST_IMAGE_H
#define DRIVERS_TEST_IMAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "drivers/virtio.h"

struct test {
    unsigned passed, failed;
};

/* The log, and this hart's interrupts. */
void test_begin(struct test *test);

/* One line: `ok - <name>` or `not ok - <name>`. Returns whether it is ok. */
bool test_check(struct test *test, bool ok, const char *name);

/* One line for the script that runs the image, as a sign that it may go on. */
void test_say(const char *text);

/* Finds the device and lets it interrupt hart 0; 0: there is none. */
uintptr_t test_device(enum virtio_id id);

/* Whether the image's options have this word. */
bool test_option(const char *word);

/* Prints the count and ends the machine: 0, or 1 where a check failed. */
noreturn void test_end(const struct test *test);

#endif
