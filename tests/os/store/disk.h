/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_DISK_H
#define STORE_DISK_H

#include <stdbool.h>

#include "drivers/blk.h"
#include "statefs/block.h"

struct statefs_disk {
    bool is_open; /* else the store has no disk */
    struct blk blk;
};

#endif
