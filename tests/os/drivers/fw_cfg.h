/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that the host hands to the guest: `-fw_cfg name=opt/...,string=...`. Any mode that can
 * reach the device's page; one reader at a time, because the device has one cursor.
 */
#ifndef DRIVERS_FW_CFG_H
#define DRIVERS_FW_CFG_H

#include <stddef.h>
#include <stdint.h>

#define FW_CFG_BASE 0x10100000u

/*
 * Reads the named file into text, at most size - 1 bytes of it, and ends it with a NUL; size is at
 * least 1. Returns how many bytes it holds: 0 where there is no such file, no such device, or the
 * file is empty.
 */
size_t fw_cfg_read(uintptr_t base, const char *name, char *text, size_t size);

#endif
