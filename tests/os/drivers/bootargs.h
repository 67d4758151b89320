/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text that the host gives the image: QEMU's `-append "..."`, which virt puts into the device
 * tree (/chosen/bootargs). Before version 8 its fw_cfg takes no files of the user's, so that this
 * is the way that works everywhere. M-mode.
 */
#ifndef DRIVERS_BOOTARGS_H
#define DRIVERS_BOOTARGS_H

#include <stddef.h>

#define BOOTARGS_BYTES 256u /* enough for the image's options with their NUL */

/*
 * Copies the text into text, at most size - 1 bytes of it, and ends it with a NUL; size is at least
 * 1. Returns how many bytes it holds: 0 where there is no text, or no device tree that could be
 * followed. The tree lies in memory that the image does not use, until it does.
 */
size_t bootargs_read(char *text, size_t size);

#endif
