/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console: sends back what it gets, BYTES of it, whatever the sizes that it comes in. The
 * script sends and compares.
 */
#include "boot/hart.h"
#include "drivers/console.h"
#include "drivers/driver.h"
#include "drivers/test_image.h"

#define BYTES 0x100000u

static struct console console;
/* Not a multiple of the driver's buffers: pieces begin and end anywhere. */
static uint8_t held[4097];

static bool echo(uint32_t bytes)
{
    uint32_t echoed = 0;
    size_t have = 0, sent = 0;
    while (echoed < bytes) {
        ptrdiff_t in = 0;
        if (sent == have) {
            in = console_read(&console, held, sizeof(held));
            if (in < 0)
                return false;
            have = (size_t)in;
            sent = 0;
        }
        ptrdiff_t out = console_write(&console, held + sent, have - sent);
        if (out < 0)
            return false;
        sent += (size_t)out;
        echoed += (uint32_t)out;
        if (in == 0 && out == 0)
            driver_wait();
    }
    return echoed == bytes;
}

/* The script has all of it, and says so with one byte more. */
static bool is_done(void)
{
    ptrdiff_t got;
    while ((got = console_read(&console, held, sizeof(held))) == 0)
        driver_wait();
    return got == 1 && held[0] == '!';
}

noreturn void hart_main(unsigned hart)
{
    (void)hart;
    static struct console none;
    struct test test;
    test_begin(&test);
    test_check(&test, !console_open(&none, 0), "no console does not open");
    test_check(&test, console_read(&none, held, 1) < 0, "nor is it read");
    test_check(&test, console_write(&none, held, 1) < 0, "nor written");
    if (!test_check(&test, console_open(&console, test_device(VIRTIO_ID_CONSOLE)),
                    "the console opens"))
        test_end(&test);
    test_check(&test, console_read(&console, held, 0) == 0, "a read of nothing is nothing");
    test_check(&test, console_write(&console, held, 0) == 0, "and so is a write");
    test_say("send");
    test_check(&test, echo(BYTES), "all bytes came and went");
    test_check(&test, is_done(), "and no more than that");
    test_end(&test);
}
