/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's side of the serial link without a guest: core and server behind it as the image has
 * them, the line a Unix socket where this program listens (as QEMU does for a chardev) or a pty.
 *
 *     serial_guest SOCKET|pty DIR WHAT      exports go to DIR; WHAT: all, or image (the
 * capabilities that the image gives the line)
 *
 * Markers on stdout, `line PATH` for a pty before them. Words on stdin, one a line: `restart` as a
 * machine's reset, the line stays; `stall`: no step of a job is made any more; `quit`. It ends
 * where stdin ends.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "ports/port.h"
#include "ports/posix/posix.h"
#include "posix-paths/listener.h"
#include "server/serial.h"

enum { MESSAGE_BYTES = 16384, LINE_BYTES = NX_LINK_FRAME_BYTES };

struct guest {
    struct perfd_port port;
    struct perfd_server server;
    struct perfd_serial serial;
    struct listener listener;
    void *arena;
    int line; /* -1: nobody is at the other end */
    bool is_pty, stalled;
    bool told; /* that a job waits */
    int job_state;
    size_t raw_start, raw_length;
    uint8_t raw[100]; /* little: what has no room is met often */
    uint8_t memory[PERFD_SERIAL_BYTES(MESSAGE_BYTES, LINE_BYTES)];
};

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* As from reset: all state is gone, and so is what was on its way in and out. */
static void boot(struct guest *guest, uint32_t capabilities)
{
    struct perfd_config config = PERFD_CONFIG_DEFAULT;
    struct perfd *perfd;
    config.export_bytes = 1 << 24;
    size_t bytes = perfd_arena_bytes(&config);
    if (guest->arena == NULL)
        guest->arena = malloc(bytes);
    if (guest->arena == NULL || perfd_init(&perfd, guest->arena, bytes, &config, &guest->port) < 0)
        fail("serial_guest: perfd");
    perfd_server_init(&guest->server, perfd, &guest->port, MESSAGE_BYTES);
    perfd_serial_init(&guest->serial, &guest->server, capabilities,
                      (uint32_t)perfd_port_now_ns(&guest->port), guest->memory, LINE_BYTES);
    guest->raw_length = guest->raw_start = 0;
    guest->stalled = guest->told = false;
    guest->job_state = 0;
    perfd_port_marker(&guest->port, "perfd: ready\n", 13);
}

static void open_pty(struct guest *guest)
{
    struct termios raw;
    guest->is_pty = true;
    guest->line = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (guest->line < 0 || grantpt(guest->line) != 0 || unlockpt(guest->line) != 0)
        fail("serial_guest: pty");
    const char *name = ptsname(guest->line);
    /* Held open: the line is there before anybody is. */
    if (name == NULL || open(name, O_RDWR | O_NOCTTY) < 0)
        fail("serial_guest: pty");
    /* As a console is found: it would echo and wait for lines. */
    if (tcgetattr(guest->line, &raw) != 0 || (raw.c_lflag & ICANON) == 0)
        fail("serial_guest: a pty that is raw already");
    printf("line %s\n", name);
    (void)fflush(stdout);
}

static void hang_up(struct guest *guest)
{
    if (guest->is_pty)
        fail("serial_guest: pty");
    close(guest->line);
    guest->line = -1;
}

static bool would_block(void)
{
    return errno == EAGAIN || errno == EINTR;
}

static void read_line(struct guest *guest)
{
    if (guest->raw_length == 0) {
        ssize_t got = read(guest->line, guest->raw, sizeof guest->raw);
        if (got <= 0) {
            if (got == 0 || !would_block())
                hang_up(guest);
            return;
        }
        guest->raw_start = 0;
        guest->raw_length = (size_t)got;
    }
}

static void pump(struct guest *guest)
{
    size_t length;
    const uint8_t *out;
    size_t taken =
        perfd_serial_receive(&guest->serial, guest->raw + guest->raw_start, guest->raw_length);
    guest->raw_start += taken;
    guest->raw_length -= taken;
    while (out = perfd_serial_output(&guest->serial, &length), length > 0) {
        /* As QEMU: what nobody takes is lost. */
        ssize_t sent = guest->line < 0 ? (ssize_t)length : write(guest->line, out, length);
        if (sent < 0 && would_block())
            return;
        if (sent < 0) {
            hang_up(guest);
            continue;
        }
        perfd_serial_sent(&guest->serial, (size_t)sent);
    }
}

static void step_job(struct guest *guest)
{
    size_t nothing;
    if (guest->stalled) {
        if (perfd_serial_owns_job(&guest->serial) && !guest->told)
            printf("job waits\n");
        (void)fflush(stdout);
        guest->told = perfd_serial_owns_job(&guest->serial);
        return;
    }
    if (perfd_serial_owns_job(&guest->serial))
        guest->job_state = perfd_serial_step_job(&guest->serial);
    else
        guest->job_state = perfd_server_step(&guest->server, NULL, 0, &nothing);
}

/* False: the end. */
static bool obey(struct guest *guest, uint32_t capabilities)
{
    char word[32];
    if (fgets(word, sizeof word, stdin) == NULL)
        return false;
    if (strcmp(word, "restart\n") == 0)
        boot(guest, capabilities);
    else if (strcmp(word, "stall\n") == 0)
        guest->stalled = true;
    else
        fail("serial_guest: no such word");
    return true;
}

enum { POLL_WORDS, POLL_LISTENER, POLL_LINE, POLL_DISK, POLLS };

static void prepare_poll(struct guest *guest, struct pollfd polls[POLLS])
{
    size_t waiting;
    (void)perfd_serial_output(&guest->serial, &waiting);
    polls[POLL_WORDS] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    polls[POLL_LISTENER] =
        (struct pollfd){.fd = guest->line < 0 ? guest->listener.socket : -1, .events = POLLIN};
    polls[POLL_LINE] = (struct pollfd){
        .fd = guest->line,
        .events = (short)((guest->raw_length == 0 ? POLLIN : 0) | (waiting > 0 ? POLLOUT : 0))};
    polls[POLL_DISK] = (struct pollfd){.fd = -1};
    if (guest->job_state == PERFD_WAIT && !guest->stalled)
        polls[POLL_DISK].fd = exporter_poll_fd(&guest->port.exporter, &polls[POLL_DISK].events);
}

static void run(struct guest *guest, uint32_t capabilities)
{
    for (;;) {
        struct pollfd polls[POLLS];
        prepare_poll(guest, polls);
        if (poll(polls, POLLS, guest->job_state == PERFD_MORE && !guest->stalled ? 0 : -1) < 0) {
            if (errno == EINTR)
                continue;
            fail("serial_guest: poll");
        }
        if (polls[POLL_WORDS].revents != 0 && !obey(guest, capabilities))
            return;
        if (polls[POLL_LISTENER].revents != 0)
            guest->line = accept4(guest->listener.socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (guest->line >= 0 && polls[POLL_LINE].fd == guest->line && polls[POLL_LINE].revents != 0)
            read_line(guest);
        pump(guest);
        if (guest->job_state != PERFD_WAIT || polls[POLL_DISK].revents != 0)
            step_job(guest);
        pump(guest);
    }
}

int main(int argc, char **argv)
{
    static struct guest guest;
    if (argc != 4 || (strcmp(argv[3], "all") != 0 && strcmp(argv[3], "image") != 0)) {
        fprintf(stderr, "usage: serial_guest SOCKET|pty DIR all|image\n");
        return 2;
    }
    uint32_t capabilities = strcmp(argv[3], "all") == 0
                                ? PERFD_CAP_ALL
                                : PERFD_CAP_READ | PERFD_CAP_EXPORT | PERFD_CAP_CONTROL;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)setvbuf(stdin, NULL, _IONBF, 0); /* poll() sees all that is there */
    guest.line = guest.listener.socket = -1;
    if (strcmp(argv[1], "pty") == 0)
        open_pty(&guest);
    else if (!listener_open(&guest.listener, "serial_guest", argv[1], false))
        return 1;
    exporter_init(&guest.port.exporter, argv[2]);
    boot(&guest, capabilities);
    run(&guest, capabilities);
    listener_close(&guest.listener);
    exporter_close(&guest.port.exporter);
    free(guest.arena);
    return 0;
}
