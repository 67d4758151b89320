/* SPDX-License-Identifier: Apache-2.0 */
/* perf-client over a real Unix socket: against the vat, and against services that fail in every
 * way. Also where the default socket is. */
#include "nexus-idl/framing.h"
#include "perf-client/perf_client.h"
#include "posix-paths/default_socket.h"
#include "test_rpc_peer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* What the service does with its connections. */
enum behaviour {
    SERVES,
    SERVES_BY_BYTES,  /* each byte in a write of its own */
    SERVES_IN_ONE_GO, /* all answers to one read in one write */
    HANGS_UP_AT_ONCE,
    HANGS_UP_ON_A_CALL,
    HANGS_UP_IN_AN_ANSWER,
    SENDS_TOO_MUCH,
    SENDS_RUBBISH,
    SENDS_AN_ABORT,
    WAITS_FOR_SIGNALS
};

static struct perf_client client;
static atomic_int signals;

struct service {
    _Atomic enum behaviour behaviour;
    int listener;
    pthread_t thread;
    char directory[64];
    char path[128];
    char address[160];
};

/* --- the service --- */

static void write_all(int fd, const uint8_t *bytes, size_t length, size_t at_once)
{
    while (length != 0) {
        ssize_t sent = send(fd, bytes, length < at_once ? length : at_once, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        length -= (size_t)sent;
    }
}

/* False: hang up. */
static bool misbehave(enum behaviour behaviour, int fd)
{
    uint8_t bytes[256] = {0};
    struct peer_message m;
    switch (behaviour) {
    case HANGS_UP_IN_AN_ANSWER:
        m = peer_other(3);
        write_all(fd, m.bytes, m.length - 1, SIZE_MAX);
        return false;
    case SENDS_TOO_MUCH:
        nx_store32(bytes + 4, PERF_CLIENT_BUFFER_BYTES / 8); /* with its header one word too many */
        write_all(fd, bytes, 8, SIZE_MAX);
        return true;
    case SENDS_RUBBISH:
        memset(bytes, 0xff, sizeof bytes);
        write_all(fd, bytes, sizeof bytes, SIZE_MAX);
        return true;
    case SENDS_AN_ABORT:
        m = peer_other(1);
        write_all(fd, m.bytes, m.length, SIZE_MAX);
        return true;
    default:
        return false;
    }
}

static void wait_for_signals(void)
{
    int before = atomic_load(&signals);
    while (atomic_load(&signals) < before + 3)
        sched_yield();
}

/* Answers the whole messages in bytes[0..length); gives how many bytes they took. */
static size_t answer_all(struct nx_vat *vat, int fd, enum behaviour behaviour, const uint8_t *bytes,
                         size_t length)
{
    static uint8_t out[2 * PERF_CLIENT_BUFFER_BYTES];
    size_t at = 0, used = 0;
    for (;;) {
        int64_t frame =
            nx_frame_length(bytes + at, length - at, PERF_CLIENT_BUFFER_BYTES, NX_SEGMENTS_DEFAULT);
        if (frame <= 0 || (size_t)frame > length - at)
            break;
        struct nx_call call;
        size_t answer;
        enum nx_event event = nx_vat_receive(vat, bytes + at, (size_t)frame, &call, out + used,
                                             PERF_CLIENT_BUFFER_BYTES, &answer);
        if (event == NX_CALL)
            event = nx_vat_finish(vat, &call, peer_serve(&call), &answer);
        used += answer;
        at += (size_t)frame;
        if (event == NX_CLOSE || used > PERF_CLIENT_BUFFER_BYTES)
            break;
    }
    write_all(fd, out, used, behaviour == SERVES_BY_BYTES ? 1 : SIZE_MAX);
    return at;
}

static void serve(struct service *s, int fd)
{
    static uint8_t in[PERF_CLIENT_BUFFER_BYTES];
    struct nx_vat vat;
    nx_vat_init(&vat);
    size_t length = 0;
    while (s->behaviour != HANGS_UP_AT_ONCE) {
        ssize_t got = read(fd, in + length, sizeof in - length);
        if (got <= 0 || s->behaviour == HANGS_UP_ON_A_CALL)
            return;
        length += (size_t)got;
        if (s->behaviour == WAITS_FOR_SIGNALS)
            wait_for_signals();
        if (s->behaviour >= HANGS_UP_IN_AN_ANSWER && s->behaviour <= SENDS_AN_ABORT) {
            length = 0;
            if (!misbehave(s->behaviour, fd))
                return;
            continue;
        }
        size_t taken = answer_all(&vat, fd, s->behaviour, in, length);
        memmove(in, in + taken, length - taken);
        length -= taken;
    }
}

static void *run_service(void *argument)
{
    struct service *s = argument;
    for (;;) {
        int fd = accept(s->listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        serve(s, fd);
        close(fd);
    }
}

static void start(struct service *s, enum behaviour behaviour)
{
    s->behaviour = behaviour;
    strcpy(s->directory, "/tmp/test_rpc_socket.XXXXXX");
    assert_non_null(mkdtemp(s->directory));
    snprintf(s->path, sizeof s->path, "%s/socket", s->directory);
    snprintf(s->address, sizeof s->address, "unix:%s", s->path);
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    memcpy(name.sun_path, s->path, strlen(s->path) + 1);
    s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s->listener, (const struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(listen(s->listener, 8), 0);
    assert_int_equal(pthread_create(&s->thread, NULL, run_service, s), 0);
}

/* The client has closed by then, so that the service is back in accept(). */
static void stop(struct service *s)
{
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listener);
    unlink(s->path);
    rmdir(s->directory);
}

/* --- calls --- */

static int add_one(uint64_t value, uint64_t *result)
{
    nx_set_u64(nx_client_begin(&client.rpc, PEER_INTERFACE, METHOD_ADD_ONE, 1, 0), 0, value);
    int error = perf_client_call(&client);
    *result = error == 0 ? nx_get_u64(nx_client_results(&client.rpc), 0) : 0;
    return error;
}

/* A number of calls of every size, through a service of that behaviour. */
static void check_calls(enum behaviour behaviour)
{
    struct service s;
    start(&s, behaviour);
    assert_int_equal(perf_client_connect(&client, s.address), 0);
    for (uint64_t i = 0; i < 50; i++) {
        uint64_t result;
        assert_int_equal(add_one(i, &result), 0);
        assert_int_equal(result, i + 1);
        nx_set_u64(nx_client_begin(&client.rpc, PEER_INTERFACE, METHOD_BYTES, 1, 0), 0, i * 1000);
        assert_int_equal(perf_client_call(&client), 0);
        assert_int_equal(nx_get_data(nx_client_results(&client.rpc), 0).length, i * 1000);
    }
    perf_client_close(&client);
    perf_client_close(&client);
    stop(&s);
}

static void calls_are_answered(void **state)
{
    (void)state;
    check_calls(SERVES);
}

static void answers_may_come_in_pieces(void **state)
{
    (void)state;
    check_calls(SERVES_BY_BYTES);
}

static void answers_may_come_together(void **state)
{
    (void)state;
    check_calls(SERVES_IN_ONE_GO);
}

static void exception_leaves_the_connection(void **state)
{
    (void)state;
    struct service s;
    start(&s, SERVES);
    assert_int_equal(perf_client_connect(&client, s.address), 0);
    (void)nx_client_begin(&client.rpc, PEER_INTERFACE, 999, 0, 0);
    assert_int_equal(perf_client_call(&client), PERF_CLIENT_EXCEPTION);
    assert_int_equal(nx_client_exception(&client.rpc).type, NX_EXCEPTION_UNIMPLEMENTED);
    uint64_t result;
    assert_int_equal(add_one(1, &result), 0);
    assert_int_equal(result, 2);
    perf_client_close(&client);
    assert_int_equal(add_one(1, &result), PERF_CLIENT_DISCONNECTED);
    stop(&s);
}

static void call_too_big_is_not_sent(void **state)
{
    (void)state;
    static const uint8_t big[PERF_CLIENT_BUFFER_BYTES];
    struct service s;
    start(&s, SERVES);
    assert_int_equal(perf_client_connect(&client, s.address), 0);
    nx_set_data(nx_client_begin(&client.rpc, PEER_INTERFACE, METHOD_ADD_ONE, 0, 1), 0,
                (struct nx_data){big, sizeof big});
    assert_int_equal(perf_client_call(&client), PERF_CLIENT_TOO_BIG);
    uint64_t result;
    assert_int_equal(add_one(1, &result), 0);
    perf_client_close(&client);
    stop(&s);
}

static void check_failure(enum behaviour behaviour, int expected)
{
    struct service s;
    start(&s, behaviour);
    assert_int_equal(perf_client_connect(&client, s.address), 0);
    uint64_t result;
    assert_int_equal(add_one(1, &result), expected);
    assert_int_equal(add_one(1, &result), PERF_CLIENT_DISCONNECTED);
    perf_client_close(&client);
    /* And a fresh connection is not harmed by the one before. */
    s.behaviour = SERVES;
    assert_int_equal(perf_client_connect(&client, s.address), 0);
    assert_int_equal(add_one(1, &result), 0);
    assert_int_equal(result, 2);
    perf_client_close(&client);
    stop(&s);
}

/* A write to a closed socket would end the program, were SIGPIPE not held off. */
static void hang_up_is_an_error(void **state)
{
    (void)state;
    check_failure(HANGS_UP_AT_ONCE, PERF_CLIENT_DISCONNECTED);
    check_failure(HANGS_UP_ON_A_CALL, PERF_CLIENT_DISCONNECTED);
    check_failure(HANGS_UP_IN_AN_ANSWER, PERF_CLIENT_DISCONNECTED);
}

static void service_that_misbehaves_is_an_error(void **state)
{
    (void)state;
    check_failure(SENDS_TOO_MUCH, PERF_CLIENT_TOO_BIG);
    check_failure(SENDS_RUBBISH, PERF_CLIENT_MALFORMED);
    check_failure(SENDS_AN_ABORT, PERF_CLIENT_DISCONNECTED);
}

static void count_signal(int number)
{
    (void)number;
    atomic_fetch_add(&signals, 1);
}

/* The service answers when three signals have come while the client waits for it. */
static void interrupted_calls_go_on(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = count_signal}, before;
    sigaction(SIGALRM, &action, &before); /* no SA_RESTART */
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    struct service s;
    pthread_sigmask(SIG_BLOCK, &alarm, NULL); /* inherited by the service's thread */
    start(&s, WAITS_FOR_SIGNALS);
    pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
    struct itimerval every_ms = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &every_ms, NULL);
    assert_int_equal(perf_client_connect(&client, s.address), 0);
    for (uint64_t i = 0; i < 5; i++) {
        uint64_t result;
        assert_int_equal(add_one(i, &result), 0);
        assert_int_equal(result, i + 1);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    perf_client_close(&client);
    stop(&s);
    sigaction(SIGALRM, &before, NULL);
}

/* --- addresses --- */

static void addresses(void **state)
{
    (void)state;
    char longest[256] = "unix:/";
    memset(longest + 6, 'x', 200);
    assert_int_equal(perf_client_connect(&client, longest), PERF_CLIENT_ADDRESS);
    assert_int_equal(perf_client_connect(&client, "unix:"), PERF_CLIENT_ADDRESS);
    assert_int_equal(perf_client_connect(&client, "/tmp/socket"), PERF_CLIENT_ADDRESS);
    assert_int_equal(perf_client_connect(&client, "tcp:localhost:1"), PERF_CLIENT_ADDRESS);
    assert_int_equal(perf_client_connect(&client, "unix:/nowhere/at/all"), PERF_CLIENT_UNREACHABLE);
    uint64_t result;
    assert_int_equal(add_one(1, &result), PERF_CLIENT_DISCONNECTED);
    perf_client_close(&client);
}

static void address_from_the_environment(void **state)
{
    (void)state;
    struct service s;
    uint64_t result;
    start(&s, SERVES);
    const char *forms[] = {s.path, s.address};
    for (size_t i = 0; i < 2; i++) {
        setenv("PERF_SOCKET", forms[i], 1);
        assert_int_equal(perf_client_connect(&client, NULL), 0);
        assert_int_equal(add_one(1, &result), 0);
        perf_client_close(&client);
    }
    unsetenv("PERF_SOCKET");
    stop(&s);
}

/* The directory that stands for the system's, and perfd-<uid> in it. */
struct place {
    char directory[64];
    char own[96];
    char socket[128];
};

static struct place make_place(void)
{
    struct place p = {.directory = "/tmp/test_rpc_socket.XXXXXX"};
    assert_non_null(mkdtemp(p.directory));
    snprintf(p.own, sizeof p.own, "%s/perfd-%lu", p.directory, (unsigned long)geteuid());
    snprintf(p.socket, sizeof p.socket, "%s/perfd.sock", p.own);
    unsetenv("XDG_RUNTIME_DIR");
    setenv("TMPDIR", p.directory, 1);
    return p;
}

static void drop_place(struct place *p)
{
    rmdir(p->own);
    rmdir(p->directory);
    unsetenv("TMPDIR");
    unsetenv("XDG_RUNTIME_DIR");
}

static void default_place(void **state)
{
    (void)state;
    char path[POSIX_SOCKET_PATH_SIZE];
    struct place p = make_place();

    setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
    assert_int_equal(posix_default_socket(path, sizeof path, false), 0);
    assert_string_equal(path, "/run/user/7/perfd.sock");
    setenv("XDG_RUNTIME_DIR", "relative", 1); /* counts as not set, as does the empty one */
    assert_int_equal(posix_default_socket(path, sizeof path, false), POSIX_PATHS_ABSENT);
    setenv("XDG_RUNTIME_DIR", "", 1);
    assert_int_equal(posix_default_socket(path, sizeof path, false), POSIX_PATHS_ABSENT);

    mode_t before = umask(0);
    assert_int_equal(posix_default_socket(path, sizeof path, true), 0);
    umask(before);
    assert_string_equal(path, p.socket);
    struct stat status;
    assert_int_equal(stat(p.own, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    assert_int_equal(posix_default_socket(path, sizeof path, false), 0);
    assert_string_equal(path, p.socket);
    assert_int_equal(posix_default_socket(path, sizeof path, true), 0);

    assert_int_equal(posix_default_socket(path, strlen(p.socket), false), POSIX_PATHS_TOO_LONG);
    assert_int_equal(posix_default_socket(path, strlen(p.socket) + 1, false), 0);
    drop_place(&p);
}

static void default_place_is_refused_if_others_can_touch_it(void **state)
{
    (void)state;
    char path[POSIX_SOCKET_PATH_SIZE];
    struct place p = make_place();
    assert_int_equal(mkdir(p.own, 0700), 0);
    assert_int_equal(chmod(p.own, 0750), 0);
    assert_int_equal(posix_default_socket(path, sizeof path, true), POSIX_PATHS_REFUSED);
    assert_int_equal(perf_client_connect(&client, NULL), PERF_CLIENT_UNREACHABLE);
    assert_int_equal(chmod(p.own, 0701), 0);
    assert_int_equal(posix_default_socket(path, sizeof path, false), POSIX_PATHS_REFUSED);
    assert_int_equal(rmdir(p.own), 0);

    assert_int_equal(symlink(p.directory, p.own),
                     0); /* a directory of the user's own, but elsewhere */
    assert_int_equal(posix_default_socket(path, sizeof path, true), POSIX_PATHS_REFUSED);
    assert_int_equal(unlink(p.own), 0);

    if (geteuid() == 0) { /* only root can give a directory away */
        assert_int_equal(mkdir(p.own, 0700), 0);
        assert_int_equal(chown(p.own, 12345, 12345), 0);
        assert_int_equal(posix_default_socket(path, sizeof path, true), POSIX_PATHS_REFUSED);
    }
    drop_place(&p);
}

int main(void)
{
    unsetenv("PERF_SOCKET");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_answered),
        cmocka_unit_test(answers_may_come_in_pieces),
        cmocka_unit_test(answers_may_come_together),
        cmocka_unit_test(exception_leaves_the_connection),
        cmocka_unit_test(call_too_big_is_not_sent),
        cmocka_unit_test(hang_up_is_an_error),
        cmocka_unit_test(service_that_misbehaves_is_an_error),
        cmocka_unit_test(interrupted_calls_go_on),
        cmocka_unit_test(addresses),
        cmocka_unit_test(address_from_the_environment),
        cmocka_unit_test(default_place),
        cmocka_unit_test(default_place_is_refused_if_others_can_touch_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
