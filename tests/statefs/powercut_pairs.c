/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of power cuts: after every cut of a scenario work goes on, and is cut after each of its
 * writes again; also where only the programs started anew. Takes minutes: `make test-powercuts`. */
#include <stdio.h>

#include "power.h"

int main(void)
{
    unsigned failed = 0;
    unsigned passed = 0;
    for (uint32_t seed = 102; seed <= 104; seed++) {
        const struct power_plan plan = {.seed = seed,
                                        .steps = 120,
                                        .random_subsets = 4,
                                        .continued_steps = 8,
                                        .continued_every = 1,
                                        .restarts = true};
        struct power_result result = power_run(&plan, true);
        bool good = result.broken == 0 && result.surprises == 0 && result.writes >= 200;
        printf("%s seed %u: %llu writes, %llu cuts, %llu cuts after a cut, %llu mounts %s\n",
               good ? "ok" : "not ok", (unsigned)seed, (unsigned long long)result.writes,
               (unsigned long long)result.cuts, (unsigned long long)result.second_cuts,
               (unsigned long long)result.mounts, result.first);
        fflush(stdout);
        passed += good;
        failed += !good;
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0;
}
