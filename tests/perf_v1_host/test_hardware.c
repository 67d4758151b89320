/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of the machine, without one: a script says what opens and what each reading gives.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "hardware.h"

/* --- The script ------------------------------------------------------------------------------- */

enum { CPUS = 4, EVENTS = 4 };

struct scripted {
    int paranoid;
    const char *unknown; /* this name */
    int open_error[EVENTS][CPUS];
    int read_error[EVENTS][CPUS];
    struct hardware_reading now[EVENTS][CPUS];
    /* What was done. */
    uint32_t resolved;
    int opened, closed;
};

static int script_paranoid(void *context)
{
    const struct scripted *script = context;
    return script->paranoid;
}

static const char *script_resolve(void *context, const char *name)
{
    struct scripted *script = context;
    script->resolved++;
    return script->unknown != NULL && strcmp(name, script->unknown) == 0 ? "no such event" : NULL;
}

static int script_open(void *context, uint32_t cpu)
{
    struct scripted *script = context;
    uint32_t event = script->resolved - 1;
    assert_true(event < EVENTS && cpu < CPUS);
    if (script->open_error[event][cpu] != 0)
        return -script->open_error[event][cpu];
    script->opened++;
    return (int)(event * CPUS + cpu);
}

static int script_read(void *context, int handle, struct hardware_reading *out)
{
    const struct scripted *script = context;
    *out = script->now[handle / CPUS][handle % CPUS];
    return -script->read_error[handle / CPUS][handle % CPUS];
}

static void script_close(void *context, int handle)
{
    struct scripted *script = context;
    assert_true(handle >= 0 && handle < EVENTS * CPUS);
    script->closed++;
}

static struct hardware open_script(struct scripted *script, const char *names, const char *cpus,
                                   const char *online)
{
    struct hardware_options options = {.interval_ms = 10, .some_cpus = cpus != NULL};
    struct hardware_cpus are_online;
    const struct hardware_source source = {
        .context = script,
        .paranoid = script_paranoid,
        .resolve = script_resolve,
        .open = script_open,
        .read = script_read,
        .close = script_close,
    };
    struct hardware hardware;
    assert_null(hardware_names_parse(&options.names, names));
    if (cpus != NULL)
        assert_null(hardware_cpus_parse(&options.cpus, cpus));
    assert_null(hardware_cpus_parse(&are_online, online));
    assert_int_equal(hardware_open(&hardware, &options, &source, &are_online), 0);
    return hardware;
}

static void close_script(struct hardware *hardware, const struct scripted *script)
{
    hardware_close(hardware);
    assert_int_equal(script->opened, script->closed);
    assert_int_equal(hardware_poll_fd(hardware), -1);
    hardware_close(hardware);
    assert_int_equal(script->opened, script->closed);
}

/* --- Lists ------------------------------------------------------------------------------------ */

static void names_are_read(void **state)
{
    struct hardware_names names;
    (void)state;
    assert_null(hardware_names_parse(&names, "cycles"));
    assert_int_equal(names.count, 1);
    assert_string_equal(names.name[0], "cycles");
    assert_null(hardware_names_parse(&names, "page-faults,cycles,page-faults"));
    assert_int_equal(names.count, 2);
    assert_string_equal(names.name[1], "cycles");
    assert_null(hardware_names_parse(&names, "all"));
    assert_int_equal(names.count, 17);
    assert_string_equal(names.name[0], "cpu-clock");
    assert_string_equal(names.name[16], "iTLB-load-misses");
    assert_null(hardware_names_parse(&names, "INST_RETIRED:ANY_P,all,cycles"));
    assert_int_equal(names.count, 18);
    assert_null(hardware_names_parse(&names, "allow"));
    assert_int_equal(names.count, 1);
}

static void names_that_cannot_be_are_refused(void **state)
{
    struct hardware_names names;
    char long_name[49], many[200] = "";
    (void)state;
    assert_string_equal(hardware_names_parse(&names, ""), "an empty name");
    assert_string_equal(hardware_names_parse(&names, "cycles,"), "an empty name");
    assert_string_equal(hardware_names_parse(&names, ",cycles"), "an empty name");
    assert_non_null(hardware_names_parse(&names, "cycles, instructions"));
    assert_non_null(hardware_names_parse(&names, "cy\xc3\xa4"));
    memset(long_name, 'x', 48);
    long_name[48] = '\0';
    assert_string_equal(hardware_names_parse(&names, long_name), "a name is longer than 47 bytes");
    long_name[47] = '\0';
    assert_null(hardware_names_parse(&names, long_name));
    for (int i = 0; i < 33; i++) {
        const char one[] = {(char)(i < 26 ? 'a' + i : 'A' + i - 26), i < 32 ? ',' : '\0', '\0'};
        strcat(many, one);
    }
    assert_string_equal(hardware_names_parse(&names, many), "more than 32 names");
    many[strlen(many) - 2] = '\0';
    assert_null(hardware_names_parse(&names, many));
    assert_int_equal(names.count, 32);
}

static void cpus_are_read_and_written(void **state)
{
    static const struct {
        const char *list, *text;
        uint32_t count;
    } good[] = {
        {"0", "0", 1},         {"0,2-3", "0,2-3", 3},      {"3,2,0", "0,2-3", 3},
        {"5-5", "5", 1},       {"0-1,1-2", "0-2", 3},      {"1023", "1023", 1},
        {"62-65", "62-65", 4}, {"0-1023", "0-1023", 1024},
    };
    static const char *const bad[] = {"",    "x",      "1,",  ",1",
                                      "1-",  "-1",     "3-2", "1024",
                                      "1 2", "0-1024", "0x1", "18446744073709551616"};
    struct hardware_cpus cpus;
    char text[64];
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_null(hardware_cpus_parse(&cpus, good[i].list));
        assert_int_equal(hardware_cpus_count(&cpus), good[i].count);
        hardware_cpus_text(&cpus, text, sizeof text);
        assert_string_equal(text, good[i].text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_non_null(hardware_cpus_parse(&cpus, bad[i]));
    /* 10 bytes: six of the list, three dots, the end. */
    assert_null(hardware_cpus_parse(&cpus, "1,3,5,7,9,11"));
    hardware_cpus_text(&cpus, text, 10);
    assert_string_equal(text, "1,3,5...");
    cpus = (struct hardware_cpus){0};
    hardware_cpus_text(&cpus, text, sizeof text);
    assert_string_equal(text, "");
}

/* --- Arithmetic ------------------------------------------------------------------------------- */

static void values_are_scaled(void **state)
{
    const uint64_t most = UINT64_MAX, top = UINT64_C(1) << 63;
    const struct {
        uint64_t value, enabled, running, scaled;
    } rows[] = {
        {100, 10, 5, 200},
        {7, 3, 2, 10}, /* 10.5 */
        {0, 10, 5, 0},
        {5, 100, 0, 0},
        {5, 0, 0, 0},
        {5, 8, 8, 5},
        {5, 4, 8, 5}, /* never down */
        /* Products over 64 bits. */
        {UINT64_C(1000000000000000000), 4000000000, 1000000000, UINT64_C(4000000000000000000)},
        {UINT64_C(6000000000000000000), 9000000000, 7000000000, UINT64_C(7714285714285714285)},
        {top, 3, 2, UINT64_C(13835058055282163712)}, /* 3 * 2^62 */
        {top, 2, 1, most},                           /* 2^64 */
        {most, most, most - 1, most},                /* 2^64 */
        {most - 3, most, most - 1, most - 3},        /* x(x-3)/(x-1) = x-2 - 2/(x-1) */
        {most, most, 1, most},
        {1, most, 1, most},
        {3, most, most - 1, 3}, /* 3 + 3/(x-1) */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(hardware_scale(rows[i].value, rows[i].enabled, rows[i].running),
                         rows[i].scaled);
}

static void cpus_are_added_up(void **state)
{
    struct scripted script = {0};
    (void)state;
    script.now[0][0] = (struct hardware_reading){100, 1000, 1000};
    script.now[0][1] = (struct hardware_reading){50, 1000, 500};
    struct hardware hardware = open_script(&script, "cycles", NULL, "0-1");
    const struct hardware_counter *counter = &hardware.counter[0];
    assert_int_equal(counter->state, PERFD_COUNTER_OK);
    assert_int_equal(counter->total, 200); /* 100 + 50 * 1000 / 500 */
    assert_int_equal(counter->running_permille, 750);
    assert_true(counter->scaled);
    assert_int_equal(hardware.cpus_running, 2);

    /* 60 more, and 10 in 900 of 1000: 11. By totals cpu 1 would have gone back, to 85. */
    script.now[0][0] = (struct hardware_reading){160, 2000, 2000};
    script.now[0][1] = (struct hardware_reading){60, 2000, 1400};
    hardware_sample(&hardware, 1);
    assert_int_equal(counter->total, 200 + 60 + 11);
    assert_int_equal(counter->running_permille, 950);

    /* No turn on cpu 1; the next one, 30 in 500, stands for both: 30 * 2000 / 500. */
    script.now[0][0] = (struct hardware_reading){160, 3000, 3000};
    script.now[0][1] = (struct hardware_reading){60, 3000, 1400};
    hardware_sample(&hardware, 1);
    assert_int_equal(counter->total, 271);
    assert_int_equal(counter->running_permille, 500);
    assert_int_equal(hardware.cpus_running, 1);
    script.now[0][0] = (struct hardware_reading){160, 4000, 4000};
    script.now[0][1] = (struct hardware_reading){90, 4000, 1900};
    hardware_sample(&hardware, 1);
    assert_int_equal(counter->total, 271 + 120);
    assert_int_equal(counter->running_permille, 500); /* 1500 of 3000 */
    assert_int_equal(hardware.samples, 4);
    close_script(&hardware, &script);
}

static void totals_end_at_the_top(void **state)
{
    struct scripted script = {0};
    (void)state;
    script.now[0][0] = (struct hardware_reading){INT64_MAX - 1, 10, 10};
    script.now[0][1] = (struct hardware_reading){UINT64_MAX, 10, 10};
    struct hardware hardware = open_script(&script, "cycles", NULL, "0-1");
    assert_true(hardware.counter[0].total == INT64_MAX);
    close_script(&hardware, &script);
}

/* A cpu that has gone offline: its clock stands still, and nothing is lost or made up. */
static void a_cpu_goes(void **state)
{
    struct scripted script = {0};
    (void)state;
    script.now[0][0] = script.now[0][1] = (struct hardware_reading){10, 100, 100};
    struct hardware hardware = open_script(&script, "cycles", NULL, "0-1");
    script.now[0][0] = (struct hardware_reading){15, 200, 200};
    hardware_sample(&hardware, 1);
    assert_int_equal(hardware.counter[0].total, 25);
    assert_int_equal(hardware.counter[0].state, PERFD_COUNTER_OK);
    assert_int_equal(hardware.counter[0].running_permille, 1000);
    assert_int_equal(hardware.cpus_running, 1);
    close_script(&hardware, &script);
}

/* --- States ----------------------------------------------------------------------------------- */

static void an_errno_has_a_state(void **state)
{
    static const struct {
        int error;
        enum perfd_counter_state state;
        const char *reason;
    } rows[] = {
        {EACCES, PERFD_COUNTER_NOT_PERMITTED, "perf_event_paranoid is 2: it takes CAP_PERFMON"},
        {EPERM, PERFD_COUNTER_NOT_PERMITTED, "perf_event_paranoid is 2: it takes CAP_PERFMON"},
        {ENOENT, PERFD_COUNTER_UNSUPPORTED, "this machine does not count it"},
        {EOPNOTSUPP, PERFD_COUNTER_UNSUPPORTED, "this machine does not count it"},
        {ENODEV, PERFD_COUNTER_UNSUPPORTED, "this machine does not count it"},
        {ENXIO, PERFD_COUNTER_UNSUPPORTED, "this machine does not count it"},
        {EINVAL, PERFD_COUNTER_UNSUPPORTED, "this machine does not count it"},
        {ENOSYS, PERFD_COUNTER_UNSUPPORTED, "the kernel has no perf events"},
        {EMFILE, PERFD_COUNTER_FAILED, "Too many open files"},
        {ENFILE, PERFD_COUNTER_FAILED, "Too many open files in system"},
        {ENOMEM, PERFD_COUNTER_FAILED, "Cannot allocate memory"},
        {EBUSY, PERFD_COUNTER_FAILED, "Device or resource busy"},
    };
    char reason[PERFD_REASON_MAX + 1];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(hardware_state_of(rows[i].error, 2, reason, sizeof reason), rows[i].state);
        assert_string_equal(reason, rows[i].reason);
    }
    /* A filter of system calls forbids it, too. */
    assert_int_equal(hardware_state_of(EPERM, -1, reason, sizeof reason),
                     PERFD_COUNTER_NOT_PERMITTED);
    assert_string_equal(reason, "not permitted, though perf_event_paranoid is -1");
    (void)hardware_state_of(EPERM, HARDWARE_PARANOID_UNKNOWN, reason, sizeof reason);
    assert_string_equal(reason, "not permitted; perf_event_paranoid cannot be read");
}

static void each_counter_has_its_own_state(void **state)
{
    struct scripted script = {.paranoid = 4, .unknown = "b"};
    (void)state;
    script.now[0][0] = script.now[0][1] = (struct hardware_reading){10, 100, 100};
    script.open_error[2][1] = EMFILE; /* c on its second cpu */
    script.open_error[3][0] = EACCES;
    struct hardware hardware = open_script(&script, "a,b,c,d", NULL, "0-1");
    assert_int_equal(hardware.counter[0].state, PERFD_COUNTER_OK);
    assert_string_equal(hardware.counter[0].reason, "");
    assert_int_equal(hardware.counter[1].state, PERFD_COUNTER_UNSUPPORTED);
    assert_string_equal(hardware.counter[1].reason, "no such event");
    assert_int_equal(hardware.counter[2].state, PERFD_COUNTER_FAILED);
    assert_string_equal(hardware.counter[2].reason, "cpu 1: Too many open files");
    assert_int_equal(hardware.counter[3].state, PERFD_COUNTER_NOT_PERMITTED);
    assert_string_equal(hardware.counter[3].reason,
                        "perf_event_paranoid is 4: it takes CAP_PERFMON");
    assert_int_equal(script.opened, 3); /* a twice, c once */
    assert_int_equal(script.closed, 1); /* c: a sum of half of the cpus is no figure */
    assert_true(hardware_available(&hardware));

    uint32_t from = 0, missing = 0;
    while (hardware_missing(&hardware, &from) != NULL)
        missing++;
    assert_int_equal(missing, 3);

    hardware_sample(&hardware, 1);
    assert_int_equal(hardware.counter[3].total, 0);
    assert_int_equal(hardware.counter[3].state, PERFD_COUNTER_NOT_PERMITTED);
    close_script(&hardware, &script);
}

static void nothing_is_available(void **state)
{
    struct scripted script = {.paranoid = 2};
    (void)state;
    script.open_error[0][0] = script.open_error[1][0] = EPERM;
    struct hardware hardware = open_script(&script, "a,b", "0", "0-1");
    assert_false(hardware_available(&hardware));
    assert_int_equal(script.opened, 0);
    assert_true(hardware_poll_fd(&hardware) >= 0); /* that it is so is told each time */
    close_script(&hardware, &script);
}

static void it_warms_up_until_each_cpu_had_a_turn(void **state)
{
    struct scripted script = {0};
    (void)state;
    script.now[0][0] = (struct hardware_reading){10, 100, 100};
    script.now[0][1] = (struct hardware_reading){0, 100, 0};
    struct hardware hardware = open_script(&script, "a", NULL, "0-1");
    assert_int_equal(hardware.counter[0].state, PERFD_COUNTER_WARMING);
    assert_string_equal(hardware.counter[0].reason, "has had no turn on the hardware yet");
    assert_false(hardware_available(&hardware));
    script.now[0][1] = (struct hardware_reading){3, 300, 50};
    hardware_sample(&hardware, 1);
    assert_int_equal(hardware.counter[0].state, PERFD_COUNTER_OK);
    assert_string_equal(hardware.counter[0].reason, "takes turns with others: it is scaled");
    assert_int_equal(hardware.counter[0].total, 10 + 18); /* 3 * 300 / 50 */
    assert_true(hardware_available(&hardware));
    close_script(&hardware, &script);
}

static void a_reading_fails(void **state)
{
    struct scripted script = {0};
    (void)state;
    for (int event = 0; event < 2; event++)
        script.now[event][0] = script.now[event][1] = (struct hardware_reading){10, 100, 100};
    struct hardware hardware = open_script(&script, "a,b", NULL, "0-1");
    script.read_error[0][1] = EIO;
    hardware_sample(&hardware, 1);
    assert_int_equal(hardware.counter[0].state, PERFD_COUNTER_FAILED);
    assert_string_equal(hardware.counter[0].reason, "reading it: Input/output error");
    assert_int_equal(script.closed, 2);
    assert_int_equal(hardware.counter[1].state, PERFD_COUNTER_OK);
    hardware_sample(&hardware, 1);
    assert_int_equal(script.closed, 2);
    close_script(&hardware, &script);
}

static void cpus_are_missing(void **state)
{
    struct scripted script = {0};
    char text[32];
    (void)state;
    script.now[0][1] = (struct hardware_reading){10, 100, 100};
    script.now[0][3] = (struct hardware_reading){20, 100, 100};
    struct hardware hardware = open_script(&script, "a", "1,3,5,700-702", "0-3");
    hardware_cpus_text(&hardware.cpus, text, sizeof text);
    assert_string_equal(text, "1,3");
    hardware_cpus_text(&hardware.missing, text, sizeof text);
    assert_string_equal(text, "5,700-702");
    assert_int_equal(hardware.counter[0].total, 30);
    close_script(&hardware, &script);

    script = (struct scripted){0};
    hardware = open_script(&script, "a", "7", "0-3");
    assert_int_equal(hardware.counter[0].state, PERFD_COUNTER_UNSUPPORTED);
    assert_string_equal(hardware.counter[0].reason, "none of the cpus is online");
    hardware_sample(&hardware, 1);
    assert_false(hardware_available(&hardware));
    close_script(&hardware, &script);
}

/* --- Time ------------------------------------------------------------------------------------- */

static void late_samples_say_how_late(void **state)
{
    struct scripted script = {0};
    const struct timespec three_and_a_half = {0, 35000000};
    (void)state;
    script.now[0][0] = (struct hardware_reading){10, 100, 100};
    struct hardware hardware = open_script(&script, "a", NULL, "0");
    uint64_t opened_ns = hardware.time_ns;
    assert_int_equal(hardware.samples, 1);
    assert_int_equal(hardware.merged, 0);
    hardware_sample(&hardware, 5);
    assert_int_equal(hardware.merged, 4);
    hardware_sample(&hardware, 1);
    assert_int_equal(hardware.merged, 4);

    uint64_t before_ns = hardware.time_ns;
    assert_int_equal(nanosleep(&three_and_a_half, NULL), 0);
    assert_true(hardware_read(&hardware));
    assert_int_equal(hardware.samples, 4);
    assert_true(hardware.merged >= 4 + 2);
    assert_true(hardware.time_ns - before_ns >= 35000000);
    /* No more intervals than there were. */
    assert_true((hardware.merged - 4) * 10000000 <= hardware.time_ns - opened_ns);
    while (hardware_read(&hardware))
        ;
    close_script(&hardware, &script);
    assert_false(hardware_read(&hardware));
}

static void without_names_nothing_is_opened(void **state)
{
    struct hardware hardware;
    const struct hardware_options options = {.interval_ms = 10};
    const struct hardware_source none = {0};
    (void)state;
    assert_int_equal(hardware_open(&hardware, &options, &none, NULL), 0);
    assert_int_equal(hardware_poll_fd(&hardware), -1);
    assert_false(hardware_read(&hardware));
    hardware_close(&hardware);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read),
        cmocka_unit_test(names_that_cannot_be_are_refused),
        cmocka_unit_test(cpus_are_read_and_written),
        cmocka_unit_test(values_are_scaled),
        cmocka_unit_test(cpus_are_added_up),
        cmocka_unit_test(totals_end_at_the_top),
        cmocka_unit_test(a_cpu_goes),
        cmocka_unit_test(an_errno_has_a_state),
        cmocka_unit_test(each_counter_has_its_own_state),
        cmocka_unit_test(nothing_is_available),
        cmocka_unit_test(it_warms_up_until_each_cpu_had_a_turn),
        cmocka_unit_test(a_reading_fails),
        cmocka_unit_test(cpus_are_missing),
        cmocka_unit_test(late_samples_say_how_late),
        cmocka_unit_test(without_names_nothing_is_opened),
    };
    return cmocka_run_group_tests_name("hardware", tests, NULL, NULL);
}
