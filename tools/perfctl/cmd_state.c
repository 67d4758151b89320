/* SPDX-License-Identifier: Apache-2.0 */
/* state: what a disk image of the /state store holds. Nothing is written to the image. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image_file.h"
#include "perfctl.h"
#include "statefs/store.h"

#define DISPLAY_PREFIX "state://"
#define PART_BYTES     65536u
#define SECTORS_MAX    (UINT32_C(1) << 24) /* 8 GiB, all that the format's reader takes */

struct state_arguments {
    struct common common;
    const char *what, *image;
    const char *key;                /* as given; NULL: none */
    const char *output;             /* a folder */
    char path[STATEFS_KEY_MAX + 2]; /* the key in the store's form; empty: none */
};

/* An image that is open and mounted. */
struct image {
    struct statefs_disk disk;
    struct statefs *store;
    void *arena;
};

static const struct argp_option state_options[] = {
    {"output", 'o', "DIR", 0, "extract: write below this folder (default: the current one)", 0},
    {0},
};

/* /state/x, or state://x as markers show it. */
static void set_key(struct state_arguments *arguments, const struct argp_state *state,
                    const char *text)
{
    const size_t prefix = sizeof DISPLAY_PREFIX - 1;
    bool display = strncmp(text, DISPLAY_PREFIX, prefix) == 0;
    int n = snprintf(arguments->path, sizeof arguments->path, "%s%s", display ? STATEFS_PREFIX : "",
                     display ? text + prefix : text);
    if (n < 0 || (size_t)n > STATEFS_KEY_MAX)
        argp_error(state, "a key has at most %d bytes", STATEFS_KEY_MAX);
    arguments->key = text;
}

static error_t parse_state(int key, char *text, struct argp_state *state)
{
    struct state_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case 'o':
        arguments->output = text;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0)
            arguments->what = text;
        else if (state->arg_num == 1)
            arguments->image = text;
        else if (state->arg_num == 2)
            set_key(arguments, state, text);
        else
            argp_error(state, "unexpected argument '%s'", text);
        return 0;
    case ARGP_KEY_END:
        if (arguments->image == NULL)
            argp_error(state, "state takes ls, cat or extract, and an image");
        if (strcmp(arguments->what, "cat") == 0 && arguments->key == NULL)
            argp_error(state, "cat takes a key");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int complain(const char *what, const char *why, int code)
{
    fprintf(stderr, "perfctl: %s: %s\n", what, why);
    return code;
}

/* --- The image --- */

static enum statefs_status mount_image(struct image *image)
{
    uint64_t sectors = image->disk.sectors;
    struct statefs_config config = {
        .keys = STATEFS_KEYS_MAX,
        .pending = 1,
        .transactions = 1,
        .transaction_keys = 1,
        .transaction_bytes = 1,
        .value_bytes = STATEFS_VALUE_MAX,
        .sectors = sectors > SECTORS_MAX           ? SECTORS_MAX
                   : sectors < STATEFS_SECTORS_MIN ? STATEFS_SECTORS_MIN
                                                   : (uint32_t)sectors,
    };
    size_t bytes = statefs_bytes(&config);
    image->arena = malloc(bytes);
    if (image->arena == NULL)
        return STATEFS_TOO_BIG;
    enum statefs_status status =
        statefs_init(&image->store, image->arena, bytes, &config, &image->disk);
    return status == STATEFS_OK ? statefs_mount(image->store, STATEFS_READ_ONLY) : status;
}

static void close_image(struct image *image)
{
    free(image->arena);
    image_file_close(&image->disk);
}

/* EXIT_FINE, or an exit code after a line on stderr. What cannot be read of a store that is there
 * is said, and the rest is shown. */
static int open_image(struct image *image, const char *path, int *code)
{
    *image = (struct image){0};
    if (image_file_open(&image->disk, path, false) < 0)
        return complain(path, strerror(errno), EXIT_UNUSABLE);
    enum statefs_status status = mount_image(image);
    if (status != STATEFS_OK) {
        close_image(image);
        return complain(path, statefs_status_text(status),
                        status == STATEFS_INTEGRITY ? EXIT_STATUS : EXIT_UNUSABLE);
    }
    struct statefs_info info = statefs_info(image->store);
    if (info.lost_keys > 0) {
        fprintf(stderr, "perfctl: %s: %" PRIu32 " keys cannot be read (sector %" PRIu64 ")\n", path,
                info.lost_keys, info.wrong_sector);
        *code = EXIT_STATUS;
    }
    return EXIT_FINE;
}

static struct statefs_span span(const char *text)
{
    return (struct statefs_span){(const uint8_t *)text, (uint32_t)strlen(text)};
}

static void print_key(struct statefs_span key)
{
    print_text((struct nx_text){(const char *)key.bytes, key.length});
}

/* --- ls --- */

/* Reads it all: the length of a value that is not whole says nothing. */
static enum statefs_status check_value(struct statefs *store, struct statefs_span key,
                                       uint32_t *total)
{
    static uint8_t part[PART_BYTES];
    uint32_t got;
    enum statefs_status status = STATEFS_OK;
    uint32_t at = 0;
    do {
        status = statefs_get(store, key, at, part, sizeof part, &got, total);
        at += got;
    } while (status == STATEFS_OK && got == sizeof part);
    return status;
}

static void list_key(struct statefs_span key, enum statefs_status status, uint32_t total,
                     json_t *list)
{
    if (list != NULL) {
        json_t *entry = json_object();
        json_object_set_new(entry, "key", json_stringn((const char *)key.bytes, key.length));
        json_object_set_new(entry, "bytes",
                            status == STATEFS_OK ? json_integer(total) : json_null());
        json_object_set_new(entry, "status", json_string(statefs_status_text(status)));
        json_array_append_new(list, entry);
        return;
    }
    if (status == STATEFS_OK)
        printf("%8" PRIu32 "  ", total);
    else
        printf("%8s  ", "-");
    print_key(key);
    printf("%s%s\n", status == STATEFS_OK ? "" : "  ",
           status == STATEFS_OK ? "" : statefs_status_text(status));
}

/* A key, or all below a folder; no key: all. */
static bool wanted(const struct state_arguments *arguments, struct statefs_span key)
{
    struct statefs_span path = span(arguments->path);
    if (path.length == 0)
        return true;
    if (!statefs_span_starts_with(key, path))
        return false;
    return key.length == path.length || path.bytes[path.length - 1] == '/' ||
           key.bytes[path.length] == '/';
}

static int list_keys(struct image *image, const struct state_arguments *arguments)
{
    json_t *list = arguments->common.json ? json_array() : NULL;
    struct statefs_span key = {0};
    int code = EXIT_FINE;
    while (statefs_next(image->store, span(STATEFS_PREFIX), key, &key) == STATEFS_OK) {
        uint32_t total = 0;
        if (!wanted(arguments, key))
            continue;
        enum statefs_status status = check_value(image->store, key, &total);
        code = status == STATEFS_OK ? code : EXIT_STATUS;
        list_key(key, status, total, list);
    }
    if (list != NULL)
        print_json(list);
    return code;
}

/* --- cat and extract --- */

/* The value's bytes into a file. */
static int copy_value(struct image *image, struct statefs_span key, const char *name, FILE *to)
{
    static uint8_t part[PART_BYTES];
    uint32_t got;
    uint32_t total;
    uint32_t at = 0;
    do {
        enum statefs_status status =
            statefs_get(image->store, key, at, part, sizeof part, &got, &total);
        if (status != STATEFS_OK)
            return complain(name, statefs_status_text(status), EXIT_STATUS);
        if (got > 0 && fwrite(part, got, 1, to) != 1)
            return complain("output", strerror(errno), EXIT_STATUS);
        at += got;
    } while (at < total && got > 0);
    return EXIT_FINE;
}

/* All folders of a path, that of the last segment not. */
static int make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int result = mkdir(path, 0777);
        int error = errno;
        *slash = '/';
        if (result < 0 && error != EEXIST)
            return complain(path, strerror(error), EXIT_STATUS);
    }
    return EXIT_FINE;
}

/* The file is there whole, or as it was before. */
static int extract_to(struct image *image, struct statefs_span key, const char *name,
                      const char *path)
{
    char temporary[4200];
    snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    int fd = mkstemp(temporary);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (file == NULL)
        return complain(path, strerror(errno), EXIT_STATUS);
    mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(fd, 0666 & ~mask);
    int code = copy_value(image, key, name, file);
    bool written = fflush(file) == 0 && fsync(fd) == 0;
    written = fclose(file) == 0 && written;
    if (code == EXIT_FINE && (!written || rename(temporary, path) != 0))
        code = complain(path, strerror(errno), EXIT_STATUS);
    if (code != EXIT_FINE)
        (void)unlink(temporary);
    return code;
}

/* A key's segments are checked when it is read off the disk: none leads out of the folder. */
static int extract_key(struct image *image, const struct state_arguments *arguments,
                       struct statefs_span key)
{
    char path[4100];
    char name[STATEFS_KEY_MAX + 1];
    const uint32_t prefix = sizeof STATEFS_PREFIX - 1;
    snprintf(name, sizeof name, "%.*s", (int)key.length, (const char *)key.bytes);
    int n = snprintf(path, sizeof path, "%s/%s", arguments->output, name + prefix);
    if (n < 0 || (size_t)n >= sizeof path)
        return complain(arguments->output, strerror(ENAMETOOLONG), EXIT_UNUSABLE);
    int code = make_folders(path);
    if (code == EXIT_FINE)
        code = extract_to(image, key, name, path);
    if (code == EXIT_FINE && !arguments->common.json) {
        print_text((struct nx_text){path, (uint32_t)n});
        printf("\n");
    }
    return code;
}

static int extract_keys(struct image *image, const struct state_arguments *arguments)
{
    struct statefs_span key = {0};
    json_t *files = arguments->common.json ? json_array() : NULL;
    int code = EXIT_FINE;
    bool any = false;
    while (statefs_next(image->store, span(STATEFS_PREFIX), key, &key) == STATEFS_OK) {
        if (!wanted(arguments, key))
            continue;
        any = true;
        int result = extract_key(image, arguments, key);
        if (result == EXIT_FINE && files != NULL)
            json_array_append_new(files, json_stringn((const char *)key.bytes, key.length));
        code = result == EXIT_FINE ? code : result;
    }
    if (files != NULL)
        print_json(files);
    if (!any && arguments->key != NULL)
        return complain(arguments->key, statefs_status_text(STATEFS_NOT_FOUND), EXIT_STATUS);
    return code;
}

/* All of it, or nothing. */
static int print_value(struct image *image, const struct state_arguments *arguments)
{
    uint32_t total;
    struct statefs_span key = span(arguments->path);
    enum statefs_status status = check_value(image->store, key, &total);
    if (status != STATEFS_OK)
        return complain(arguments->key, statefs_status_text(status), EXIT_STATUS);
    return copy_value(image, key, arguments->key, stdout);
}

static int run(struct image *image, const struct state_arguments *arguments)
{
    if (strcmp(arguments->what, "ls") == 0)
        return list_keys(image, arguments);
    if (strcmp(arguments->what, "cat") == 0)
        return print_value(image, arguments);
    return extract_keys(image, arguments);
}

int cmd_state(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = state_options,
        .parser = parse_state,
        .args_doc = "ls IMAGE [KEY]\ncat IMAGE KEY\nextract IMAGE [KEY]",
        .doc =
            "Reads a disk image of the /state store: lists the keys with their lengths, prints a "
            "value, writes values as files. A KEY is /state/... or state://...; for ls and "
            "extract it may be a folder.",
        .children = common_children,
    };
    struct state_arguments arguments = {.common = *common, .output = "."};
    static const char *const words[] = {"ls", "cat", "extract"};
    struct image image;
    bool known = false;
    int lost = EXIT_FINE;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    for (unsigned i = 0; i < 3; i++)
        known = known || strcmp(arguments.what, words[i]) == 0;
    if (!known)
        return complain(arguments.what, "not one of ls, cat, extract", EXIT_UNUSABLE);
    int code = open_image(&image, arguments.image, &lost);
    if (code != EXIT_FINE)
        return code;
    code = run(&image, &arguments);
    close_image(&image);
    return finish_output(code != EXIT_FINE ? code : lost);
}
