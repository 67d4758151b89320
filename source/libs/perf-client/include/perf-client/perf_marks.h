/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The marks of perf.h where they are not left out: what is inlined into the program. A record is a
 * clock, two stores and an index that only this thread knows; there is no fence here, and no call
 * but at a site's first mark, a thread's first mark and a ring's end.
 */
#ifndef PERF_CLIENT_PERF_MARKS_H
#define PERF_CLIENT_PERF_MARKS_H

#include "perfd/lane_layout.h"

/* Hidden: each program or shared object has its own copy, all of it or nothing. */
#define PERF_OWN __attribute__((visibility("hidden")))

#ifndef PERF_THREADS
#if defined __unix__
#define PERF_THREADS 1
#else
#define PERF_THREADS 0
#endif
#endif

#if PERF_THREADS && defined __PIC__ && !defined __PIE__
#define PERF_THREAD_LOCAL __thread PERF_OWN __attribute__((tls_model("initial-exec")))
#elif PERF_THREADS
#define PERF_THREAD_LOCAL __thread PERF_OWN
#else
#define PERF_THREAD_LOCAL PERF_OWN
#endif

/* The largest page of the machine: the service's page is mapped over the enable word. */
#if !PERF_THREADS
#define PERF_PAGE_BYTES 8
#elif defined __aarch64__
#define PERF_PAGE_BYTES 65536
#else
#define PERF_PAGE_BYTES 4096
#endif

struct perf_enable_page {
    uint32_t on;
} __attribute__((aligned(PERF_PAGE_BYTES)));

extern PERF_OWN struct perf_enable_page perf_enable_page;

/*
 * Where the thread's next record goes. next == end: the library has to be asked, because the ring
 * is full, or not open yet, or because the stamp is not to be had in one instruction.
 */
struct perf_lane_writer {
    uint64_t *next;
    uint64_t *end;
    uint64_t bias; /* ticks less this: 56 bits, below the lap */
    uint64_t lap;
};

extern PERF_THREAD_LOCAL struct perf_lane_writer perf_writer;

/*
 * A place that marks, or a name that several share. word: 0 until the label is known; then the
 * label and the kind, as the record's second word has them.
 */
struct perf_site {
    uint64_t word;
    struct perf_site *next; /* the library's */
    uint32_t kind;
    uint32_t line;
    const char *file;
    const char *name;
    const char *category;
    uint64_t budget_cpu_us; /* 0: none, here and below */
    uint64_t budget_gpu_us;
    uint64_t budget_mem_bytes;
};

/* The library: a site's word, 0 where it is not to be had. */
PERF_OWN uint64_t perf_intern(struct perf_site *site);

/* The library: one record, or one with a value's slot behind it, wherever it has to go. */
PERF_OWN void perf_put_slowly(uint64_t word);
PERF_OWN void perf_put_value(uint64_t word, uint64_t value);

/* A counter that is added to where it stands and written with the frame. One thread adds. */
struct perf_total {
    int64_t value;
    int64_t written;
    struct perf_total *next;
    struct perf_site site;
};

PERF_OWN void perf_register_total(struct perf_total *total);

#define PERF_KIND_SHIFT 16

/* In no relation to another processor's stores: a lane has one writer. */
static inline uint64_t perf_ticks(void)
{
#if defined __x86_64__
    uint64_t low, high; /* the instruction clears the upper halves */
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return high << 32 | low;
#elif defined __aarch64__
    uint64_t now;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(now));
    return now;
#elif defined __riscv && __riscv_xlen == 64
    uint64_t now;
    __asm__ volatile("rdtime %0" : "=r"(now));
    return now;
#else
    return 0; /* never asked for: there the library stamps */
#endif
}

/* Looked at each time; a compiler makes two instructions and a register of an atomic load. */
static inline bool perf_on(void)
{
    bool on;
#if defined __x86_64__ && !defined __SANITIZE_THREAD__
    __asm__ volatile("cmpl $0, %1" : "=@ccne"(on) : "m"(perf_enable_page.on));
#else
    on = __atomic_load_n(&perf_enable_page.on, __ATOMIC_RELAXED) != 0;
#endif
    return __builtin_expect(on, 1);
}

static inline void perf_put(uint64_t word)
{
    uint64_t *const slot = perf_writer.next;
    if (__builtin_expect(slot == perf_writer.end, 0)) {
        perf_put_slowly(word);
        return;
    }
    perf_lane_store(slot, perf_ticks() - perf_writer.bias);
    perf_lane_store(slot + 1, word + perf_writer.lap);
    perf_writer.next = slot + 2;
}

static inline uint64_t perf_word(struct perf_site *site)
{
    const uint64_t word = perf_lane_load(&site->word);
    return __builtin_expect(word == 0, 0) ? perf_intern(site) : word;
}

static inline void perf_mark_at(struct perf_site *site)
{
    if (!perf_on())
        return;
    const uint64_t word = perf_word(site);
    if (word != 0)
        perf_put(word);
}

static inline void perf_value_at(struct perf_site *site, uint64_t value)
{
    if (!perf_on())
        return;
    const uint64_t word = perf_word(site);
    if (word != 0)
        perf_put_value(word, value);
}

/* site: of PERF_LANE_BEGIN, whose kind is 0, so that the word says the label alone. */
static inline struct perf_token perf_begin_at(struct perf_site *site)
{
    struct perf_token token = {0};
    if (perf_on()) {
        token.word = perf_word(site);
        if (token.word != 0)
            perf_put(token.word);
    }
    return token;
}

static inline struct perf_token perf_begin_value_at(struct perf_site *site, int64_t value)
{
    struct perf_token token = {0};
    if (perf_on()) {
        token.word = perf_word(site);
        if (token.word != 0)
            perf_put_value(token.word + ((uint64_t)PERF_LANE_BEGIN_VALUE << PERF_KIND_SHIFT),
                           (uint64_t)value);
    }
    return token;
}

static inline void perf_end(struct perf_token token)
{
    if (token.word != 0)
        perf_put(token.word + ((uint64_t)PERF_LANE_END << PERF_KIND_SHIFT));
}

static inline void perf_end_of_scope(const struct perf_token *token)
{
    perf_end(*token);
}

static inline void perf_phase_end(void)
{
    if (perf_on())
        perf_put((uint64_t)PERF_LANE_PHASE << PERF_KIND_SHIFT);
}

static inline void perf_total_set(struct perf_total *total, int64_t value)
{
    perf_lane_store((uint64_t *)&total->value, (uint64_t)value);
}

/* One instruction where the machine has one that adds to memory. Whoever flushes reads whole
 * values.
 */
static inline void perf_total_add(struct perf_total *total, int64_t amount)
{
#if defined __x86_64__ && !defined __SANITIZE_THREAD__
    __asm__("addq %1, %0" : "+m"(total->value) : "er"(amount) : "cc");
#else
    perf_total_set(total, __atomic_load_n(&total->value, __ATOMIC_RELAXED) + amount);
#endif
}

/* The category of sites that name none: define another before the first mark of a file. */
#ifndef PERF_CATEGORY
#define PERF_CATEGORY ""
#endif

#define PERF_JOIN_(a, b)                 a##b
#define PERF_JOIN(a, b)                  PERF_JOIN_(a, b)
#define PERF_FIRST_(first, ...)          first
#define PERF_SECOND_(first, second, ...) second
#define PERF_NAME_OF(...)                PERF_FIRST_(__VA_ARGS__, 0)
#define PERF_CATEGORY_OF(...)            PERF_SECOND_(__VA_ARGS__, PERF_CATEGORY, 0)

/* A site's initializer: for tables of one's own as well, used with the functions that end in _at.
 */
#define PERF_SITE(kind, name, category, cpu_us, gpu_us, mem_bytes)                                 \
    {                                                                                              \
        0, 0, kind, __LINE__, __FILE__, name, category, cpu_us, gpu_us, mem_bytes                  \
    }

/* The address of the one site of the place where it stands. */
#define PERF_HERE(kind, name, category, cpu_us, gpu_us, mem_bytes)                                 \
    (__extension__({                                                                               \
        static struct perf_site perf_here =                                                        \
            PERF_SITE(kind, name, category, cpu_us, gpu_us, mem_bytes);                            \
        &perf_here;                                                                                \
    }))

#define PERF_HERE_NAMED(kind, ...)                                                                 \
    PERF_HERE(kind, PERF_NAME_OF(__VA_ARGS__), PERF_CATEGORY_OF(__VA_ARGS__), 0, 0, 0)

#define PERF_SCOPE(begin)                                                                          \
    const struct perf_token PERF_JOIN(perf_scope_, __LINE__)                                       \
        __attribute__((cleanup(perf_end_of_scope), unused)) = begin

/* name[, category]. A span of the rest of the scope. */
#define perf_span(...) PERF_SCOPE(perf_begin(__VA_ARGS__))

/* The same with one integer, which the trace shows with the span. */
#define perf_span_value(name, value) PERF_SCOPE(perf_begin_value(name, value))

/* What the span may take: processor time, time of the graphics processor, memory; 0: not said. */
#define PERF_SPAN_BUDGET(name, category, cpu_us, gpu_us, mem_bytes)                                \
    PERF_SCOPE(perf_begin_at(PERF_HERE(PERF_LANE_BEGIN, name, category, cpu_us, gpu_us, mem_bytes)))

/* name[, category]. Gives the token that ends it, in the same thread. */
#define perf_begin(...) perf_begin_at(PERF_HERE_NAMED(PERF_LANE_BEGIN, __VA_ARGS__))
#define perf_begin_value(name, value)                                                              \
    perf_begin_value_at(PERF_HERE_NAMED(PERF_LANE_BEGIN, name), value)

/* name[, category]. Ends the thread's phase before and begins this one, with one look at the clock;
 * perf_phase_end() ends the last. */
#define perf_phase(...) perf_mark_at(PERF_HERE_NAMED(PERF_LANE_PHASE, __VA_ARGS__))

/* name[, category]. */
#define perf_instant(...) perf_mark_at(PERF_HERE_NAMED(PERF_LANE_INSTANT, __VA_ARGS__))

/* A counter's value now. */
#define perf_counter(name, value)                                                                  \
    perf_value_at(PERF_HERE_NAMED(PERF_LANE_COUNTER, name), (uint64_t)(int64_t)(value))

/* What goes from span to span, between threads as well, by its id. */
#define perf_flow_start(name, id) perf_value_at(PERF_HERE_NAMED(PERF_LANE_FLOW_START, name), id)
#define perf_flow_next(name, id)  perf_value_at(PERF_HERE_NAMED(PERF_LANE_FLOW_STEP, name), id)
#define perf_flow_end(name, id)   perf_value_at(PERF_HERE_NAMED(PERF_LANE_FLOW_END, name), id)

/* A span that may begin in one thread and end in another, by its name and id. */
#define perf_async_begin(name, id) perf_value_at(PERF_HERE_NAMED(PERF_LANE_ASYNC_BEGIN, name), id)
#define perf_async_end(name, id)   perf_value_at(PERF_HERE_NAMED(PERF_LANE_ASYNC_END, name), id)

/*
 * At file scope: a counter that is cheap to add to, on or off. perf_frame() and perf_flush() write
 * it where it has changed, into the lane of whoever calls them. One thread adds; it is never reset.
 */
#define PERF_COUNTER(variable, name)                                                               \
    static struct perf_total variable = {                                                          \
        0, 0, 0, PERF_SITE(PERF_LANE_COUNTER, name, PERF_CATEGORY, 0, 0, 0)};                      \
    __attribute__((constructor)) static void PERF_JOIN(perf_register_, variable)(void)             \
    {                                                                                              \
        perf_register_total(&variable);                                                            \
    }                                                                                              \
    struct perf_total

#define perf_count(variable, amount)    perf_total_add(&(variable), amount)
#define perf_count_set(variable, value) perf_total_set(&(variable), value)

#endif
