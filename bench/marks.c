/* SPDX-License-Identifier: Apache-2.0 */
/* What marks cost, against the floors. */
#include "floors.h"

#define REPEATS 4000u

#define ALONE_AND_AROUND_WORK(name)                                                                \
    {#name, name, 0, REPEATS, 0},                                                                  \
    {                                                                                              \
#name "_work", name##_work, 0, REPEATS, 0                                                  \
    }

int main(int argc, char **argv)
{
    static const struct bench_case cases[] = {
        ALONE_AND_AROUND_WORK(floor_empty),      ALONE_AND_AROUND_WORK(floor_rdtsc),
        ALONE_AND_AROUND_WORK(floor_two_rdtsc),  ALONE_AND_AROUND_WORK(floor_two_records),
        ALONE_AND_AROUND_WORK(floor_one_record), ALONE_AND_AROUND_WORK(floor_phase),
    };
    bench_run(argc, argv, cases, sizeof cases / sizeof cases[0], 33);
    return 0;
}
