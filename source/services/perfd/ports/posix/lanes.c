/* SPDX-License-Identifier: Apache-2.0 */
/* memfd_create(), seals, mremap(): Linux's. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "lanes.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "perfd/perfd.h"
#include "ports/port.h"
#include "posix.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

/* A memfd of so many bytes, mapped and then sealed. -1: there is none. */
static int make(const char *name, size_t bytes, int seals, void **memory)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -1;
    if (ftruncate(fd, (off_t)bytes) == 0) {
        *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
        if (*memory != MAP_FAILED) {
            if (fcntl(fd, F_ADD_SEALS, seals) == 0)
                return fd;
            munmap(*memory, bytes);
        }
    }
    close(fd);
    return -1;
}

void lanes_memory_init(struct lanes_memory *memory)
{
    void *page;
    memory->passing = -1;
    memory->enabled = NULL;
    memory->enable =
        make("perfd marks", (size_t)sysconf(_SC_PAGESIZE), SEALS | F_SEAL_FUTURE_WRITE, &page);
    if (memory->enable >= 0)
        memory->enabled = page;
}

/* Puts one mapping in the place of another. */
static bool put_over(void *memory, size_t bytes, void *from)
{
    if (mremap(from, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, memory) != MAP_FAILED)
        return true;
    munmap(from, bytes);
    return false;
}

/* Pages of a kind larger than a lane's own cannot be shared: mremap() refuses them. */
int perfd_port_share(struct perfd_port *port, void *memory, size_t bytes, uint64_t *address,
                     uint64_t *enable_address)
{
    struct lanes_memory *lanes = &port->lanes;
    void *shared;
    *address = *enable_address = 0;
    if (lanes->enabled == NULL || lanes->passing >= 0)
        return PERFD_UNSUPPORTED;
    int fd = make("perfd lane", bytes, SEALS, &shared);
    if (fd < 0)
        return PERFD_NO_SPACE;
    if (!put_over(memory, bytes, shared)) {
        close(fd);
        return PERFD_NO_SPACE;
    }
    lanes->passing = fd;
    return PERFD_OK;
}

void perfd_port_unshare(struct perfd_port *port, void *memory, size_t bytes)
{
    (void)port;
    void *own = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (own != MAP_FAILED) {
        memcpy(own, memory, bytes);
        if (put_over(memory, bytes, own))
            return;
    }
    if (mmap(memory, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
             0) == MAP_FAILED) {
        perror("perfd: a lane's memory");
        abort();
    }
}

void perfd_port_marks_enable(struct perfd_port *port, bool on)
{
    if (port->lanes.enabled != NULL)
        __atomic_store_n(port->lanes.enabled, on, __ATOMIC_RELAXED);
}

void lanes_take_ticks(struct perfd_port *port, struct perfd *perfd)
{
    port->lanes.have_ticks = perfd_take_ticks(perfd);
}
