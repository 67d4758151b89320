/* SPDX-License-Identifier: Apache-2.0 */
#include "serial_port.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *open_socket(struct serial_port *port, bool *hopeless)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    *hopeless = strlen(port->path) >= sizeof address.sun_path;
    if (*hopeless)
        return "too long for a socket's path";
    memcpy(address.sun_path, port->path, strlen(port->path));
    port->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* It does not wait: a chardev that serves another bridge refuses this one. */
    if (port->fd < 0 || connect(port->fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return strerror(errno);
    return NULL;
}

static const char *open_device(struct serial_port *port)
{
    port->fd = open(port->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (port->fd < 0)
        return strerror(errno);
    if (flock(port->fd, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? "in use by another program" : strerror(errno);
    if (!isatty(port->fd))
        return NULL;
    if (tcgetattr(port->fd, &port->before) != 0)
        return strerror(errno);
    struct termios raw = port->before;
    cfmakeraw(&raw);
    raw.c_cflag |= CLOCAL | CREAD;
    if (tcsetattr(port->fd, TCSANOW, &raw) != 0)
        return strerror(errno);
    port->is_terminal = true;
    return NULL;
}

const char *serial_port_open(struct serial_port *port, const char *path, bool *hopeless)
{
    struct stat status;
    *port = (struct serial_port){.path = path, .fd = -1};
    *hopeless = false;
    if (stat(path, &status) != 0)
        return strerror(errno);
    const char *problem = "not a socket and not a character device";
    if (S_ISSOCK(status.st_mode))
        problem = open_socket(port, hopeless);
    else if (S_ISCHR(status.st_mode))
        problem = open_device(port);
    else
        *hopeless = true;
    if (problem != NULL)
        serial_port_close(port);
    return problem;
}

void serial_port_close(struct serial_port *port)
{
    if (port->fd < 0)
        return;
    if (port->is_terminal)
        (void)tcsetattr(port->fd, TCSANOW, &port->before);
    close(port->fd);
    port->fd = -1;
}

static bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

long serial_port_read(const struct serial_port *port, uint8_t *bytes, size_t size)
{
    ssize_t got = read(port->fd, bytes, size);
    if (got < 0 && would_block())
        return 0;
    return got > 0 ? (long)got : -1;
}

long serial_port_write(const struct serial_port *port, const uint8_t *bytes, size_t length)
{
    /* SIGPIPE is ignored: EPIPE says it here. */
    ssize_t sent = write(port->fd, bytes, length);
    if (sent < 0 && would_block())
        return 0;
    return sent < 0 ? -1 : (long)sent;
}
