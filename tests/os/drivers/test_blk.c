/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disk: what was written is read, by the image and (afterwards, in the disk's file) by the
 * script that runs this; and the device's errors come through. The disk has 64 sectors; those from
 * 56 on give an I/O error where the option `faults` says so, and so does flush where `flush-fails`
 * does.
 */
#include <string.h>

#include "boot/hart.h"
#include "drivers/blk.h"
#include "drivers/test_image.h"

#define SECTORS   64u
#define FAULTY    56u
#define PATTERN_A 0x5au

static struct blk disk;
static uint8_t one[BLK_SECTOR_BYTES];
static uint8_t many[8 * BLK_SECTOR_BYTES];

/* Byte i of the disk, as the script works it out too. */
static uint8_t pattern(uint32_t i)
{
    return (uint8_t)(i * 7u + (i >> 8) * 3u + 1u);
}

static void fill(uint8_t *bytes, uint32_t sector, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        bytes[i] = pattern(sector * BLK_SECTOR_BYTES + i);
}

static bool is_filled(const uint8_t *bytes, uint32_t sector, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (bytes[i] != pattern(sector * BLK_SECTOR_BYTES + i))
            return false;
    return true;
}

static void contents(struct test *test)
{
    bool fine = true;
    for (uint32_t sector = 0; sector < 8; sector++) {
        fill(one, sector, sizeof(one));
        fine = fine && blk_write(&disk, sector, one, 1) == BLK_OK;
    }
    test_check(test, fine, "eight sectors are written one by one");

    memset(many, 0, sizeof(many));
    fine = blk_read(&disk, 0, many, 8) == BLK_OK;
    test_check(test, fine && is_filled(many, 0, sizeof(many)), "and read in one go");

    fill(many, 16, sizeof(many));
    test_check(test, blk_write(&disk, 16, many, 8) == BLK_OK, "eight are written in one go");
    fine = true;
    for (uint32_t sector = 16; sector < 24; sector++) {
        memset(one, 0, sizeof(one));
        fine = fine && blk_read(&disk, sector, one, 1) == BLK_OK &&
               is_filled(one, sector, sizeof(one));
    }
    test_check(test, fine, "and read one by one");
    test_check(test, blk_flush(&disk) == BLK_OK, "and made durable");
    test_check(test, disk.can_flush && !disk.read_only,
               "the device has a flush, and can be written");
}

static void refused(struct test *test)
{
    test_check(test, blk_read(&disk, SECTORS, one, 1) == BLK_IO, "a read past the end");
    test_check(test, blk_write(&disk, SECTORS, one, 1) == BLK_IO, "a write past the end");
    test_check(test, blk_write(&disk, SECTORS - 1, many, 2) == BLK_IO, "a write across the end");
    test_check(test, blk_read(&disk, UINT64_MAX, one, 1) == BLK_IO, "a read at the end of numbers");
    test_check(test, blk_read(&disk, 0, many, 0) == BLK_INVALID, "nothing at all");
    test_check(test, blk_read(&disk, 0, many, BLK_SECTORS_MAX + 1) == BLK_INVALID, "too much");
    test_check(test, blk_read(&disk, 0, one, 1) == BLK_OK && is_filled(one, 0, sizeof(one)),
               "the disk still works");
}

static void faults(struct test *test)
{
    memset(one, PATTERN_A, sizeof(one));
    test_check(test, blk_read(&disk, FAULTY, one, 1) == BLK_IO, "a bad sector is reported");
    test_check(test, blk_read(&disk, FAULTY - 1, one, 1) == BLK_OK, "its neighbour is fine");
}

static void flush_fails(struct test *test)
{
    fill(one, 0, sizeof(one));
    test_check(test, blk_write(&disk, 0, one, 1) == BLK_OK, "a write is answered");
    test_check(test, blk_flush(&disk) == BLK_IO, "the flush that fails is reported");
    test_check(test, blk_flush(&disk) == BLK_OK, "the next one is fine");
}

static void read_only(struct test *test)
{
    test_check(test, disk.read_only, "the disk says that it is read-only");
    test_check(test, blk_write(&disk, 0, one, 1) == BLK_IO, "and refuses a write");
}

noreturn void hart_main(unsigned hart)
{
    (void)hart;
    struct test test;
    test_begin(&test);
    uintptr_t base = test_device(VIRTIO_ID_BLOCK);
    if (test_option("no-disk")) {
        test_check(&test, base == 0, "no disk is found");
        test_check(&test, blk_open(&disk, base) == BLK_GONE, "nor opened");
        test_check(&test, blk_read(&disk, 0, one, 1) == BLK_GONE, "nor read");
        test_check(&test, blk_flush(&disk) == BLK_GONE, "nor flushed");
        test_end(&test);
    }
    if (!test_check(&test, blk_open(&disk, base) == BLK_OK, "the disk opens"))
        test_end(&test);
    test_check(&test, disk.capacity_sectors == SECTORS, "it has 64 sectors");
    if (test_option("faults"))
        faults(&test);
    else if (test_option("flush-fails"))
        flush_fails(&test);
    else if (test_option("read-only"))
        read_only(&test);
    else {
        contents(&test);
        refused(&test);
    }
    test_end(&test);
}
