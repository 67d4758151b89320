/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's hart: /state on the virtio disk, served to perfd. It may block for as long as the
 * disk takes: perfd gives each request a deadline, and nobody else asks. store_none.c is the hart
 * of an image without a store.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdint.h>
#include <stdnoreturn.h>

/* Does not return. Says in the log why there is no /state; nothing where there is. */
noreturn void store_run(void);

enum store_state {
    STORE_STARTING,    /* not mounted yet */
    STORE_READY,       /* mounted */
    STORE_UNAVAILABLE, /* and it stays so: no disk, or not ours */
};

/* Any hart. *since_ticks: the machine's timer when it became so. */
enum store_state store_state(uint64_t *since_ticks);

#endif
