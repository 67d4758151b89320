/* SPDX-License-Identifier: Apache-2.0 */
/* scenario: a run log of frames that never were, from named streams of random numbers. A perfd of
 * this process's own is told of them, and its run log is the file. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "own.h"
#include "perfctl.h"
#include "perfd/jank.h"
#include "perfd/run_log.h"
#include "server/server.h"

#define MS           UINT64_C(1000000)
#define SECOND       (1000 * MS)
#define VSYNC_NS     UINT64_C(16666667)
#define BEGAN_NS     (100 * SECOND) /* of the clock, when it all starts */
#define LOG_BYTES    (1u << 20)
#define FRAME_BYTES  65536u
#define SECONDS_MOST 86400u
#define LANE_RECORDS 32768u
#define STORM_EVENTS 40u
#define BETWEEN_NS   1000u /* from a phase to the next, as in a program */

/* --- Random numbers --------------------------------------------------------------------------- */

/* What is drawn from one does not move the others: a scenario that marks more has the same frames.
 */
enum { STREAM_FRAMES, STREAM_INPUT, STREAM_SPANS, STREAMS };

static struct perfd_log_stream streams[STREAMS] = {{"frames", 0}, {"input", 0}, {"spans", 0}};
static uint64_t random_state[STREAMS];

/* SplitMix64 (Steele, Lea, Flood, 2014). */
static uint64_t mixed(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Each stream's seed is the next number of a stream that the seed itself begins. */
static void seed_streams(uint64_t seed)
{
    for (int i = 0; i < STREAMS; i++)
        random_state[i] = streams[i].seed = mixed(&seed);
}

static uint64_t between(int stream, uint64_t least, uint64_t most)
{
    return least + mixed(&random_state[stream]) % (most - least + 1);
}

static bool one_in(int stream, uint64_t times)
{
    return between(stream, 1, times) == 1;
}

/* --- Frames ----------------------------------------------------------------------------------- */

/* A jank whose cause and label are known: the label says which. */
enum plant {
    PLANT_NONE,
    PLANT_DROPPED,
    PLANT_APP,
    PLANT_GPU,
    PLANT_PIPELINE,
    PLANT_UNKNOWN,
    PLANTS
};

struct plan {
    uint64_t work_ns;  /* of all four phases */
    uint64_t vsyncs;   /* since the frame before, 1 or more */
    uint64_t idle_ns;  /* nothing was drawn for so long in front of it */
    uint64_t vsync_ns; /* its budget, where that varies */
    unsigned inputs;   /* events that it answers */
    bool thrown_away;
    enum plant plant;
};

struct scenario {
    const char *name, *what;
    void (*plan)(uint64_t frame, struct plan *plan);
};

/* Vsyncs that so much work takes. */
static uint64_t vsyncs_of(uint64_t work_ns, uint64_t vsync_ns)
{
    return (work_ns + vsync_ns - 1) / vsync_ns;
}

static void steady(uint64_t frame, struct plan *plan)
{
    (void)frame;
    plan->work_ns = between(STREAM_FRAMES, 4 * MS, 9 * MS);
}

/* Two seconds of calm, then twenty frames that take two or three vsyncs of work. */
static void bursts(uint64_t frame, struct plan *plan)
{
    steady(frame, plan);
    if (frame % 140 < 120)
        return;
    plan->work_ns = between(STREAM_FRAMES, 18 * MS, 45 * MS);
    plan->vsyncs = vsyncs_of(plan->work_ns, VSYNC_NS);
}

/* Little work, shown late all the same: something behind the program was busy. */
static void stalls(uint64_t frame, struct plan *plan)
{
    steady(frame, plan);
    if (frame % 90 == 89)
        plan->vsyncs = between(STREAM_FRAMES, 3, 6);
}

static void idle(uint64_t frame, struct plan *plan)
{
    steady(frame, plan);
    if (frame > 0 && frame % 60 == 0)
        plan->idle_ns = between(STREAM_FRAMES, 500 * MS, 5 * SECOND);
}

static void dropped(uint64_t frame, struct plan *plan)
{
    steady(frame, plan);
    plan->thrown_away = frame > 0 && one_in(STREAM_FRAMES, 20);
}

/* From 144 Hz down to 30 Hz and back, as content asks for it. */
static void variable(uint64_t frame, struct plan *plan)
{
    const uint64_t step = frame % 240 < 120 ? frame % 120 : 119 - frame % 120;
    plan->vsync_ns = 6944444 + step * (33333333 - 6944444) / 119;
    plan->work_ns = between(STREAM_FRAMES, plan->vsync_ns / 4, plan->vsync_ns * 3 / 4);
}

static void storms(uint64_t frame, struct plan *plan)
{
    steady(frame, plan);
    plan->inputs = frame % 100 < 20 ? STORM_EVENTS : one_in(STREAM_INPUT, 10) ? 1 : 0;
}

/* One cause after the other, a third of a second apart: ten of each take 20 s. */
static void jank(uint64_t frame, struct plan *plan)
{
    steady(frame, plan);
    if (frame % 20 != 19)
        return;
    plan->plant = (enum plant)(PLANT_DROPPED + frame / 20 % (PLANTS - PLANT_DROPPED));
    if (plan->plant == PLANT_APP)
        plan->work_ns = 40 * MS;
    if (plan->plant != PLANT_DROPPED)
        plan->vsyncs = 3;
}

static const struct scenario scenarios[] = {
    {"steady", "every frame in its vsync", steady},
    {"bursts", "two seconds of calm, then twenty frames of too much work", bursts},
    {"stalls", "little work, shown vsyncs too late", stalls},
    {"idle", "seconds in which nothing is drawn, on purpose", idle},
    {"dropped", "one frame in twenty is thrown away", dropped},
    {"variable", "a refresh rate between 144 and 30 Hz", variable},
    {"storms", "forty input events a frame, for twenty frames of each hundred", storms},
    {"jank", "a planted jank of each cause in turn, three a second", jank},
};

enum { SCENARIOS = sizeof scenarios / sizeof scenarios[0] };

/* --- Into perfd ------------------------------------------------------------------------------- */

struct maker {
    struct perfd_port port;
    struct perfd *perfd;
    struct perfd_server server;
    int client, lane, worker_lane;
    int input_client, input_lane; /* of another process */
    uint64_t frame_id;            /* of the last frame */
    uint64_t amended;             /* a frame whose GPU time comes later; 0: none */
    unsigned amended_in;          /* so many frames */
    uint64_t events;              /* input events so far: the flows' ids */
    uint64_t bytes;
};

static int must(int result, const char *what)
{
    if (result >= 0)
        return result;
    fprintf(stderr, "perfctl: scenario: %s: %s\n", what, perfd_error_text(result));
    exit(EXIT_STATUS);
}

static struct perfd_text text(const char *string)
{
    return (struct perfd_text){string, (uint32_t)strlen(string)};
}

/* A mark at this time, which is never before the clock: that goes along. */
static void mark(struct maker *m, enum perfd_mark_kind kind, int lane, const char *name,
                 uint64_t at_ns, int64_t value)
{
    const struct perfd_mark what = {
        .kind = kind, .lane = (uint32_t)lane, .name = text(name), .time_ns = at_ns, .value = value};
    if (at_ns > m->port.now_ns)
        m->port.now_ns = at_ns;
    int client = lane == m->input_lane ? m->input_client : m->client;
    (void)must(perfd_mark(m->perfd, client, &what, m->port.now_ns), name);
}

static const char *const planted[PLANTS] = {
    "", "planted dropped", "planted app", "planted gpu", "planted pipeline", "planted unknown"};

/* Their flows end in the span that shows them: viewers want one around it. */
static void end_input(struct maker *m, const struct plan *plan, uint64_t at_ns)
{
    for (unsigned i = 0; i < plan->inputs; i++)
        mark(m, PERFD_FLOW_END, m->lane, "input", at_ns,
             (int64_t)(m->events - plan->inputs + 1 + i));
}

static const char *const phases[PERFD_PHASES] = {"ui", "layout", "render", "present"};

/* A frame's work from began_ns on: its phases, and in the third what it draws. */
static void draw(struct maker *m, const struct plan *plan, uint64_t began_ns,
                 struct perfd_tick *tick)
{
    static const unsigned parts[PERFD_PHASES] = {10, 20, 60, 10};
    uint64_t at_ns = began_ns;
    mark(m, PERFD_BEGIN, m->lane, "frame", at_ns, 0);
    for (int i = 0; i < PERFD_PHASES; i++) {
        const uint64_t phase_ns = plan->work_ns * parts[i] / 100;
        tick->phase_ns[i] = phase_ns;
        mark(m, PERFD_BEGIN, m->lane, phases[i], at_ns, 0);
        if (i == PERFD_RENDER) {
            uint64_t blur_ns = phase_ns * between(STREAM_SPANS, 20, 60) / 100;
            const char *name = "blur";
            if (plan->plant == PLANT_APP) {
                blur_ns = phase_ns * 8 / 10;
                name = planted[PLANT_APP];
            }
            mark(m, PERFD_BEGIN, m->lane, name, at_ns, 0);
            mark(m, PERFD_END, m->lane, name, at_ns + blur_ns, 0);
            mark(m, PERFD_COUNTER, m->lane, "draw calls", at_ns + blur_ns,
                 (int64_t)between(STREAM_SPANS, 40, 400));
        }
        if (i == PERFD_PRESENT)
            end_input(m, plan, at_ns);
        at_ns += phase_ns;
        mark(m, PERFD_END, m->lane, phases[i], at_ns - BETWEEN_NS, 0);
    }
    mark(m, PERFD_END, m->lane, "frame", at_ns, 0);
}

/* The events that the frame answers, in the vsync before it, each a flow to its present. */
static void take_input(struct maker *m, const struct plan *plan, uint64_t began_ns,
                       struct perfd_tick *tick)
{
    uint64_t at_ns = began_ns - 4 * MS;
    for (unsigned i = 0; i < plan->inputs; i++) {
        if (i == 0)
            tick->input_at_ns = at_ns;
        mark(m, PERFD_INSTANT, m->input_lane, "pointer", at_ns, 0);
        mark(m, PERFD_FLOW_START, m->input_lane, "input", at_ns, (int64_t)++m->events);
        at_ns += between(STREAM_INPUT, 1000, 90000);
    }
}

/* What another thread does meanwhile, unless it is the program that is slow. */
static void plant_work(struct maker *m, const struct plan *plan, uint64_t began_ns)
{
    const uint64_t long_ns = plan->plant == PLANT_DROPPED ? 10 * MS : 40 * MS;
    if (plan->plant == PLANT_NONE || plan->plant == PLANT_APP)
        return;
    mark(m, PERFD_BEGIN, m->worker_lane, planted[plan->plant], began_ns, 0);
    mark(m, PERFD_END, m->worker_lane, planted[plan->plant], began_ns + long_ns, 0);
}

/* A frame that is thrown away before the one that is shown in its stead. */
static void throw_one_away(struct maker *m, uint64_t began_ns)
{
    const struct perfd_tick tick = {
        .frame_id = ++m->frame_id, .presented_at_ns = began_ns + 12 * MS, .began_at_ns = began_ns};
    m->port.now_ns = tick.presented_at_ns;
    (void)must(perfd_tick(m->perfd, m->client, &tick, m->port.now_ns), "frame");
}

/* The GPU says how long it took three frames later. */
static void amend(struct maker *m, const struct plan *plan)
{
    if (plan->plant == PLANT_GPU) {
        m->amended = m->frame_id;
        m->amended_in = 3;
    } else if (m->amended != 0 && --m->amended_in == 0) {
        (void)must(perfd_amend_frame(m->perfd, m->client, 0, m->amended, 40 * MS, m->port.now_ns),
                   "amend");
        m->amended = 0;
    }
}

/* One frame after the vsync before it; gives its own. */
static uint64_t make_frame(struct maker *m, const struct scenario *scenario, uint64_t frame,
                           uint64_t vsync_ns)
{
    struct plan plan = {.vsyncs = 1, .vsync_ns = VSYNC_NS};
    scenario->plan(frame, &plan);
    const uint64_t began_ns = vsync_ns + plan.idle_ns + MS / 10;
    const uint64_t shown_ns = vsync_ns + plan.idle_ns + plan.vsyncs * plan.vsync_ns;
    struct perfd_tick tick = {
        .presented_at_ns = shown_ns,
        .began_at_ns = began_ns,
        .deadline_at_ns = vsync_ns + plan.idle_ns + plan.vsync_ns,
        .budget_ns = plan.vsync_ns != VSYNC_NS ? plan.vsync_ns : 0,
        .presented = !plan.thrown_away,
        .after_idle = plan.idle_ns != 0,
    };
    plant_work(m, &plan, began_ns);
    if (plan.plant == PLANT_DROPPED)
        throw_one_away(m, began_ns);
    tick.frame_id = ++m->frame_id;
    take_input(m, &plan, began_ns, &tick);
    draw(m, &plan, began_ns, &tick);
    for (int i = 0; plan.plant == PLANT_UNKNOWN && i < PERFD_PHASES; i++)
        tick.phase_ns[i] = 0;
    if (shown_ns > m->port.now_ns)
        m->port.now_ns = shown_ns;
    (void)must(perfd_tick(m->perfd, m->client, &tick, m->port.now_ns), "frame");
    amend(m, &plan);
    return shown_ns;
}

/* What the log has so far into the file. */
static int write_log(struct maker *m, bool *ended)
{
    static uint8_t bytes[FRAME_BYTES];
    size_t length;
    do {
        length = perfd_server_take_log(&m->server, bytes, sizeof bytes, ended);
        if (length > 0 && fwrite(bytes, length, 1, output_file()) != 1)
            return output_problem();
        m->bytes += length;
    } while (length > 0 && !*ended);
    return EXIT_FINE;
}

static int make_client(const struct maker *m, uint32_t pid, const char *process)
{
    int client = must(perfd_client_open(m->perfd), "client");
    (void)must(perfd_client_process(m->perfd, client, pid, text(process)), process);
    return client;
}

static void begin(struct maker *m, const struct scenario *scenario)
{
    struct perfd_config config = PERFD_CONFIG_DEFAULT;
    static uint64_t log_memory[LOG_BYTES / 8];
    const struct perfd_start start = {.name = text(scenario->name), .budget_ns = VSYNC_NS};
    uint32_t granted;
    config.lane_records = 4 * LANE_RECORDS;
    config.export_bytes = UINT64_C(16) << 20;
    m->port = (struct perfd_port){.now_ns = BEGAN_NS, .clock_step_ns = 1};
    m->perfd = own_perfd(&config, true, &m->port);
    if (m->perfd == NULL)
        exit(must(PERFD_NO_SPACE, "perfd"));
    perfd_server_init(&m->server, m->perfd, &m->port, FRAME_BYTES);
    m->server.log.streams = streams;
    m->server.log.stream_count = STREAMS;
    (void)must(perfd_log_start(m->perfd, log_memory, sizeof log_memory, BEGAN_NS), "log");
    m->client = make_client(m, 2, "app");
    m->input_client = make_client(m, 3, "input");
    m->lane =
        must(perfd_lane_open(m->perfd, m->client, text("ui"), LANE_RECORDS, &granted), "lane");
    m->input_lane = must(
        perfd_lane_open(m->perfd, m->input_client, text("input"), LANE_RECORDS, &granted), "lane");
    m->worker_lane =
        must(perfd_lane_open(m->perfd, m->client, text("worker"), LANE_RECORDS, &granted), "lane");
    (void)must(perfd_start(m->perfd, m->client, &start, BEGAN_NS), "start");
}

static int make(struct maker *m, const struct scenario *scenario, uint64_t seconds,
                struct perfd_metrics *metrics)
{
    bool ended = false;
    int code = EXIT_FINE;
    uint64_t vsync_ns = BEGAN_NS + VSYNC_NS, end_ns = BEGAN_NS + seconds * SECOND;
    begin(m, scenario);
    for (uint64_t frame = 0; vsync_ns < end_ns && code == EXIT_FINE; frame++) {
        vsync_ns = make_frame(m, scenario, frame, vsync_ns);
        code = write_log(m, &ended);
    }
    m->port.now_ns += VSYNC_NS;
    (void)must(perfd_stop(m->perfd, m->client, 0, m->port.now_ns, metrics), "stop");
    perfd_client_close(m->perfd, m->client);
    perfd_client_close(m->perfd, m->input_client);
    perfd_log_stop(m->perfd, m->port.now_ns);
    return code == EXIT_FINE ? write_log(m, &ended) : code;
}

/* --- The command ------------------------------------------------------------------------------ */

enum { KEY_SEED = 's', KEY_SECONDS = 'n', KEY_OUTPUT = 'o' };

struct scenario_arguments {
    struct common common;
    const struct scenario *scenario;
    const char *output;
    uint64_t seed, seconds;
};

static const struct scenario *find(const char *name)
{
    for (int i = 0; i < SCENARIOS; i++)
        if (strcmp(scenarios[i].name, name) == 0)
            return &scenarios[i];
    return NULL;
}

static error_t parse_scenario(int key, char *text_in, struct argp_state *state)
{
    struct scenario_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case KEY_SEED:
        arguments->seed = argument_number(state, "--seed", text_in, 0, UINT64_MAX);
        return 0;
    case KEY_SECONDS:
        arguments->seconds = argument_number(state, "--seconds", text_in, 1, SECONDS_MOST);
        return 0;
    case KEY_OUTPUT:
        arguments->output = text_in;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->scenario != NULL)
            argp_error(state, "unexpected argument '%s'", text_in);
        arguments->scenario = find(text_in);
        if (arguments->scenario == NULL)
            argp_error(state, "there is no scenario '%s'", text_in);
        return 0;
    case ARGP_KEY_END:
        if (arguments->scenario == NULL)
            argp_error(state, "which scenario?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static char *list_scenarios(int key, const char *help, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC)
        return (char *)(uintptr_t)help;
    char *list = NULL;
    size_t size;
    FILE *out = open_memstream(&list, &size);
    if (out == NULL)
        return NULL;
    fprintf(out, "Scenarios:\n");
    for (int i = 0; i < SCENARIOS; i++)
        fprintf(out, "  %-8s  %s\n", scenarios[i].name, scenarios[i].what);
    fclose(out);
    return list;
}

static const struct argp_option scenario_options[] = {
    {"seed", KEY_SEED, "N", 0, "Of the random numbers (default 1): the same seed, the same bytes",
     0},
    {"seconds", KEY_SECONDS, "N", 0, "How long it is, on its own clock (default 10)", 0},
    {"output", KEY_OUTPUT, "FILE", 0, "Write here; - is stdout (default: NAME.runlog)", 0},
    {0},
};

int cmd_scenario(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = scenario_options,
        .parser = parse_scenario,
        .args_doc = "NAME",
        .doc = "Writes a run log of frames and marks that were made up, for `perfctl replay`, and "
               "prints their figures.\v",
        .children = common_children,
        .help_filter = list_scenarios,
    };
    static struct maker maker;
    static char default_output[64];
    struct scenario_arguments arguments = {.common = *common, .seed = 1, .seconds = 10};
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    if (arguments.output == NULL) {
        snprintf(default_output, sizeof default_output, "%s.runlog", arguments.scenario->name);
        arguments.output = default_output;
    }
    int code = output_open(arguments.output);
    if (code != EXIT_FINE)
        return code;
    struct perfd_metrics metrics;
    struct nx_message message;
    seed_streams(arguments.seed);
    code = make(&maker, arguments.scenario, arguments.seconds, &metrics);
    if (code == EXIT_FINE)
        code = output_commit();
    if (code != EXIT_FINE || output_is_stdout())
        return code;
    if (arguments.common.json)
        print_json(metrics_json(own_metrics(maker.perfd, &metrics, metrics.session, &message)));
    else
        print_metrics(own_metrics(maker.perfd, &metrics, metrics.session, &message));
    if (!arguments.common.json)
        printf("%s (%" PRIu64 " bytes)\n", arguments.output, maker.bytes);
    return finish_output(code);
}
