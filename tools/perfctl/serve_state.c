/* SPDX-License-Identifier: Apache-2.0 */
#include "serve_state.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "perfctl.h"
#include "serve_fetch.h"
#include "serve_jobs.h"

#define TICK_NS UINT64_C(200000000)

struct serve_state {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    void (*news)(void *context);
    void *context;
    size_t room;
    /* Under the lock, as are the feed's rows. */
    bool ending;
    unsigned viewers;
    uint64_t version;
    char *figures; /* the last ones, as JSON */
    struct serve_job *asked, *answered;
    /* The last message: most viewers have seen the same. */
    struct {
        struct serve_seen before, after;
        char *bytes;
        size_t length;
    } last;
    /* The thread's own. */
    struct serve_feed feed;
    struct serve_pull pull;
    uint64_t next_ns;
};

static void take(void *context)
{
    (void)pthread_mutex_lock(context);
}

static void give(void *context)
{
    (void)pthread_mutex_unlock(context);
}

/* --- The thread --- */

static void publish(struct serve_state *state)
{
    char *text = json_dumps(state->feed.figures, JSON_COMPACT | JSON_REAL_PRECISION(15));
    take(&state->lock);
    free(state->figures);
    state->figures = text;
    state->version++;
    give(&state->lock);
}

static void tick(struct serve_state *state, uint64_t now)
{
    const struct serve_rows_lock lock = {take, give, &state->lock};
    serve_fetch(&state->feed, false);
    serve_fetch_rows(&state->feed, &lock);
    publish(state);
    /* What was missed is not made up for. */
    state->next_ns += TICK_NS;
    if (state->next_ns <= now)
        state->next_ns = now + TICK_NS;
}

/* Figures for a scrape: of the last one where that was just now. */
static void refresh(struct serve_state *state)
{
    struct serve_feed *feed = &state->feed;
    bool has_lanes = json_object_get(feed->figures, "lanes") != NULL || !feed->connected;
    if (feed->fetched_ns == 0 || now_ns() - feed->fetched_ns >= TICK_NS || !has_lanes)
        serve_fetch(feed, true);
}

static struct serve_job **last_of(struct serve_job **list)
{
    while (*list != NULL)
        list = &(*list)->next;
    return list;
}

/* Of the first job a part; where that was the last one it is answered. */
static bool work(struct serve_state *state, struct serve_job *job)
{
    if (job->action == SERVE_SCRAPE)
        refresh(state);
    if (!serve_job_step(&state->feed, job, &state->pull, state->room))
        return false;
    take(&state->lock);
    state->asked = job->next;
    job->next = NULL;
    *last_of(&state->answered) = job;
    give(&state->lock);
    return true;
}

/* With the lock: until there is something to do. */
static void await(struct serve_state *state)
{
    while (!state->ending && state->asked == NULL &&
           (state->viewers == 0 || now_ns() < state->next_ns)) {
        struct timespec until = {.tv_sec = (time_t)(state->next_ns / 1000000000u),
                                 .tv_nsec = (long)(state->next_ns % 1000000000u)};
        if (state->viewers == 0)
            (void)pthread_cond_wait(&state->wake, &state->lock);
        else
            (void)pthread_cond_timedwait(&state->wake, &state->lock, &until);
    }
}

static void *run(void *argument)
{
    struct serve_state *state = argument;
    for (;;) {
        take(&state->lock);
        await(state);
        bool ending = state->ending, watched = state->viewers > 0;
        struct serve_job *job = state->asked;
        give(&state->lock);
        if (ending)
            return NULL;
        uint64_t now = now_ns();
        bool is_due = watched && now >= state->next_ns;
        if (is_due)
            tick(state, now);
        bool is_answered = job != NULL && work(state, job);
        if (is_due || is_answered)
            state->news(state->context);
    }
}

/* --- For those who serve --- */

struct serve_state *serve_state_start(const char *address, size_t room, void (*news)(void *context),
                                      void *context)
{
    struct serve_state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return NULL;
    state->news = news;
    state->context = context;
    state->room = room;
    state->feed.address = address;
    pthread_condattr_t clock;
    (void)pthread_condattr_init(&clock);
    (void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&state->lock, NULL);
    (void)pthread_cond_init(&state->wake, &clock);
    (void)pthread_condattr_destroy(&clock);
    /* Signals are the caller's. */
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&state->thread, NULL, run, state);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0)
        return state;
    free(state);
    return NULL;
}

static void free_jobs(struct serve_job *list)
{
    while (list != NULL) {
        struct serve_job *next = list->next;
        serve_job_free(list);
        list = next;
    }
}

void serve_state_quiet(struct serve_state *state)
{
    take(&state->lock);
    state->ending = true;
    (void)pthread_cond_signal(&state->wake);
    give(&state->lock);
    /* A service that does not answer is not waited for. */
    serve_feed_interrupt(&state->feed);
    (void)pthread_join(state->thread, NULL);
}

void serve_state_end(struct serve_state *state)
{
    free_jobs(state->asked);
    free_jobs(state->answered);
    free(state->pull.bytes);
    serve_feed_close(&state->feed);
    (void)pthread_cond_destroy(&state->wake);
    (void)pthread_mutex_destroy(&state->lock);
    free(state->last.bytes);
    free(state->figures);
    free(state);
}

void serve_state_watch(struct serve_state *state, unsigned viewers)
{
    take(&state->lock);
    state->viewers = viewers;
    (void)pthread_cond_signal(&state->wake);
    give(&state->lock);
}

void serve_state_ask(struct serve_state *state, struct serve_job *job)
{
    job->next = NULL;
    take(&state->lock);
    *last_of(&state->asked) = job;
    (void)pthread_cond_signal(&state->wake);
    give(&state->lock);
}

struct serve_job *serve_state_answered(struct serve_state *state)
{
    take(&state->lock);
    struct serve_job *job = state->answered;
    if (job != NULL)
        state->answered = job->next;
    give(&state->lock);
    return job;
}

/* --- Messages --- */

static void put_rows(FILE *to, const struct serve_feed *feed, const struct serve_seen *seen)
{
    uint64_t at = seen->frame_count;
    if (feed->frame_count - at > SERVE_FRAMES)
        at = feed->frame_count - SERVE_FRAMES;
    for (const char *comma = ""; at < feed->frame_count; at++, comma = ",")
        fprintf(to, "%s%s", comma, feed->frames[at % SERVE_FRAMES].text);
    fputs("],\"janks\":[", to);
    at = seen->jank_count > SERVE_JANKS_AGAIN ? seen->jank_count - SERVE_JANKS_AGAIN : 0;
    if (feed->jank_count - at > SERVE_JANKS)
        at = feed->jank_count - SERVE_JANKS;
    for (const char *comma = ""; at < feed->jank_count; at++, comma = ",")
        fprintf(to, "%s%s", comma, feed->janks[at % SERVE_JANKS].text);
}

/* With the lock: into state->last. */
static void make_message(struct serve_state *state, const struct serve_seen *seen)
{
    const struct serve_feed *feed = &state->feed;
    struct serve_seen from = *seen;
    free(state->last.bytes);
    state->last.bytes = NULL;
    FILE *to = open_memstream(&state->last.bytes, &state->last.length);
    if (to == NULL)
        return;
    if (from.epoch != feed->epoch)
        from.frame_count = from.jank_count = 0;
    for (size_t i = 0; i < state->room; i++)
        (void)putc('\0', to);
    fprintf(to, "{\"tick\":%" PRIu64 ",\"epoch\":%" PRIu64 ",\"figures\":%s,\"frames\":[",
            state->version, feed->epoch, state->figures);
    put_rows(to, feed, &from);
    fputs("]}", to);
    if (fclose(to) != 0) {
        free(state->last.bytes);
        state->last.bytes = NULL;
    }
    state->last.before = *seen;
    state->last.after =
        (struct serve_seen){state->version, feed->epoch, feed->frame_count, feed->jank_count};
}

static bool is_same(const struct serve_seen *one, const struct serve_seen *other)
{
    return one->version == other->version && one->epoch == other->epoch &&
           one->frame_count == other->frame_count && one->jank_count == other->jank_count;
}

char *serve_state_message(struct serve_state *state, struct serve_seen *seen, size_t *length)
{
    char *bytes = NULL;
    take(&state->lock);
    bool is_new = state->figures != NULL && seen->version != state->version;
    bool is_made = state->last.bytes != NULL && state->last.after.version == state->version &&
                   is_same(&state->last.before, seen);
    if (is_new && !is_made)
        make_message(state, seen);
    if (is_new && state->last.bytes != NULL && (bytes = malloc(state->last.length)) != NULL) {
        memcpy(bytes, state->last.bytes, state->last.length);
        *length = state->last.length - state->room;
        *seen = state->last.after;
    }
    give(&state->lock);
    return bytes;
}
