/* SPDX-License-Identifier: Apache-2.0 */
/* A serial line by its path: a Unix socket (QEMU's chardev), a pty or a character device. */
#ifndef PERFCTL_SERIAL_PORT_H
#define PERFCTL_SERIAL_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

struct serial_port {
    const char *path;
    int fd; /* non-blocking; -1: not open */
    bool is_terminal;
    struct termios before; /* its settings as they were found */
};

/* A terminal becomes raw, and is taken for this process alone. NULL, or what is wrong with it;
 * *hopeless: trying again will not help. path must outlive it. */
const char *serial_port_open(struct serial_port *port, const char *path, bool *hopeless)
    __attribute__((warn_unused_result));

/* May be called when it is not open. */
void serial_port_close(struct serial_port *port);

/* How many bytes went; 0: none now; negative: the other side is gone. */
long serial_port_read(const struct serial_port *port, uint8_t *bytes, size_t size)
    __attribute__((warn_unused_result));
long serial_port_write(const struct serial_port *port, const uint8_t *bytes, size_t length)
    __attribute__((warn_unused_result));

#endif
