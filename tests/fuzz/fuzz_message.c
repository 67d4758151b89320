/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a message: our reader keeps its budget to the word, and reads what the official
 * library reads. */
#include "compare.h"
#include "oracle_ask.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct transcript ours, theirs;
    static bool reports;
    if (!reports) {
        reports = true;
        atexit(compare_report);
    }
    walk_message(bytes, length, NX_BUDGET_DEFAULT, false, &ours);
    walk_message(bytes, length, NX_BUDGET_NONE, true, &ours);
    oracle_walk(bytes, length, true, &theirs);
    compare_transcripts(bytes, length, &ours, &theirs);
    return 0;
}
