/* SPDX-License-Identifier: Apache-2.0 */
/* Makes images for tests: puts files into the store of an image, in one transaction, and syncs.
 *
 *     state_put IMAGE [KEY FILE]...      without a KEY: only formats; KEY -: deletes */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image_file.h"
#include "statefs/store.h"

static _Alignas(8) uint8_t arena[STATEFS_BYTES(64, 32, 8, 32768)];
static struct statefs *store;

static void must(enum statefs_status status, const char *what)
{
    if (status == STATEFS_OK)
        return;
    fprintf(stderr, "state_put: %s: %s\n", what, statefs_status_text(status));
    exit(1);
}

static void put(uint64_t transaction, struct statefs_span key, const char *path)
{
    uint8_t chunk[700];
    FILE *file = fopen(path, "rb");
    size_t got;
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    do {
        got = fread(chunk, 1, sizeof chunk, file);
        must(statefs_append(store, transaction, key, (struct statefs_span){chunk, (uint32_t)got}),
             path);
    } while (got == sizeof chunk);
    fclose(file);
}

int main(int argc, char **argv)
{
    struct statefs_config config = STATEFS_CONFIG_DEFAULT;
    struct statefs_disk disk;
    uint64_t transaction;
    if (argc < 2 || image_file_open(&disk, argv[1], true) < 0) {
        perror(argc < 2 ? "state_put" : argv[1]);
        return 2;
    }
    config.transaction_bytes = 16u << 20;
    must(statefs_init(&store, arena, sizeof arena, &config, &disk), "init");
    must(statefs_mount(store, STATEFS_READ_WRITE), argv[1]);
    must(statefs_begin(store, &transaction), "begin");
    for (int i = 2; i + 1 < argc; i += 2) {
        struct statefs_span key = {(const uint8_t *)argv[i], (uint32_t)strlen(argv[i])};
        if (strcmp(argv[i + 1], "-") == 0)
            must(statefs_delete(store, key), argv[i]);
        else
            put(transaction, key, argv[i + 1]);
    }
    must(statefs_commit(store, transaction), "commit");
    must(statefs_sync(store), "sync");
    image_file_close(&disk);
    return 0;
}
