/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the request of the C generator: it makes texts or refuses, and leaves no memory
 * behind. */
#include "generate.h"
#include "walk.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* It says why it refuses, each time. */
static void be_quiet(void)
{
    static FILE *nowhere;
    if (nowhere != NULL)
        return;
    nowhere = fopen("/dev/null", "w");
    FUZZ_CHECK(nowhere != NULL);
    stderr = nowhere;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct generated generated;
    struct arena arena = {NULL};
    be_quiet();
    if (generate(&arena, bytes, length, &generated)) {
        for (size_t i = 0; i < generated.count; i++)
            FUZZ_CHECK(strlen(generated.files[i].bytes) == generated.files[i].length);
    }
    generated_free(&generated);
    arena_free(&arena);
    arena = (struct arena){NULL};
    FILE *layout = fopen("/dev/null", "w");
    FUZZ_CHECK(layout != NULL);
    (void)generate_layout(&arena, bytes, length, layout);
    fclose(layout);
    arena_free(&arena);
    return 0;
}
