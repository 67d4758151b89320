/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keyboard: prints each key as `key <code> down` or `up`, for the script that presses them and
 * knows their order, until Home has gone up.
 */
#include "boot/hart.h"
#include "boot/line.h"
#include "drivers/driver.h"
#include "drivers/input.h"
#include "drivers/test_image.h"
#include "drivers/uart.h"

static struct input input;

static void print(const struct input_key *key)
{
    struct line line = {.length = 0};
    line_text(&line, "key ");
    line_number(&line, key->code);
    line_text(&line, key->down ? " down" : " up");
    line_end(&line);
    uart_write(line.bytes, line.length);
}

noreturn void hart_main(unsigned hart)
{
    (void)hart;
    static struct input none;
    struct input_key key = {0, true};
    struct test test;
    test_begin(&test);
    test_check(&test, !input_open(&none, 0), "no keyboard does not open");
    test_check(&test, !input_read(&none, &key), "and has no keys");
    uintptr_t base = test_device(VIRTIO_ID_INPUT);
    if (test_option("tablet")) {
        test_check(&test, base != 0 && !input_open(&none, base), "a tablet without keys is none");
        test_end(&test);
    }
    if (!test_check(&test, input_open(&input, base), "the keyboard opens"))
        test_end(&test);
    test_check(&test, !input_read(&input, &key), "no key was pressed yet");
    test_say("press");
    /* What came between the two calls is seen in the next round: its interrupt is news. */
    while (key.code != INPUT_HOME || key.down) {
        if (input_waiting(&input) && input_read(&input, &key))
            print(&key);
        else if (!input_waiting(&input))
            driver_wait();
    }
    test_check(&test, !input_waiting(&none), "none wait at no keyboard");
    test_end(&test);
}
