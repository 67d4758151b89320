/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counters of this machine. What it may count depends on where the test runs: the kernel is
 * asked first, without the code that is tested, and then either the events count, or the state and
 * its reason say what the kernel said.
 */
/* syscall() and unshared limits: Linux's. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "hardware.h"
#include "hardware_perf.h"

enum { SOFTWARE = 4 }; /* the first counters of `all` are the kernel's own */

static struct hardware_perf perf;

/* What the kernel says to this software event on the first cpu: 0, or the errno. */
static int kernel_says(uint64_t event)
{
    struct perf_event_attr attr;
    struct hardware_cpus online;
    int cpu = 0;
    memset(&attr, 0, sizeof attr);
    attr.type = PERF_TYPE_SOFTWARE;
    attr.size = sizeof attr;
    attr.config = event;
    hardware_cpus_online(&online);
    while (!hardware_cpus_has(&online, (uint32_t)cpu))
        cpu++;
    long file = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, 0);
    if (file < 0)
        return errno;
    close((int)file);
    return 0;
}

static uint32_t open_descriptors(void)
{
    uint32_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static void open_counters(struct hardware *hardware, const char *names)
{
    struct hardware_options options = {.interval_ms = 10};
    struct hardware_source source = hardware_perf_source(&perf, 200);
    assert_null(hardware_names_parse(&options.names, names));
    assert_int_equal(hardware_open(hardware, &options, &source, NULL), 0);
}

/* 300 pages for the first time, 40 sleeps. */
static void work(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = 300 * page;
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    (void)madvise(memory, bytes, MADV_NOHUGEPAGE);
    for (size_t at = 0; at < bytes; at += page)
        ((volatile char *)memory)[at] = 1;
    munmap(memory, bytes);
    for (int i = 0; i < 40; i++) {
        const struct timespec millisecond = {0, 1000000};
        (void)nanosleep(&millisecond, NULL);
    }
}

static void every_usual_name_is_known(void **state)
{
    struct hardware_names names;
    struct hardware_source source = hardware_perf_source(&perf, 1);
    (void)state;
    assert_null(hardware_names_parse(&names, "all"));
    for (uint32_t i = 0; i < names.count; i++)
        assert_null(source.resolve(source.context, names.name[i]));
    assert_null(source.resolve(source.context, "minor-faults"));
    assert_null(source.resolve(source.context, "perf_raw::r0000"));
    assert_string_equal(source.resolve(source.context, "no-such-event"),
                        "libpfm4: event not found");
    assert_non_null(source.resolve(source.context, "cycles:nonsense"));
}

/* What must hold of a counter that the kernel gives this errno for. */
static void refused_as(const struct hardware_counter *counter, int error)
{
    char reason[PERFD_REASON_MAX + 1];
    struct hardware_source source = hardware_perf_source(&perf, 1);
    int paranoid = source.paranoid(source.context);
    assert_int_equal(counter->state, hardware_state_of(error, paranoid, reason, sizeof reason));
    assert_string_equal(counter->reason, reason);
    assert_int_equal(counter->total, 0);
}

static void it_counts_or_says_why_not(void **state)
{
    static const uint64_t events[SOFTWARE] = {
        PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_CONTEXT_SWITCHES, PERF_COUNT_SW_CPU_MIGRATIONS,
        PERF_COUNT_SW_PAGE_FAULTS};
    static const int64_t least[SOFTWARE] = {0, 40, 0, 300};
    struct hardware hardware;
    int64_t before[SOFTWARE];
    uint32_t descriptors = open_descriptors();
    (void)state;
    open_counters(&hardware, "all");
    assert_int_equal(hardware.counters, 17);
    for (int i = 0; i < SOFTWARE; i++)
        before[i] = hardware.counter[i].total;
    uint64_t before_ns = hardware.time_ns;
    work();
    assert_true(hardware_read(&hardware));
    int64_t elapsed_ns = (int64_t)(hardware.time_ns - before_ns);
    assert_true(hardware.merged >= 2); /* 40 ms are four intervals */

    int permitted = 0;
    for (int i = 0; i < SOFTWARE; i++) {
        const struct hardware_counter *counter = &hardware.counter[i];
        int error = kernel_says(events[i]);
        print_message("# %s: %s, %lld more in %lld ns; %s\n", counter->name,
                      error == 0 ? "the kernel counts it" : strerror(error),
                      (long long)(counter->total - before[i]), (long long)elapsed_ns,
                      counter->reason);
        if (error != 0) {
            refused_as(counter, error);
            continue;
        }
        permitted++;
        assert_int_equal(counter->state, PERFD_COUNTER_OK);
        assert_int_equal(counter->running_permille, 1000);
        assert_false(counter->scaled);
        assert_true(counter->total - before[i] >= least[i]);
    }
    assert_int_equal(hardware_available(&hardware), permitted > 0);
    if (permitted == SOFTWARE) {
        /* The clock of every cpu runs all the time; a virtual machine's may be held up. */
        int64_t clock_ns = hardware.counter[0].total - before[0], cpus = hardware.cpu_count;
        assert_int_equal(hardware.counter[0].kind, PERFD_NS);
        assert_true(clock_ns > elapsed_ns * cpus / 2 && clock_ns < elapsed_ns * cpus * 2);
        assert_int_equal(hardware.cpus_running, hardware.cpu_count);
    }
    /* Of the processor's, whatever it has of them: a state that fits. */
    for (uint32_t i = SOFTWARE; i < hardware.counters; i++) {
        const struct hardware_counter *counter = &hardware.counter[i];
        bool counts = counter->state == PERFD_COUNTER_OK || counter->state == PERFD_COUNTER_WARMING;
        print_message("# %s: state %d, %lld; %s\n", counter->name, (int)counter->state,
                      (long long)counter->total, counter->reason);
        assert_true(counts || counter->reason[0] != '\0');
        assert_true(counts || counter->total == 0);
    }
    hardware_close(&hardware);
    assert_int_equal(open_descriptors(), descriptors);
}

/* Runs in a process of its own; what it gives back is 0 where all is well, else the line. */
#define EXPECT(condition)                                                                          \
    if (!(condition))                                                                              \
    return __LINE__ % 250 + 1

static int run_apart(int (*body)(void))
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(body());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Nobody in particular: where the kernel forbids it to count cpus, nothing is counted in their
 * place, though this process might count itself. */
static int count_as_nobody(void)
{
    struct hardware_options options = {.interval_ms = 10};
    struct hardware hardware;
    if (geteuid() == 0) {
        EXPECT(setgid(65534) == 0);
        EXPECT(setuid(65534) == 0);
    }
    struct hardware_source source = hardware_perf_source(&perf, 10);
    int error = kernel_says(PERF_COUNT_SW_PAGE_FAULTS), paranoid = source.paranoid(source.context);
    EXPECT(hardware_names_parse(&options.names, "page-faults,cpu-clock") == NULL);
    EXPECT(hardware_open(&hardware, &options, &source, NULL) == 0);
    hardware_sample(&hardware, 1);
    print_message("# as user %d: %s\n", (int)geteuid(), hardware.counter[0].reason);
    if (error == 0) {
        EXPECT(hardware_available(&hardware));
    } else {
        char number[16];
        (void)snprintf(number, sizeof number, " %d", paranoid);
        EXPECT(!hardware_available(&hardware));
        EXPECT(hardware.counter[0].total == 0 && hardware.counter[1].total == 0);
        if (error == EACCES || error == EPERM) {
            EXPECT(hardware.counter[0].state == PERFD_COUNTER_NOT_PERMITTED);
            EXPECT(paranoid == HARDWARE_PARANOID_UNKNOWN ||
                   strstr(hardware.counter[0].reason, number) != NULL);
        }
    }
    hardware_close(&hardware);
    return 0;
}

static void without_permission_nothing_else_is_counted(void **state)
{
    (void)state;
    assert_int_equal(run_apart(count_as_nobody), 0);
}

/* A limit that leaves three descriptors more than what is kept for clients. */
static int count_with_few_descriptors(void)
{
    struct hardware_options options = {.interval_ms = 10, .some_cpus = true};
    struct hardware_cpus online;
    struct hardware hardware;
    int next = dup(STDIN_FILENO);
    EXPECT(next >= 0 && close(next) == 0);
    struct rlimit limit = {(rlim_t)next + 3 + 256, (rlim_t)next + 3 + 256};
    EXPECT(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    hardware_cpus_online(&online);
    uint32_t cpu = 0;
    while (!hardware_cpus_has(&online, cpu))
        cpu++;
    hardware_cpus_add(&options.cpus, cpu);
    EXPECT(hardware_names_parse(&options.names, "cpu-clock,page-faults,context-switches,"
                                                "cpu-migrations,minor-faults") == NULL);
    struct hardware_source source = hardware_perf_source(&perf, 5);
    bool permitted = kernel_says(PERF_COUNT_SW_CPU_CLOCK) == 0;
    EXPECT(hardware_open(&hardware, &options, &source, NULL) == 0);
    for (uint32_t i = 0; i < 5 && permitted; i++) {
        bool fits = i < 3;
        EXPECT(hardware.counter[i].state == (fits ? PERFD_COUNTER_OK : PERFD_COUNTER_FAILED));
        EXPECT(strcmp(hardware.counter[i].reason, fits ? "" : "Too many open files") == 0);
    }
    EXPECT(permitted || !hardware_available(&hardware));
    hardware_close(&hardware);
    return 0;
}

static void clients_keep_their_descriptors(void **state)
{
    (void)state;
    assert_int_equal(run_apart(count_with_few_descriptors), 0);
}

/* As many as there are events to open, where the hard limit has them. */
static int raise_the_limit(void)
{
    struct rlimit limit;
    EXPECT(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = 300;
    EXPECT(limit.rlim_max >= 1000 && setrlimit(RLIMIT_NOFILE, &limit) == 0);
    (void)hardware_perf_source(&perf, 200);
    EXPECT(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    EXPECT(limit.rlim_cur == 712 && perf.descriptors == 712);
    (void)hardware_perf_source(&perf, 100);
    EXPECT(perf.descriptors == 712); /* never down */
    limit.rlim_cur = 300;
    limit.rlim_max = 600;
    EXPECT(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    (void)hardware_perf_source(&perf, 200);
    EXPECT(perf.descriptors == 600);
    return 0;
}

static void the_limit_is_raised_where_it_may(void **state)
{
    (void)state;
    assert_int_equal(run_apart(raise_the_limit), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_usual_name_is_known),
        cmocka_unit_test(it_counts_or_says_why_not),
        cmocka_unit_test(without_permission_nothing_else_is_counted),
        cmocka_unit_test(clients_keep_their_descriptors),
        cmocka_unit_test(the_limit_is_raised_where_it_may),
    };
    return cmocka_run_group_tests_name("hardware_perf", tests, NULL, NULL);
}
