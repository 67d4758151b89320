/* SPDX-License-Identifier: Apache-2.0 */
/* What a command writes for others to open. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "perfctl.h"

/* A file that is there whole or not at all: a temporary name until the last byte is on the disk. */
struct output {
    FILE *file;
    const char *path;     /* NULL: stdout */
    char temporary[4096]; /* empty: there is none */
};

static struct output output;

FILE *output_file(void)
{
    return output.file;
}

bool output_is_stdout(void)
{
    return output.path == NULL;
}

/* A service that hangs up in the middle ends the process: nothing half written stays behind. */
static void remove_temporary(void)
{
    if (output.temporary[0] != '\0')
        (void)unlink(output.temporary);
}

int output_problem(void)
{
    fprintf(stderr, "perfctl: %s: %s\n", output.path != NULL ? output.path : "stdout",
            strerror(errno));
    return EXIT_STATUS;
}

static int open_temporary(const char *path)
{
    int n = snprintf(output.temporary, sizeof output.temporary, "%s.XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof output.temporary) {
        output.temporary[0] = '\0';
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = mkstemp(output.temporary);
    if (fd < 0) {
        output.temporary[0] = '\0';
        return -1;
    }
    atexit(remove_temporary);
    mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(fd, 0666 & ~mask);
    return fd;
}

void progress_show(uint64_t done, uint64_t size, bool last)
{
    static uint64_t shown_ns;
    static bool is_shown;
    const uint64_t now = now_ns();
    if (shown_ns == 0)
        shown_ns = now; /* what takes no time shows none */
    if (size == 0 || !isatty(STDERR_FILENO) || (last ? !is_shown : now - shown_ns < 200000000u))
        return;
    shown_ns = now;
    is_shown = !last;
    fprintf(stderr, "\r%3" PRIu64 " %%%s", done < size ? done * 100 / size : 100,
            last ? "\r     \r" : "");
}

int output_open(const char *path)
{
    struct stat status;
    output.path = strcmp(path, "-") == 0 ? NULL : path;
    output.file = stdout;
    if (output.path == NULL)
        return EXIT_FINE;
    /* Renaming onto a device or a pipe would replace it. */
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        output.file = fopen(path, "w");
    } else {
        int fd = open_temporary(path);
        output.file = fd >= 0 ? fdopen(fd, "w") : NULL;
    }
    return output.file != NULL ? EXIT_FINE : output_problem();
}

int output_commit(void)
{
    if (output.path == NULL)
        return finish_output(EXIT_FINE);
    bool named = output.temporary[0] != '\0';
    if (fflush(output.file) != 0 || (named && fsync(fileno(output.file)) != 0) ||
        fclose(output.file) != 0 || (named && rename(output.temporary, output.path) != 0))
        return output_problem();
    output.temporary[0] = '\0';
    return EXIT_FINE;
}
