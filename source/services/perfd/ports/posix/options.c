/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"

#define UNUSABLE 2 /* exit code */

#define LOG_BYTES_MIN PERFD_SERVER_LOG_BYTES_MIN(CHANNEL_FRAME_BYTES)

const char *argp_program_version = "perfd " PERFD_VERSION;

enum {
    KEY_SOCKET = 's',
    KEY_EXPORT_DIR = 'd',
    KEY_FRAMES = 256,
    KEY_LANES,
    KEY_EXPORT_MAX,
    KEY_ALLOW,
    KEY_RATE,
    KEY_LOG_BUFFER,
    KEY_RUN_LOG,
    KEY_FLIGHT,
    KEY_COST_LANE,
    KEY_COUNTERS,
    KEY_CPUS,
    KEY_COUNTER_INTERVAL,
};

static const struct argp_option option_list[] = {
    {"socket", KEY_SOCKET, "PATH", 0,
     "Listen here (default: the socket that a service manager passes, else "
     "$XDG_RUNTIME_DIR/perfd.sock, else perfd-UID/perfd.sock in the temporary directory)",
     0},
    {"export-dir", KEY_EXPORT_DIR, "DIR", 0,
     "Write exported traces here (without it clients can still read them over the socket)", 0},
    {"frames", KEY_FRAMES, "N", 0, "Frames kept for each session, 8..1048576 (default 1200)", 0},
    {"lanes", KEY_LANES, "N", 0, "Lanes open at once, 1..64 (default 16)", 0},
    {"export-max", KEY_EXPORT_MAX, "BYTES", 0, "A trace's default size cap (default 16777216)", 0},
    {"allow", KEY_ALLOW, "UID=WHAT", 0,
     "Let another user call: any of control,mark,read,export (may be repeated)", 0},
    {"rate", KEY_RATE, "N", 0, "Records a second that one client may write (default 0: no limit)",
     0},
    {"log-buffer", KEY_LOG_BUFFER, "BYTES", 0,
     "What a run log may hold that nobody has fetched yet; 0: there are no run logs (default "
     "4194304)",
     0},
    {"flight", KEY_FLIGHT, NULL, 0,
     "Record from the start: a session `flight` that begins again whenever it is stopped", 0},
    {"cost-lane", KEY_COST_LANE, NULL, 0,
     "Write what each frame has cost perfd itself into a lane of its own", 0},
    {"counters", KEY_COUNTERS, "LIST", 0,
     "Count these events of the kernel and the processor, by the names that perf has for them "
     "(cycles,page-faults); all: the seventeen usual ones (default: none)",
     0},
    {"cpus", KEY_CPUS, "LIST", 0,
     "With --counters: on these cpus, 0,2-3 say; all: on those that are online (default all)", 0},
    {"counter-interval-ms", KEY_COUNTER_INTERVAL, "N", 0,
     "With --counters: read them so often, 1..3600000 (default 100)", 0},
    {"run-log", KEY_RUN_LOG, NULL, 0,
     "Begin a run log at once, for who fetches it first (`perfctl record --attach`)", 0},
    {0},
};

static uint64_t number(const struct argp_state *state, const char *name, const char *text,
                       uint64_t min, uint64_t max)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || value < min || value > max)
        argp_error(state, "--%s takes a whole number from %llu to %llu, not '%s'", name,
                   (unsigned long long)min, (unsigned long long)max, text);
    return value;
}

static void choose_counters(const struct argp_state *state, struct hardware_options *options,
                            const char *list)
{
    const char *problem = hardware_names_parse(&options->names, list);
    if (problem != NULL)
        argp_error(state, "--counters '%s': %s", list, problem);
}

static void choose_cpus(const struct argp_state *state, struct hardware_options *options,
                        const char *list)
{
    options->some_cpus = strcmp(list, "all") != 0;
    const char *problem = options->some_cpus ? hardware_cpus_parse(&options->cpus, list) : NULL;
    if (problem != NULL)
        argp_error(state, "--cpus '%s': %s", list, problem);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    struct perfd_config *config = &options->config;
    const char *problem;
    switch (key) {
    case KEY_SOCKET:
        options->socket = text;
        return 0;
    case KEY_EXPORT_DIR:
        options->export_dir = text;
        return 0;
    case KEY_FRAMES:
        config->frames = (uint32_t)number(state, "frames", text, 8, 1048576);
        return 0;
    case KEY_LANES:
        config->lanes = (uint32_t)number(state, "lanes", text, 1, 64);
        return 0;
    case KEY_EXPORT_MAX:
        config->export_bytes = number(state, "export-max", text, 4096, UINT64_C(1) << 40);
        return 0;
    case KEY_RATE:
        config->records_per_second = (uint32_t)number(state, "rate", text, 0, UINT32_MAX);
        return 0;
    case KEY_LOG_BUFFER:
        options->log_bytes = (size_t)number(state, "log-buffer", text, 0, UINT64_C(1) << 32);
        if (options->log_bytes != 0 && options->log_bytes < LOG_BYTES_MIN)
            argp_error(state, "--log-buffer takes 0, or %u and more", LOG_BYTES_MIN);
        return 0;
    case KEY_FLIGHT:
        options->flight = true;
        return 0;
    case KEY_COST_LANE:
        options->cost_lane = true;
        return 0;
    case KEY_COUNTERS:
        choose_counters(state, &options->hardware, text);
        return 0;
    case KEY_CPUS:
        choose_cpus(state, &options->hardware, text);
        return 0;
    case KEY_COUNTER_INTERVAL:
        options->hardware.interval_ms =
            (uint32_t)number(state, "counter-interval-ms", text, 1, HARDWARE_INTERVAL_MS_MAX);
        return 0;
    case KEY_RUN_LOG:
        options->run_log = true;
        return 0;
    case KEY_ALLOW:
        problem = policy_allow(&options->policy, text);
        if (problem != NULL)
            argp_error(state, "--allow '%s': %s", text, problem);
        return 0;
    case ARGP_KEY_END:
        if (options->run_log && options->log_bytes == 0)
            argp_error(state, "--run-log and --log-buffer 0 exclude each other");
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected argument '%s'", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* What a host can spare: more sessions and clients than the default, and lanes that hold minutes.
 */
#define HOST_SESSIONS     4
#define HOST_CLIENTS      64
#define HOST_LANE_RECORDS 8192 /* of a lane by default */
#define HOST_EXPORT_BYTES (UINT64_C(16) << 20)
#define HOST_LOG_BYTES    ((size_t)4 << 20)

void options_parse(struct options *options, int argc, char **argv)
{
    static const struct argp argp = {
        .options = option_list,
        .parser = parse,
        .doc = "perfd keeps the last frames of programs that draw, the spans that made them, and "
               "the numbers that say how smooth they were.",
    };
    *options = (struct options){.config = PERFD_CONFIG_DEFAULT};
    options->config.sessions = HOST_SESSIONS;
    options->config.clients = HOST_CLIENTS;
    options->log_bytes = HOST_LOG_BYTES;
    options->hardware.interval_ms = HARDWARE_INTERVAL_MS;
    options->config.export_bytes = HOST_EXPORT_BYTES;
    policy_init(&options->policy);
    argp_err_exit_status = UNUSABLE;
    argp_parse(&argp, argc, argv, 0, NULL, options);
    options->config.lane_records = HOST_LANE_RECORDS;
    while (options->config.lane_records < HOST_LANE_RECORDS * options->config.lanes)
        options->config.lane_records *= 2;
}
