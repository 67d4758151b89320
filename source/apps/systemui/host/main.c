/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "systemui.h"

enum exit_code { EXIT_FINE = 0, EXIT_REFUSED = 1, EXIT_UNUSABLE = 2, EXIT_UNREACHABLE = 3 };

static volatile sig_atomic_t stop;

/* The first one ends the run in good order; the second one kills: a service that does not answer
 * would hold the program up. */
static void on_signal(int signal_number)
{
    stop = 1;
    signal(signal_number, SIG_DFL);
}

/* Without SA_RESTART, so that a wait for the next frame ends. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static const char *status_text(int status)
{
    static const char *const texts[] = {
        "ok",
        "not found",
        "access denied",
        "read only",
        "not a directory",
        "is a directory",
        "exists",
        "no space",
        "too big",
        "integrity",
        "busy",
        "invalid",
        "unsupported",
        "input/output",
        "rate limited",
    };
    return status >= 0 && status < (int)(sizeof texts / sizeof texts[0]) ? texts[status]
                                                                         : "unknown";
}

/* Says what perf_link_open() or perf_link_stop() gave, and which exit code that is. */
static enum exit_code judge(int result, const char *what)
{
    if (result == 0)
        return EXIT_FINE;
    if (result > 0) {
        fprintf(stderr, "systemui: perfd does not %s the session: %s\n", what, status_text(result));
        return EXIT_REFUSED;
    }
    fprintf(stderr, "systemui: cannot %s the session: %s\n", what, perf_client_error_text(result));
    if (result == PERF_CLIENT_ADDRESS)
        return EXIT_UNUSABLE;
    return result == PERF_CLIENT_EXCEPTION ? EXIT_REFUSED : EXIT_UNREACHABLE;
}

/* One line a second: on a terminal over the one before, else one under the other. */
static void show_progress(const struct systemui *ui, uint32_t second, uint32_t seconds)
{
    const bool terminal = isatty(STDERR_FILENO) == 1;
    char of[24] = "";
    if (seconds != 0)
        snprintf(of, sizeof of, " of %u", seconds);
    fprintf(stderr, "%ssystemui: %u%s s, %llu frames", terminal ? "\r\033[K" : "", second, of,
            (unsigned long long)ui->frame);
    if (ui->hud.connected && ui->hud.has_intervals)
        fprintf(stderr, ", %llu.%02llu fps, p99 %llu.%02llu ms, long %llu, dropped %llu",
                (unsigned long long)(ui->hud.milli_fps / 1000),
                (unsigned long long)(ui->hud.milli_fps % 1000 / 10),
                (unsigned long long)(ui->hud.p99_ns / 1000000),
                (unsigned long long)(ui->hud.p99_ns % 1000000 / 10000),
                (unsigned long long)ui->hud.long_frames, (unsigned long long)ui->hud.dropped);
    else if (!ui->hud.connected)
        fputs(", perfd not connected", stderr);
    fputs(terminal && second != seconds ? "" : "\n", stderr);
    fflush(stderr);
}

static void run(struct systemui *ui, const struct host_options *options)
{
    const uint64_t began = systemui_now_ns(ui->platform);
    uint32_t second = 0;
    while (stop == 0 && (options->seconds == 0 || second < options->seconds)) {
        systemui_frame(ui);
        const uint64_t gone = (systemui_now_ns(ui->platform) - began) / 1000000000u;
        if (gone > second) {
            second = (uint32_t)gone;
            show_progress(ui, second, options->seconds);
        }
    }
}

static enum exit_code finish(struct systemui *ui, const struct host_options *options)
{
    enum exit_code code = judge(systemui_finish(ui), "stop");
    if (ui->link.refused != 0) {
        fprintf(stderr, "systemui: perfd refused %llu frames: %s\n",
                (unsigned long long)ui->link.refused, status_text(ui->link.last_refusal));
        if (code == EXIT_FINE)
            code = EXIT_REFUSED;
    }
    const struct canvas *canvas = &ui->picture.canvas;
    if (options->png != NULL && host_write_png(options->png, canvas->pixels, canvas->width,
                                               canvas->height, canvas->stride) != 0) {
        fprintf(stderr, "systemui: cannot write %s: %s\n", options->png, strerror(errno));
        if (code == EXIT_FINE)
            code = EXIT_REFUSED;
    }
    return code;
}

int main(int argc, char **argv)
{
    static struct systemui ui;
    const struct host_options options = host_read_options(argc, argv);
    const size_t pixels = (size_t)options.width * (size_t)options.height;
    struct systemui_platform platform = {.front = calloc(pixels, sizeof(uint32_t)), .stop = &stop};
    const struct systemui_config config = {
        .pixels = calloc(pixels, sizeof(uint32_t)),
        .width = options.width,
        .height = options.height,
        .stride = options.width,
        .memory = malloc(picture_memory_bytes(options.height, options.width)),
        .address = options.address,
        .session = options.name,
        .budget_ns = options.budget_ns,
    };
    enum exit_code code = EXIT_UNUSABLE;
    if (platform.front == NULL || config.pixels == NULL || config.memory == NULL) {
        fprintf(stderr, "systemui: no memory for %d x %d pixels\n", options.width, options.height);
    } else {
        catch_signals();
        systemui_init(&ui, &config, &platform);
        systemui_show(&ui, options.panel);
        code = judge(systemui_connect(&ui), "start");
        if (code == EXIT_FINE) {
            run(&ui, &options);
            code = finish(&ui, &options);
        }
    }
    free(platform.front);
    free(config.pixels);
    free(config.memory);
    return (int)code;
}
