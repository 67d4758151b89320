/* SPDX-License-Identifier: Apache-2.0 */
/* The marks' platform: POSIX threads, Linux's memory files, the environment. */
#include "marks.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key; /* its destructor closes a thread's lane */
static bool key_made;
static struct perf_client own_client;

void perf_platform_lock(void)
{
    pthread_mutex_lock(&mutex);
}

void perf_platform_unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

uint64_t perf_platform_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

bool perf_platform_fakes_clock(void)
{
    const char *wanted = getenv("PERF_FAKE_CLOCK");
    return wanted != NULL && strcmp(wanted, "1") == 0;
}

void perf_platform_thread_name(char name[PERF_THREAD_NAME_BYTES])
{
    name[0] = '\0';
    (void)prctl(PR_GET_NAME, name); /* 16 bytes at most; its errors are those of a bad pointer */
}

static void on_thread_end(void *unused)
{
    (void)unused;
    perf_lane_leave();
}

/* The child has the one thread that forked, and with it the lock. */
static void on_child(void)
{
    perf_lane_drop();
    if (perf_marks.client != NULL)
        perf_marks_turn_off();
    perf_platform_unlock();
}

static void set_up(void)
{
    key_made = pthread_key_create(&key, on_thread_end) == 0;
    pthread_atfork(perf_platform_lock, perf_platform_unlock, on_child);
    atexit(perf_flush);
}

/* Where there is no key left, a thread's lane stays open until the program ends. */
void perf_platform_thread_joins(void)
{
    pthread_once(&once, set_up);
    if (key_made)
        pthread_setspecific(key, &key);
}

/* Takes the descriptor out of the answer; -1: there is none of this index. */
static int take_descriptor(struct perf_transport *transport, uint32_t index)
{
    if (index >= transport->passed)
        return -1;
    const int fd = transport->descriptor[index];
    transport->descriptor[index] = -1;
    return fd;
}

static void *map(int fd, uint64_t bytes, int protection, void *at)
{
    struct stat file;
    if (fd < 0)
        return NULL;
    void *memory = MAP_FAILED;
    if (fstat(fd, &file) == 0 && file.st_size >= 0 && (uint64_t)file.st_size >= bytes)
        memory = mmap(at, bytes, protection, MAP_SHARED | (at != NULL ? MAP_FIXED : 0), fd, 0);
    close(fd);
    return memory == MAP_FAILED ? NULL : memory;
}

void *perf_platform_map_lane(struct perf_transport *transport, uint32_t index, uint64_t address,
                             uint64_t bytes)
{
    (void)address;
    const int fd = take_descriptor(transport, index);
    return map(fd, bytes, PROT_READ | PROT_WRITE, NULL);
}

void perf_platform_unmap_lane(void *lane, uint64_t bytes)
{
    munmap(lane, bytes);
}

bool perf_platform_map_enable(struct perf_transport *transport, uint32_t index)
{
    const int fd = take_descriptor(transport, index);
    if (sysconf(_SC_PAGESIZE) > (long)sizeof perf_enable_page) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    return map(fd, sizeof perf_enable_page, PROT_READ, &perf_enable_page) != NULL;
}

/* Should the memory for a page of zeroes not be had, then marks go on into lanes that nobody reads.
 */
void perf_platform_unmap_enable(void)
{
    (void)mmap(&perf_enable_page, sizeof perf_enable_page, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

void perf_platform_set_enable(bool on)
{
    __atomic_store_n(&perf_enable_page.on, on, __ATOMIC_RELAXED);
}

int perf_open(const struct perf_options *options)
{
    perf_platform_lock();
    int result = 0;
    if (perf_marks.client == NULL) {
        result = perf_client_connect(&own_client, options != NULL ? options->address : NULL);
        if (result == 0) {
            result = perf_marks_open(&own_client, options, true);
            if (result != 0)
                perf_client_close(&own_client);
        }
    }
    perf_platform_unlock();
    return result;
}
