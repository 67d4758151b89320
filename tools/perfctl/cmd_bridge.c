/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The serial link to a guest's perfd as a Unix socket that any client can use, one at a time: each
 * client's connection is a session of the link, and the next client waits in the socket's backlog.
 */
/* ppoll() and accept4() are Linux's. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nexus-idl/link.h"
#include "perfctl.h"
#include "posix-paths/listener.h"
#include "serial_port.h"

#define CHUNK_BYTES 16384u
/* Calls on their way to the guest: after so many bytes it is asked whether it has them all, and
 * nothing follows before it says so. Else they would wait in the line's buffers, hundreds of them,
 * and the next client behind them. */
#define WINDOW_BYTES 1024u
/* The answers to such calls, a dozen of up to 16 KB, have room here when their client stops
 * reading: QEMU's console drops what nobody reads in time, and the session would be lost. */
#define READY_BYTES (256u * 1024u)
/* Without a frame from the guest: it is asked. Without a byte: what broke off is given up. */
#define QUIET_MS       200
#define UNANSWERED_MAX 15u /* times asked; then the guest is not there */
#define RETRY_MS       200

struct arguments {
    const char *serial, *listen;
    uint32_t frame_bytes;
    bool retry;
};

struct bridge {
    const struct arguments *arguments;
    struct listener listener;
    struct serial_port port;
    int client; /* -1: none */
    struct nx_link link;
    uint64_t heard_ns;   /* when a byte came last, or it was said that none comes */
    uint64_t framed_ns;  /* when a frame came last, or one was asked for */
    size_t window_bytes; /* sent since the guest was asked last */
    uint32_t probes;     /* the link's, when it was asked; while they are so, it has not answered */
    /* From the guest: not yet looked at by the link; and its sessions' bytes for the client. */
    size_t raw_start, raw_length, ready_start, ready_length;
    uint8_t raw[CHUNK_BYTES], ready[READY_BYTES];
    uint8_t in[NX_LINK_FRAME_BYTES_MAX], out[NX_LINK_FRAME_BYTES_MAX];
    uint8_t payload[NX_LINK_FRAME_BYTES_MAX];
};

enum { POLL_LISTENER, POLL_CLIENT, POLL_SERIAL, POLLS };

static volatile sig_atomic_t stop_requested;

static void on_signal(int signal_number)
{
    (void)signal_number;
    stop_requested = 1;
}

/* They arrive only inside ppoll(): none is missed between a check and the wait. */
static void catch_signals(sigset_t *while_waiting)
{
    static const int ending[] = {SIGINT, SIGTERM};
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t blocked;
    sigemptyset(&action.sa_mask);
    sigemptyset(&blocked);
    for (int i = 0; i < 2; i++) {
        sigaction(ending[i], &action, NULL);
        sigaddset(&blocked, ending[i]);
    }
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigprocmask(SIG_BLOCK, &blocked, while_waiting);
    for (int i = 0; i < 2; i++)
        sigdelset(while_waiting, ending[i]);
}

static void say(const struct bridge *bridge, const char *what)
{
    fprintf(stderr, "perfctl: %s: %s\n", bridge->arguments->serial, what);
}

/* --- The client ------------------------------------------------------------------------------- */

static void accept_client(struct bridge *bridge)
{
    int client = accept4(bridge->listener.socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0)
        return;
    bridge->client = client;
    bridge->ready_start = bridge->ready_length = 0;
    bridge->heard_ns = bridge->framed_ns = now_ns();
    bridge->window_bytes = 0;
    nx_link_open(&bridge->link);
}

static void drop_client(struct bridge *bridge)
{
    if (bridge->client < 0)
        return;
    close(bridge->client);
    bridge->client = -1;
    bridge->ready_start = bridge->ready_length = 0;
}

/* It went away by itself: the guest forgets it. */
static void client_left(struct bridge *bridge)
{
    drop_client(bridge);
    nx_link_close(&bridge->link);
}

static bool link_is_free(struct bridge *bridge)
{
    size_t waiting;
    (void)nx_link_output(&bridge->link, &waiting);
    return bridge->link.state == NX_LINK_OPEN && waiting == 0;
}

static bool window_is_full(struct bridge *bridge)
{
    if (bridge->window_bytes >= WINDOW_BYTES && bridge->link.probes != bridge->probes)
        bridge->window_bytes = 0;
    return bridge->window_bytes >= WINDOW_BYTES;
}

/* A client that does not take its answers is not asked for more calls. */
static bool may_take(struct bridge *bridge)
{
    return bridge->client >= 0 && bridge->ready_length == 0 && link_is_free(bridge) &&
           !window_is_full(bridge);
}

/* A frame of what the client said; false: nothing was there, or it has to wait. */
static bool take_from_client(struct bridge *bridge)
{
    if (!may_take(bridge))
        return false;
    ssize_t got =
        recv(bridge->client, bridge->payload, nx_link_payload_max(&bridge->link), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return false;
    if (got <= 0) {
        client_left(bridge);
        return false;
    }
    if (nx_link_send(&bridge->link, bridge->payload, (size_t)got) != (size_t)got)
        return false;
    bridge->window_bytes += (size_t)got;
    if (bridge->window_bytes >= WINDOW_BYTES) {
        bridge->probes = bridge->link.probes;
        nx_link_poke(&bridge->link);
    }
    return true;
}

static void give_to_client(struct bridge *bridge)
{
    while (bridge->client >= 0 && bridge->ready_length > 0) {
        ssize_t sent = send(bridge->client, bridge->ready + bridge->ready_start,
                            bridge->ready_length, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
            return;
        if (sent < 0) {
            client_left(bridge);
            return;
        }
        bridge->ready_start += (size_t)sent;
        bridge->ready_length -= (size_t)sent;
    }
    bridge->ready_start = 0;
}

/* --- The guest -------------------------------------------------------------------------------- */

/* Of a client that asked for more than that and does not read, the session is lost on the line. */
static bool has_room(const struct bridge *bridge)
{
    return sizeof bridge->ready - bridge->ready_start - bridge->ready_length >=
           nx_link_payload_max(&bridge->link);
}

static void keep_payload(struct bridge *bridge)
{
    size_t length;
    const uint8_t *payload = nx_link_payload(&bridge->link, &length);
    memcpy(bridge->ready + bridge->ready_start + bridge->ready_length, payload, length);
    bridge->ready_length += length;
}

/* What the guest said, as far as the client has room for it. */
static void look_at_raw(struct bridge *bridge)
{
    enum nx_link_event event = NX_LINK_DATA;
    uint32_t frames = bridge->link.frames;
    while (event != NX_LINK_IDLE && has_room(bridge)) {
        size_t taken = nx_link_receive(&bridge->link, bridge->raw + bridge->raw_start,
                                       bridge->raw_length, &event);
        bridge->raw_start += taken;
        bridge->raw_length -= taken;
        if (event == NX_LINK_DATA) {
            keep_payload(bridge);
        } else if (event == NX_LINK_CLOSED && bridge->client >= 0) {
            give_to_client(bridge);
            say(bridge, "the session was lost; its client has been disconnected");
            drop_client(bridge);
        }
    }
    if (bridge->raw_length == 0)
        bridge->raw_start = 0;
    if (bridge->link.frames != frames)
        bridge->framed_ns = now_ns();
    give_to_client(bridge);
}

/* False: the line is gone. */
static bool read_serial(struct bridge *bridge)
{
    long got = serial_port_read(&bridge->port, bridge->raw, sizeof bridge->raw);
    if (got <= 0)
        return got == 0;
    bridge->raw_length = (size_t)got;
    bridge->heard_ns = now_ns();
    look_at_raw(bridge);
    return true;
}

/* All that is there to send, the client's words included. False: the line is gone. */
static bool write_serial(struct bridge *bridge)
{
    do {
        size_t length;
        const uint8_t *bytes;
        while (bytes = nx_link_output(&bridge->link, &length), length > 0) {
            long sent = serial_port_write(&bridge->port, bytes, length);
            if (sent <= 0)
                return sent == 0;
            nx_link_sent(&bridge->link, (size_t)sent);
        }
    } while (take_from_client(bridge));
    return true;
}

/* --- The loop --------------------------------------------------------------------------------- */

/* Nothing is asked while the guest is not listened to. */
static bool may_ask(const struct bridge *bridge)
{
    return bridge->client >= 0 && bridge->raw_length == 0;
}

static bool is_over(uint64_t now, uint64_t *since_ns)
{
    if (now - *since_ns < QUIET_MS * UINT64_C(1000000))
        return false;
    *since_ns = now;
    return true;
}

static void ask_guest(struct bridge *bridge)
{
    uint64_t now = now_ns();
    if (!may_ask(bridge))
        return;
    if (is_over(now, &bridge->heard_ns)) {
        nx_link_quiet(&bridge->link);
        look_at_raw(bridge);
    }
    if (is_over(now, &bridge->framed_ns))
        nx_link_poke(&bridge->link);
    if (bridge->client >= 0 && bridge->link.unanswered > UNANSWERED_MAX) {
        say(bridge, "the guest does not answer; its client has been disconnected");
        client_left(bridge);
    }
}

static void prepare_poll(struct bridge *bridge, struct pollfd polls[POLLS])
{
    size_t waiting;
    (void)nx_link_output(&bridge->link, &waiting);
    polls[POLL_LISTENER] =
        (struct pollfd){.fd = bridge->client < 0 ? bridge->listener.socket : -1, .events = POLLIN};
    polls[POLL_CLIENT] =
        (struct pollfd){.fd = bridge->client,
                        .events = (short)((may_take(bridge) ? POLLIN : 0) |
                                          (bridge->ready_length > 0 ? POLLOUT : 0))};
    polls[POLL_SERIAL] = (struct pollfd){
        .fd = bridge->port.fd,
        .events = (short)((bridge->raw_length == 0 ? POLLIN : 0) | (waiting > 0 ? POLLOUT : 0))};
}

static void serve_client(struct bridge *bridge, short events)
{
    if ((events & POLLOUT) != 0)
        give_to_client(bridge);
    /* What it said before it hung up goes on its way where the link takes it now. */
    if ((events & (POLLHUP | POLLERR)) != 0 && (events & POLLIN) == 0 && bridge->client >= 0)
        client_left(bridge);
}

/* Until the line is gone (true) or a signal comes (false). */
static bool serve(struct bridge *bridge, const sigset_t *while_waiting)
{
    static const struct timespec quiet = {0, QUIET_MS * 1000000L};
    while (!stop_requested) {
        struct pollfd polls[POLLS];
        prepare_poll(bridge, polls);
        if (ppoll(polls, POLLS, may_ask(bridge) ? &quiet : NULL, while_waiting) < 0) {
            if (errno == EINTR)
                continue;
            perror("perfctl: poll");
            exit(EXIT_STATUS);
        }
        if (polls[POLL_SERIAL].revents != 0 && bridge->raw_length == 0 && !read_serial(bridge))
            return true;
        /* A client that came or went meanwhile is looked at in the next round. */
        if (polls[POLL_CLIENT].revents != 0 && polls[POLL_CLIENT].fd == bridge->client)
            serve_client(bridge, polls[POLL_CLIENT].revents);
        if ((polls[POLL_LISTENER].revents & POLLIN) != 0 && bridge->client < 0)
            accept_client(bridge);
        if (bridge->raw_length > 0)
            look_at_raw(bridge);
        ask_guest(bridge);
        if (!write_serial(bridge))
            return true;
    }
    return false;
}

static int open_serial(struct bridge *bridge, const sigset_t *while_waiting)
{
    static const struct timespec pause = {0, RETRY_MS * 1000000L};
    const char *told = NULL;
    for (;;) {
        bool hopeless;
        const char *problem = serial_port_open(&bridge->port, bridge->arguments->serial, &hopeless);
        if (problem == NULL)
            break;
        if (told == NULL)
            say(bridge, problem);
        told = problem;
        if (hopeless)
            return EXIT_UNUSABLE;
        if (!bridge->arguments->retry)
            return EXIT_UNREACHABLE;
        if (ppoll(NULL, 0, &pause, while_waiting) < 0 && stop_requested)
            return EXIT_FINE;
    }
    nx_link_init(&bridge->link, NX_LINK_OPENER, (uint32_t)(now_ns() >> 10) ^ (uint32_t)getpid(),
                 bridge->in, bridge->out, bridge->arguments->frame_bytes);
    bridge->raw_start = bridge->raw_length = 0;
    return -1;
}

/* The line comes first: a client finds the socket when there is something behind it. */
static int run(struct bridge *bridge, const sigset_t *while_waiting)
{
    int code;
    while (code = open_serial(bridge, while_waiting), code < 0) {
        if (bridge->listener.socket < 0) {
            if (!listener_open(&bridge->listener, "perfctl", bridge->arguments->listen, false))
                return EXIT_STATUS;
            printf("perfctl: bridge ready at unix:%s\n", bridge->arguments->listen);
            (void)fflush(stdout);
        }
        bool gone = serve(bridge, while_waiting);
        if (!gone) {
            /* As far as it goes without waiting. */
            client_left(bridge);
            (void)write_serial(bridge);
            serial_port_close(&bridge->port);
            return EXIT_FINE;
        }
        say(bridge, "the serial side has gone away");
        drop_client(bridge);
        serial_port_close(&bridge->port);
        if (!bridge->arguments->retry)
            return EXIT_UNREACHABLE;
    }
    return code;
}

/* --- Arguments -------------------------------------------------------------------------------- */

enum { KEY_SERIAL = 256, KEY_LISTEN, KEY_FRAME_BYTES, KEY_RETRY };

static const struct argp_option option_list[] = {
    {"serial", KEY_SERIAL, "PATH", 0,
     "The line: a Unix socket (QEMU's chardev), a pty or a character device", 0},
    {"listen", KEY_LISTEN, "unix:PATH", 0, "Where clients connect, one at a time", 0},
    {"frame-bytes", KEY_FRAME_BYTES, "N", 0,
     "The link's largest frame, as in the guest (default 512)", 0},
    {"retry", KEY_RETRY, NULL, 0, "Wait for the line where it is not there, or goes away", 0},
    {0},
};

static const char *path_of(const struct argp_state *state, const char *address)
{
    static const char scheme[] = "unix:";
    if (strncmp(address, scheme, sizeof scheme - 1) != 0 || address[sizeof scheme - 1] == '\0')
        argp_error(state, "--listen takes unix:PATH, not '%s'", address);
    return address + sizeof scheme - 1;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case KEY_SERIAL:
        arguments->serial = text;
        return 0;
    case KEY_LISTEN:
        arguments->listen = path_of(state, text);
        return 0;
    case KEY_FRAME_BYTES:
        arguments->frame_bytes = (uint32_t)argument_number(
            state, "--frame-bytes", text, NX_LINK_FRAME_BYTES_MIN, NX_LINK_FRAME_BYTES_MAX);
        return 0;
    case KEY_RETRY:
        arguments->retry = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected argument '%s'", text);
        return 0;
    case ARGP_KEY_END:
        if (arguments->serial == NULL || arguments->listen == NULL)
            argp_error(state, "--serial and --listen are needed");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cmd_bridge(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = option_list,
        .parser = parse,
        .doc = "Makes the serial link to a guest's perfd a Unix socket for any client. Ends with 3 "
               "when the line goes away, cleanly on SIGINT and SIGTERM.",
    };
    static struct bridge bridge;
    struct arguments arguments = {.frame_bytes = NX_LINK_FRAME_BYTES};
    sigset_t while_waiting;
    (void)common;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    bridge.arguments = &arguments;
    bridge.client = bridge.port.fd = bridge.listener.socket = -1;
    catch_signals(&while_waiting);
    int code = run(&bridge, &while_waiting);
    drop_client(&bridge);
    listener_close(&bridge.listener);
    return code;
}
