/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill_marks ADDRESS TIMES SEED: a writer is killed at a random instant, so many times, and perfd's
 * ledger is held against the count that the writer kept in a page of its own. Prints one line for
 * what is wrong, and at the end what was seen. Ends with 0 where nothing is wrong.
 *
 * A mark is counted by the writer when it is written: perfd may know of one more. A mark with a
 * value is announced before it is written: while one is under way, perfd may count one less.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "perf-client/perf.h"
#include "perf-client/perf_client.h"
#include "perf.capnp.h"

#define SMALL_LANE                                                                                 \
    64u /* records; and up to 64 times as many: some die before the first lap ends                 \
         */
#define MARKS_MOST      4000u
#define KILLS_A_SESSION 2u /* the lanes of the dead stay until it stops */

struct page {
    uint64_t marks;
    uint64_t in_value;
};

struct ledger {
    uint64_t written, resident, overwritten, torn, malformed, others;
    bool balanced;
};

static struct perf_client client;
static struct page *page;
static const char *address;
static uint64_t random_state;

static _Noreturn void die(const char *what, int value)
{
    fprintf(stderr, "kill_marks: %s: %d\n", what, value);
    exit(1);
}

/* splitmix64. */
static uint64_t draw(uint64_t below)
{
    uint64_t z = (random_state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

static void call(void)
{
    const int error = perf_client_call(&client);
    if (error != 0)
        die(perf_client_error_text(error), error);
}

static void start_session(void)
{
    perf_start_request_set_name(perf_start_call(&client.rpc), nx_text_of("killed"));
    call();
    const int status = (int)perf_start_response_get_status(perf_start_results(&client.rpc));
    if (status != 0)
        die("start", status);
}

static void stop_session(void)
{
    (void)perf_stop_call(&client.rpc);
    call();
}

static struct ledger read_ledger(void)
{
    (void)perf_metrics_call(&client.rpc);
    call();
    const struct perf_health_reader health =
        perf_metrics_response_get_health(perf_metrics_results(&client.rpc));
    return (struct ledger){
        .written = perf_health_get_written(health),
        .resident = perf_health_get_resident(health),
        .overwritten = perf_health_get_overwritten(health),
        .torn = perf_health_get_dropped_torn(health),
        .malformed = perf_health_get_dropped_malformed(health),
        .others = perf_health_get_dropped_rate(health) + perf_health_get_dropped_no_session(health),
        .balanced = perf_health_get_ledger_balanced(health),
    };
}

static void count(void)
{
    __atomic_store_n(&page->marks, page->marks + 1, __ATOMIC_RELEASE);
}

static _Noreturn void write_marks(uint32_t records)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const struct perf_options options = {.address = address, .lane_records = records};
    if (perf_open(&options) != 0)
        die("perf_open", 0);
    for (int64_t i = 0;; i++) {
        const struct perf_token begun = perf_begin("span");
        count();
        perf_phase("phase");
        count();
        __atomic_store_n(&page->in_value, 1, __ATOMIC_RELEASE);
        perf_counter("counter", i);
        __atomic_store_n(&page->in_value, 0, __ATOMIC_RELEASE);
        count();
        perf_instant("instant");
        count();
        perf_end(begun);
        count();
    }
}

/* Until so many marks are there and, some processor time later, the writer is no more. */
static void kill_after(pid_t writer, uint64_t marks, uint64_t turns)
{
    int status;
    while (__atomic_load_n(&page->marks, __ATOMIC_ACQUIRE) < marks)
        if (waitpid(writer, &status, WNOHANG) != 0)
            die("the writer ended by itself", status);
    for (uint64_t i = 0; i < turns; i++)
        __asm__ volatile("");
    kill(writer, SIGKILL);
    if (waitpid(writer, &status, 0) != writer || !WIFSIGNALED(status))
        die("the writer ended by itself", status);
}

/* Whether the ledger is exact after one more writer. */
static bool judge(const struct ledger *before, const struct ledger *now, uint64_t *one_more)
{
    const uint64_t written = now->written - before->written;
    const uint64_t counted = page->marks;
    const uint64_t sum =
        now->resident + now->overwritten + now->torn + now->malformed + now->others;
    *one_more += written == counted + 1;
    if ((written == counted || written == counted + 1 ||
         (page->in_value != 0 && written + 1 == counted)) &&
        now->written == sum && now->balanced && now->malformed == 0 && now->others == 0 &&
        now->torn - before->torn <= 1)
        return true;
    printf("counted %" PRIu64 "%s, written %" PRIu64 ", resident %" PRIu64 ", overwritten %" PRIu64
           ", torn %" PRIu64 ", malformed %" PRIu64 ", others %" PRIu64 "\n",
           counted, page->in_value != 0 ? " in a value" : "", written, now->resident,
           now->overwritten, now->torn, now->malformed, now->others);
    return false;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        die("usage: kill_marks ADDRESS TIMES SEED", argc);
    address = argv[1];
    const unsigned long times = strtoul(argv[2], NULL, 10);
    random_state = strtoull(argv[3], NULL, 10);
    page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED || perf_client_connect(&client, address) != 0)
        die("cannot begin", 0);
    unsigned long wrong = 0;
    uint64_t one_more = 0, marks = 0, in_value = 0;
    struct ledger before = read_ledger();
    for (unsigned long i = 0; i < times; i++) {
        if (i % KILLS_A_SESSION == 0)
            start_session();
        *page = (struct page){0};
        const uint32_t records = SMALL_LANE << draw(7);
        const pid_t writer = fork();
        if (writer < 0)
            die("fork", 0);
        if (writer == 0)
            write_marks(records);
        kill_after(writer, draw(MARKS_MOST), draw(3000));
        const struct ledger now = read_ledger();
        wrong += !judge(&before, &now, &one_more);
        before = now;
        marks += page->marks;
        in_value += page->in_value;
        if (i % KILLS_A_SESSION == KILLS_A_SESSION - 1)
            stop_session();
    }
    printf("%lu killed, %lu wrong; %" PRIu64 " marks, %" PRIu64 " torn, %" PRIu64
           " killed in a value, %" PRIu64 " with one more mark than counted\n",
           times, wrong, marks, before.torn, in_value, one_more);
    perf_client_close(&client);
    return wrong != 0;
}
