/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/test_image.h"

#include "boot/hart.h"
#include "boot/line.h"
#include "drivers/bootargs.h"
#include "drivers/options.h"
#include "drivers/plic.h"
#include "drivers/uart.h"

static void print(struct line *line)
{
    line_end(line);
    uart_write(line->bytes, line->length);
}

void test_say(const char *text)
{
    struct line line = {.length = 0};
    line_text(&line, text);
    print(&line);
}

void test_begin(struct test *test)
{
    test->passed = 0;
    test->failed = 0;
    uart_init();
    plic_init(hart_id());
}

bool test_check(struct test *test, bool ok, const char *name)
{
    struct line line = {.length = 0};
    line_text(&line, ok ? "ok - " : "not ok - ");
    line_text(&line, name);
    print(&line);
    if (ok)
        test->passed++;
    else
        test->failed++;
    return ok;
}

uintptr_t test_device(enum virtio_id id)
{
    uintptr_t base = virtio_find(id);
    if (base != 0)
        plic_enable(hart_id(), virtio_irq(base));
    return base;
}

bool test_option(const char *word)
{
    char options[BOOTARGS_BYTES];
    (void)bootargs_read(options, sizeof(options));
    return options_has(options, word);
}

noreturn void test_end(const struct test *test)
{
    struct line line = {.length = 0};
    line_number(&line, test->passed);
    line_text(&line, " passed, ");
    line_number(&line, test->failed);
    line_text(&line, " failed");
    print(&line);
    finisher_exit(test->failed == 0 && test->passed > 0 ? 0 : 1);
}
