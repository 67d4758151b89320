/* SPDX-License-Identifier: Apache-2.0 */
/* Power cuts after every block write, and that the judge of them sees a barrier that is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "power.h"

static struct power_result hold(const struct power_plan *plan)
{
    struct power_result result = power_run(plan, false);
    print_message("# seed %u: %llu writes, %llu cuts, %llu + %llu mounts, %u syncs, %u commits\n",
                  (unsigned)plan->seed, (unsigned long long)result.writes,
                  (unsigned long long)result.cuts, (unsigned long long)result.mounts,
                  (unsigned long long)result.second_cuts, (unsigned)result.syncs,
                  (unsigned)result.commits);
    assert_string_equal(result.first, "");
    assert_int_equal(result.broken, 0);
    assert_int_equal(result.surprises, 0);
    return result;
}

static void every_cut_keeps_the_promises(void **state)
{
    (void)state;
    for (uint32_t seed = 2; seed <= 3; seed++) {
        struct power_result result =
            hold(&(struct power_plan){.seed = seed, .steps = 120, .random_subsets = 4});
        assert_true(result.writes >= 200);
        assert_true(result.cuts >= 200);
        assert_true(result.syncs >= 5 && result.commits >= 5);
    }
}

static void cuts_while_going_on_after_a_cut(void **state)
{
    (void)state;
    hold(&(struct power_plan){
        .seed = 11, .steps = 40, .random_subsets = 2, .continued_steps = 6, .continued_every = 8});
}

static void cuts_after_a_restart(void **state)
{
    (void)state;
    hold(&(struct power_plan){.seed = 12,
                              .steps = 40,
                              .random_subsets = 2,
                              .continued_steps = 6,
                              .continued_every = 8,
                              .restarts = true});
}

/* The judge itself: a store whose flush does nothing must be seen to break its promises. */
static void a_missing_barrier_is_seen(void **state)
{
    (void)state;
    static const enum disk_lie lies[] = {LIE_SETTLE, LIE_ENTRIES, LIE_HEADER};
    for (unsigned i = 0; i < 3; i++) {
        const struct power_plan plan = {.seed = 1,
                                        .steps = 120,
                                        .random_subsets = 4,
                                        .continued_steps = 6,
                                        .continued_every = 1,
                                        .restarts = lies[i] == LIE_SETTLE,
                                        .lie = lies[i]};
        struct power_result result = power_run(&plan, true);
        print_message("# lie %u: %s\n", (unsigned)lies[i], result.first);
        assert_true(result.broken > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut_keeps_the_promises),
        cmocka_unit_test(cuts_while_going_on_after_a_cut),
        cmocka_unit_test(cuts_after_a_restart),
        cmocka_unit_test(a_missing_barrier_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
