/* SPDX-License-Identifier: Apache-2.0 */
/* Options as the host gives them: `alpha clock=scripted,seconds=10 big=4294967296 rest=12x`. */
#include <string.h>

#include "boot/hart.h"
#include "drivers/bootargs.h"
#include "drivers/options.h"
#include "drivers/test_image.h"

static char text[BOOTARGS_BYTES];

static void words(struct test *test)
{
    test_check(test, options_has(text, "alpha"), "the first word");
    test_check(test, options_has(text, "clock=scripted"), "a word with a value");
    test_check(test, !options_has(text, "clock"), "not its key alone");
    test_check(test, !options_has(text, "lpha"), "not a word's end");
    test_check(test, !options_has(text, "alph"), "nor its start");
    test_check(test, options_number(text, "seconds", 3) == 10, "a number");
    test_check(test, options_number(text, "second", 3) == 3, "none under a part of its key");
    test_check(test, options_number(text, "alpha", 4) == 4, "none where there is no value");
    test_check(test, options_number(text, "clock", 5) == 5, "nor where it is no number");
    test_check(test, options_number(text, "rest", 6) == 6, "nor where it ends otherwise");
    test_check(test, options_number(text, "big", 7) == 7, "nor where it does not fit");
    test_check(test, options_number(text, "most", 8) == 4294967295u, "the largest one fits");
}

noreturn void hart_main(unsigned hart)
{
    (void)hart;
    struct test test;
    test_begin(&test);
    size_t bytes = bootargs_read(text, sizeof(text));
    if (bytes == 0) {
        test_check(&test, text[0] == '\0' && !options_has(text, "alpha"), "no options: no words");
        test_check(&test, options_number(text, "seconds", 3) == 3, "no options: no numbers");
        test_end(&test);
    }
    test_check(&test, bytes == strlen(text), "the text's size is known");
    words(&test);

    char little[6];
    test_check(&test, bootargs_read(little, sizeof(little)) == 5 && strcmp(little, "alpha") == 0,
               "what does not fit is cut");
    test_end(&test);
}
