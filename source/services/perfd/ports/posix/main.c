/* SPDX-License-Identifier: Apache-2.0 */
/* ppoll() with a signal mask, accept4(), MADV_HUGEPAGE: Linux's. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
/* The daemon: one thread around one poll. All memory is taken before the first client comes. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "channel.h"
#include "hardware.h"
#include "hardware_perf.h"
#include "listen_fd.h"
#include "options.h"
#include "peer.h"
#include "perfd/counters.h"
#include "perfd/hotspots.h"
#include "perfd/jank.h"
#include "ports/port.h"
#include "posix-paths/default_socket.h"
#include "posix-paths/listener.h"
#include "posix.h"

enum { CHANNELS = 64 };
/* The listener, the disk process, the counters' timer, and the channels. */
enum { POLL_LISTENER, POLL_DISK, POLL_HARDWARE, POLL_CHANNELS, POLLS = POLL_CHANNELS + CHANNELS };

#define READY "perfd: ready\n"

enum { EXIT_UNABLE = 1, EXIT_UNUSABLE = 2 };

struct daemon {
    struct perfd_port port;
    struct perfd_server server;
    struct policy policy;
    struct listener listener;
    struct pollfd poll[POLLS];
    int job_state; /* what the job's last step said */
    struct hardware hardware;
    struct hardware_perf hardware_perf;
    bool accept_paused; /* no descriptors left: wait for a client to leave */
    int channels;       /* none behind these is open: to look at all costs as much as a call */
    struct channel channel[CHANNELS];
};

static volatile sig_atomic_t stop_requested;

static void on_signal(int signal_number)
{
    (void)signal_number;
    stop_requested = 1;
}

static void close_channel(struct daemon *daemon, struct channel *channel)
{
    lanes_take_ticks(&daemon->port, daemon->server.perfd);
    perfd_disconnect(&daemon->server, &channel->stream.connection);
    channel_close(channel);
    while (daemon->channels > 0 && daemon->channel[daemon->channels - 1].socket < 0)
        daemon->channels--;
    daemon->accept_paused = false;
}

static struct channel *free_channel(struct daemon *daemon)
{
    for (int i = 0; i < CHANNELS; i++)
        if (daemon->channel[i].socket < 0)
            return &daemon->channel[i];
    return NULL;
}

/* Where there is no place left the newcomer is turned away at once, and counted: it does not hang.
 */
static void accept_client(struct daemon *daemon)
{
    int client = accept4(daemon->listener.socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) {
        daemon->accept_paused = errno == EMFILE || errno == ENFILE;
        return;
    }
    struct channel *channel = free_channel(daemon);
    if (channel == NULL) {
        perfd_reject(daemon->server.perfd, PERFD_REJECT_OVER_LIMIT);
        close(client);
        return;
    }
    struct peer peer;
    if (!peer_read(client, &peer) ||
        !channel_open(channel, &daemon->server, client,
                      policy_capabilities(&daemon->policy, peer.user))) {
        close(client);
        return;
    }
    const struct perfd_text name = {peer.name, (uint32_t)strlen(peer.name)};
    (void)!perfd_client_process(daemon->server.perfd, channel->stream.connection.client,
                                (uint32_t)peer.pid, name);
    int behind = (int)(channel - daemon->channel) + 1;
    if (behind > daemon->channels)
        daemon->channels = behind;
}

static void prepare_poll(struct daemon *daemon)
{
    for (int i = 0; i < daemon->channels; i++) {
        struct pollfd *poll = &daemon->poll[POLL_CHANNELS + i];
        poll->fd = daemon->channel[i].socket;
        poll->events = poll->fd < 0 ? 0 : channel_events(&daemon->channel[i]);
    }
    daemon->poll[POLL_LISTENER].fd = daemon->accept_paused ? -1 : daemon->listener.socket;
    daemon->poll[POLL_LISTENER].events = POLLIN;
    daemon->poll[POLL_HARDWARE].fd = hardware_poll_fd(&daemon->hardware);
    daemon->poll[POLL_HARDWARE].events = POLLIN;
    daemon->poll[POLL_DISK].fd = -1;
    if (daemon->job_state == PERFD_WAIT)
        daemon->poll[POLL_DISK].fd =
            exporter_poll_fd(&daemon->port.exporter, &daemon->poll[POLL_DISK].events);
}

static void serve_channel(struct daemon *daemon, int index)
{
    struct channel *channel = &daemon->channel[index];
    short events = daemon->poll[POLL_CHANNELS + index].revents;
    if (channel->socket < 0 || events == 0)
        return;
    bool alive = (events & POLLNVAL) == 0;
    if (alive && (events & POLLOUT) != 0)
        alive = channel_write(channel, &daemon->server);
    if (alive && (events & (POLLIN | POLLHUP | POLLERR)) != 0)
        alive = channel_read(channel, &daemon->server);
    if (!alive)
        close_channel(daemon, channel);
}

static void step_job(struct daemon *daemon)
{
    struct perfd_connection *owner = perfd_job_owner(&daemon->server);
    struct channel *channel = NULL;
    for (int i = 0; owner != NULL && i < CHANNELS; i++)
        if (&daemon->channel[i].stream.connection == owner)
            channel = &daemon->channel[i];
    if (channel == NULL) {
        size_t nothing;
        daemon->job_state = perfd_server_step(&daemon->server, NULL, 0, &nothing);
        return;
    }
    daemon->job_state = perfd_stream_step_job(&channel->stream, &daemon->server);
    if (!channel_write(channel, &daemon->server))
        close_channel(daemon, channel);
}

/* What perfd takes no more of is not read any more. */
static void publish_hardware(struct daemon *daemon)
{
    int result =
        hardware_publish(daemon->server.perfd, &daemon->hardware, perfd_port_now_ns(&daemon->port));
    if (result >= 0)
        return;
    fprintf(stderr, "perfd: cannot keep counters: %s\n", perfd_error_text(result));
    hardware_close(&daemon->hardware);
}

static void run(struct daemon *daemon, const sigset_t *while_waiting)
{
    static const struct timespec at_once = {0, 0}, before_they_are_lost = {0, 500000000};
    while (!stop_requested) {
        prepare_poll(daemon);
        bool have_ticks = daemon->port.lanes.have_ticks;
        const struct timespec *timeout = have_ticks ? &before_they_are_lost : NULL;
        if (daemon->job_state == PERFD_MORE)
            timeout = &at_once;
        int channels = daemon->channels;
        nfds_t polls = POLL_CHANNELS + (nfds_t)channels;
        int ready = ppoll(daemon->poll, polls, timeout, while_waiting);
        if (ready < 0) {
            if (errno == EINTR)
                continue;
            perror("perfd: poll");
            exit(EXIT_UNABLE);
        }
        if (ready == 0 && have_ticks)
            lanes_take_ticks(&daemon->port, daemon->server.perfd);
        for (int i = 0; i < channels; i++)
            serve_channel(daemon, i);
        if ((daemon->poll[POLL_LISTENER].revents & POLLIN) != 0)
            accept_client(daemon);
        if ((daemon->poll[POLL_HARDWARE].revents & POLLIN) != 0 && hardware_read(&daemon->hardware))
            publish_hardware(daemon);
        if (daemon->job_state != PERFD_WAIT || daemon->poll[POLL_DISK].revents != 0)
            step_job(daemon);
    }
}

/* SIGTERM and SIGINT arrive only inside ppoll(): none is missed between a check and the wait. */
static void catch_signals(sigset_t *while_waiting)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t blocked;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, while_waiting);
    sigdelset(while_waiting, SIGTERM);
    sigdelset(while_waiting, SIGINT);
}

static void check_export_dir(const char *dir)
{
    struct stat status;
    if (dir == NULL)
        return;
    int error = stat(dir, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
    if (error == 0 && access(dir, W_OK | X_OK) != 0)
        error = errno;
    if (error == 0)
        return;
    fprintf(stderr, "perfd: --export-dir %s: %s\n", dir, strerror(error));
    exit(EXIT_UNUSABLE);
}

static struct perfd *make_perfd(const struct options *options, struct perfd_port *port)
{
    struct perfd *perfd;
    size_t bytes = perfd_arena_bytes(&options->config);
    /* Its end on a page's, for the lanes. */
    size_t page = (size_t)sysconf(_SC_PAGESIZE), mapped = (bytes + page - 1) / page * page;
    uint8_t *memory =
        bytes == 0 ? MAP_FAILED
                   : mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        fprintf(stderr, "perfd: no memory for an arena of %zu bytes\n", bytes);
        exit(EXIT_UNABLE);
    }
    /* Trees over very many frames are walked at random: in small pages that takes a half longer. */
    (void)madvise(memory, mapped, MADV_HUGEPAGE);
    memset(memory, 0, mapped); /* every page now: what the daemon takes later is nothing */
    int result = perfd_init(&perfd, memory + (mapped - bytes), bytes, &options->config, port);
    if (result < 0) {
        fprintf(stderr, "perfd: cannot start: %s\n", perfd_error_text(result));
        exit(EXIT_UNABLE);
    }
    return perfd;
}

/* Pages that nobody touches take no memory. */
static void *make_memory(size_t bytes, const char *what)
{
    if (bytes == 0)
        return NULL;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        fprintf(stderr, "perfd: no memory for %s of %zu bytes\n", what, bytes);
        exit(EXIT_UNABLE);
    }
    return memory;
}

static void start_janks(struct perfd *perfd, const struct perfd_config *config)
{
    size_t bytes = perfd_jank_bytes(config);
    int result = perfd_jank_start(perfd, make_memory(bytes, "janks and snapshots"), bytes);
    if (result >= 0)
        return;
    fprintf(stderr, "perfd: cannot look into janks: %s\n", perfd_error_text(result));
    exit(EXIT_UNABLE);
}

static void start_counters(struct perfd *perfd)
{
    void *counters = make_memory(PERFD_COUNTERS_BYTES, "groups of counters");
    void *hotspots = make_memory(PERFD_HOTSPOTS_BYTES, "hotspots");
    int result = perfd_counters_start(perfd, counters, PERFD_COUNTERS_BYTES);
    if (result >= 0)
        result = perfd_hotspots_start(perfd, hotspots, PERFD_HOTSPOTS_BYTES);
    if (result >= 0)
        return;
    fprintf(stderr, "perfd: cannot have counters: %s\n", perfd_error_text(result));
    exit(EXIT_UNABLE);
}

/* What the daemon records of its own accord. The log is first, so that it has the session. */
static void begin_recording(struct daemon *daemon, const struct options *options)
{
    uint64_t now_ns = perfd_port_now_ns(&daemon->port);
    int result = options->run_log ? perfd_server_start_log(&daemon->server, now_ns) : 0;
    if (result >= 0 && options->cost_lane)
        result = perfd_server_start_cost_lane(&daemon->server);
    if (result >= 0 && options->flight)
        result = perfd_server_start_flight(&daemon->server, now_ns);
    if (result >= 0)
        return;
    fprintf(stderr, "perfd: cannot record: %s\n", perfd_error_text(result));
    exit(EXIT_UNABLE);
}

/* One line for each reason. */
static void say_what_is_missing(const struct hardware *hardware)
{
    const struct hardware_counter *counter, *other;
    char cpus[256];
    hardware_cpus_text(&hardware->missing, cpus, sizeof cpus);
    if (cpus[0] != '\0')
        fprintf(stderr, "perfd: --cpus: not online: %s\n", cpus);
    for (uint32_t i = 0; (counter = hardware_missing(hardware, &i)) != NULL;) {
        bool is_said = false;
        for (uint32_t k = 0; (other = hardware_missing(hardware, &k)) != counter;)
            is_said = is_said || strcmp(other->reason, counter->reason) == 0;
        if (is_said)
            continue;
        fprintf(stderr, "perfd: --counters: not counted, %s: %s", counter->reason, counter->name);
        for (uint32_t k = i; (other = hardware_missing(hardware, &k)) != NULL;)
            if (strcmp(other->reason, counter->reason) == 0)
                fprintf(stderr, ", %s", other->name);
        fputc('\n', stderr);
    }
}

static void start_hardware(struct daemon *daemon, const struct hardware_options *options)
{
    daemon->hardware.timer = -1;
    if (options->names.count == 0)
        return;
    struct hardware_cpus online;
    hardware_cpus_online(&online);
    uint32_t events = options->names.count * hardware_cpus_count(&online);
    struct hardware_source source = hardware_perf_source(&daemon->hardware_perf, events);
    int result = hardware_open(&daemon->hardware, options, &source, &online);
    if (result < 0) {
        fprintf(stderr, "perfd: cannot count: %s\n", strerror(-result));
        exit(EXIT_UNABLE);
    }
    say_what_is_missing(&daemon->hardware);
    publish_hardware(daemon);
}

/* Who may connect to a socket that was passed is up to whoever made it. */
static void listen_at(struct listener *listener, const struct options *options)
{
    static char default_path[POSIX_SOCKET_PATH_SIZE];
    const char *path = options->socket;
    if (path == NULL) {
        int problem = posix_default_socket(default_path, sizeof default_path, true);
        if (problem < 0) {
            fprintf(stderr, "perfd: %s: %s\n", default_path, posix_paths_error_text(problem));
            exit(EXIT_UNABLE);
        }
        path = default_path;
    }
    if (!listener_open(listener, "perfd", path, policy_has_others(&options->policy)))
        exit(EXIT_UNABLE);
}

int main(int argc, char **argv)
{
    static struct daemon daemon;
    struct options options;
    sigset_t while_waiting;

    options_parse(&options, argc, argv);
    int passed = listen_fd_take(options.socket);
    if (passed == LISTEN_FD_UNUSABLE)
        return EXIT_UNUSABLE;
    check_export_dir(options.export_dir);
    for (int i = 0; i < CHANNELS; i++)
        daemon.channel[i].socket = -1;
    daemon.policy = options.policy;
    exporter_init(&daemon.port.exporter, options.export_dir);
    lanes_memory_init(&daemon.port.lanes);
    struct perfd *perfd = make_perfd(&options, &daemon.port);
    perfd_server_init(&daemon.server, perfd, &daemon.port, CHANNEL_FRAME_BYTES);
    start_janks(perfd, &options.config);
    start_counters(perfd);
    daemon.server.log.memory = make_memory(options.log_bytes, "a run log");
    daemon.server.log.bytes = options.log_bytes;
    catch_signals(&while_waiting);
    if (passed >= 0)
        listener_adopt(&daemon.listener, "perfd", passed);
    else
        listen_at(&daemon.listener, &options);
    perfd_port_marker(&daemon.port, READY, sizeof READY - 1);
    begin_recording(&daemon, &options);
    start_hardware(&daemon, &options.hardware);

    run(&daemon, &while_waiting);

    listener_close(&daemon.listener);
    for (int i = 0; i < CHANNELS; i++)
        if (daemon.channel[i].socket >= 0)
            close_channel(&daemon, &daemon.channel[i]);
    hardware_close(&daemon.hardware);
    exporter_close(&daemon.port.exporter);
    return 0;
}
