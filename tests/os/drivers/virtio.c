/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/virtio.h"

#include "drivers/mmio.h"
#include "drivers/virtq.h"

enum reg {
    MAGIC = 0x000,
    VERSION = 0x004,
    DEVICE_ID = 0x008,
    DEVICE_FEATURES = 0x010,
    DEVICE_FEATURES_SELECT = 0x014,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SELECT = 0x024,
    QUEUE_SELECT = 0x030,
    QUEUE_SIZE_MAX = 0x034,
    QUEUE_SIZE = 0x038,
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACKNOWLEDGE = 0x064,
    STATUS = 0x070,
    QUEUE_DESCRIPTORS = 0x080,
    QUEUE_AVAILABLE = 0x090,
    QUEUE_USED = 0x0a0,
    CONFIG_GENERATION = 0x0fc,
    CONFIG = 0x100,
};

enum status {
    STATUS_ACKNOWLEDGE = 1,
    STATUS_DRIVER = 2,
    STATUS_DRIVER_OK = 4,
    STATUS_FEATURES_OK = 8,
    STATUS_NEEDS_RESET = 64,
    STATUS_FAILED = 128,
};

#define MAGIC_VALUE 0x74726976u
#define VERSION_1   1u /* feature bit 32: bit 0 of the second word */
/* A reset is done when the status reads 0, which QEMU's does at once. */
#define RESET_READS 1000u
/* How often a configuration may change under the reader before it takes what it has. */
#define CONFIG_READS 16u

static uint32_t get(const struct virtio *device, uint32_t at)
{
    return mmio_read32(device->base + at);
}

static void put(const struct virtio *device, uint32_t at, uint32_t value)
{
    mmio_write32(device->base + at, value);
}

static void put_address(const struct virtio *device, uint32_t at, const volatile void *memory)
{
    uint64_t address = (uintptr_t)memory;
    put(device, at, (uint32_t)address);
    put(device, at + 4u, (uint32_t)(address >> 32));
}

uintptr_t virtio_find(enum virtio_id id)
{
    for (uint32_t slot = 0; slot < VIRTIO_SLOTS; slot++) {
        struct virtio device = {VIRTIO_FIRST_SLOT + slot * VIRTIO_SLOT_BYTES};
        if (get(&device, MAGIC) == MAGIC_VALUE && get(&device, DEVICE_ID) == (uint32_t)id)
            return device.base;
    }
    return 0;
}

uint32_t virtio_irq(uintptr_t base)
{
    return 1u + (uint32_t)((base - VIRTIO_FIRST_SLOT) / VIRTIO_SLOT_BYTES);
}

void virtio_reset(const struct virtio *device)
{
    put(device, STATUS, 0);
    for (unsigned reads = 0; reads < RESET_READS && get(device, STATUS) != 0; reads++) {
    }
    fence_register_before_memory();
}

static bool agree(const struct virtio *device, uint32_t wanted, uint32_t *features)
{
    put(device, DEVICE_FEATURES_SELECT, 1);
    if ((get(device, DEVICE_FEATURES) & VERSION_1) == 0)
        return false;
    put(device, DEVICE_FEATURES_SELECT, 0);
    *features = get(device, DEVICE_FEATURES) & wanted;
    put(device, DRIVER_FEATURES_SELECT, 1);
    put(device, DRIVER_FEATURES, VERSION_1);
    put(device, DRIVER_FEATURES_SELECT, 0);
    put(device, DRIVER_FEATURES, *features);
    put(device, STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK);
    return (get(device, STATUS) & STATUS_FEATURES_OK) != 0;
}

bool virtio_open(struct virtio *device, uintptr_t base, enum virtio_id id, uint32_t wanted,
                 uint32_t *features)
{
    device->base = base;
    *features = 0;
    if (base == 0 || get(device, MAGIC) != MAGIC_VALUE || get(device, VERSION) != 2 ||
        get(device, DEVICE_ID) != (uint32_t)id) {
        device->base = 0;
        return false;
    }
    virtio_reset(device);
    put(device, STATUS, STATUS_ACKNOWLEDGE);
    put(device, STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
    if (!agree(device, wanted, features)) {
        put(device, STATUS, STATUS_FAILED);
        device->base = 0;
        return false;
    }
    return true;
}

bool virtio_attach(const struct virtio *device, uint32_t index, struct virtq *queue)
{
    put(device, QUEUE_SELECT, index);
    if (get(device, QUEUE_READY) != 0 || get(device, QUEUE_SIZE_MAX) < VIRTQ_SIZE)
        return false;
    virtq_init(queue);
    put(device, QUEUE_SIZE, VIRTQ_SIZE);
    put_address(device, QUEUE_DESCRIPTORS, queue->descriptors);
    put_address(device, QUEUE_AVAILABLE, &queue->available);
    put_address(device, QUEUE_USED, &queue->used);
    fence_memory_before_register();
    put(device, QUEUE_READY, 1);
    return true;
}

bool virtio_start(const struct virtio *device)
{
    uint32_t status = STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK;
    put(device, STATUS, status);
    return get(device, STATUS) == status;
}

void virtio_notify(const struct virtio *device, uint32_t index)
{
    fence_memory_before_register();
    put(device, QUEUE_NOTIFY, index);
}

bool virtio_acknowledge(const struct virtio *device)
{
    uint32_t raised = get(device, INTERRUPT_STATUS);
    if (raised != 0)
        put(device, INTERRUPT_ACKNOWLEDGE, raised);
    fence_register_before_memory();
    return (get(device, STATUS) & (STATUS_NEEDS_RESET | STATUS_FAILED)) == 0;
}

uint8_t virtio_config8(const struct virtio *device, uint32_t offset)
{
    return mmio_read8(device->base + CONFIG + offset);
}

uint32_t virtio_config32(const struct virtio *device, uint32_t offset)
{
    return get(device, CONFIG + offset);
}

uint64_t virtio_config64(const struct virtio *device, uint32_t offset)
{
    uint64_t value = 0;
    for (unsigned reads = 0; reads < CONFIG_READS; reads++) {
        uint32_t before = get(device, CONFIG_GENERATION);
        value = get(device, CONFIG + offset);
        value |= (uint64_t)get(device, CONFIG + offset + 4u) << 32;
        if (get(device, CONFIG_GENERATION) == before)
            break;
    }
    return value;
}

void virtio_set_config8(const struct virtio *device, uint32_t offset, uint8_t value)
{
    mmio_write8(device->base + CONFIG + offset, value);
}
