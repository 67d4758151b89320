/* SPDX-License-Identifier: Apache-2.0 */
/* What perfctl's commands share: the connection, the options of every command, the exit codes. */
#ifndef PERFCTL_H
#define PERFCTL_H

#include <argp.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "perf-client/perf_client.h"
#include "perf.capnp.h"

enum exit_code {
    EXIT_FINE = 0,
    EXIT_STATUS = 1,      /* a status other than ok, a check that failed, a regression */
    EXIT_UNUSABLE = 2,    /* arguments or input that make no sense */
    EXIT_UNREACHABLE = 3, /* no service, or it went away */
};

#define BUDGET_NS UINT64_C(16666667) /* the schema's default */

/* The options that every command takes, before or after its name. */
struct common {
    const char *address; /* NULL: the default */
    bool json;
};

extern const struct argp common_argp;

/* For a command's argp: the common options as its child, whose input the command's parser sets. */
extern const struct argp_child common_children[];

/* One command: parses argv, does its work, answers with an exit code. */
int cmd_run(int argc, char **argv, const struct common *common);
int cmd_start(int argc, char **argv, const struct common *common);
int cmd_stop(int argc, char **argv, const struct common *common);
int cmd_metrics(int argc, char **argv, const struct common *common);
int cmd_frames(int argc, char **argv, const struct common *common);
int cmd_lanes(int argc, char **argv, const struct common *common);
int cmd_counters(int argc, char **argv, const struct common *common);
int cmd_hotspots(int argc, char **argv, const struct common *common);
int cmd_jank(int argc, char **argv, const struct common *common);
int cmd_snapshots(int argc, char **argv, const struct common *common);
int cmd_export(int argc, char **argv, const struct common *common);
int cmd_hud(int argc, char **argv, const struct common *common);
int cmd_history(int argc, char **argv, const struct common *common);
int cmd_info(int argc, char **argv, const struct common *common);
int cmd_state(int argc, char **argv, const struct common *common);
int cmd_bridge(int argc, char **argv, const struct common *common);
int cmd_record(int argc, char **argv, const struct common *common);
int cmd_scenario(int argc, char **argv, const struct common *common);
int cmd_report(int argc, char **argv, const struct common *common);
int cmd_seed(int argc, char **argv, const struct common *common);
int cmd_replay(int argc, char **argv, const struct common *common);
int cmd_compare(int argc, char **argv, const struct common *common);
int cmd_serve(int argc, char **argv, const struct common *common);
int cmd_gate(int argc, char **argv, const struct common *common);

/* --- connection.c --- */

/* Ends the process with EXIT_UNREACHABLE and one line where there is no service. */
void connect_service(struct perf_client *client, const struct common *common);

/* Sends the call begun in client->rpc and waits; ends the process as above where it fails. */
void call_service(struct perf_client *client, const struct common *common);

/* The same for a caller who has more to do then: EXIT_FINE, or the exit code after that line. */
int try_service(struct perf_client *client, const struct common *common)
    __attribute__((warn_unused_result));

/* EXIT_FINE for ok; else EXIT_STATUS, after one line on stderr that says what was refused and why.
 */
int check_status(const char *what, enum perf_status status);

/* CLOCK_MONOTONIC. */
uint64_t now_ns(void);

/* The status in the schema's words, "notFound" say. */
const char *status_name(enum perf_status status);

/* --- arguments.c --- */

/* A decimal number of milliseconds with up to six decimals, exactly, in ns; ends the process with
 * EXIT_UNUSABLE where it is none or not within 0..10^10 ns. */
uint64_t argument_ms(const struct argp_state *state, const char *name, const char *text);
uint64_t argument_number(const struct argp_state *state, const char *name, const char *text,
                         uint64_t min, uint64_t max);

/* Where a parser ends that knows options and takes no arguments: refuses them. */
error_t parse_no_argument(int key, char *text, struct argp_state *state);

/* The parser of a command without options or arguments of its own. */
error_t parse_nothing(int key, char *text, struct argp_state *state);

/* A duration like 90, 1.5s, 10m or 2h (seconds without a unit), in ns, of at most 30 days. */
uint64_t argument_duration(const struct argp_state *state, const char *name, const char *text);

/* --- output.c --- */

/* One file that a command writes, "-" for stdout: it is there whole, under its name, or not at all.
 * Each gives EXIT_FINE, or EXIT_STATUS after a line on stderr. */
int output_open(const char *path);
int output_commit(void);

/* That line, of errno. */
int output_problem(void);

/* On a terminal, how far a file has been read: now and then, of what takes longer than a moment.
 * size 0: it is not known; last: it is gone again. */
void progress_show(uint64_t done, uint64_t size, bool last);

FILE *output_file(void);
bool output_is_stdout(void);

/* --- report.c --- */

/* Prints and frees it; ends the process where stdout cannot take it. */
void print_json(json_t *value);

/* Flushes what was printed; EXIT_STATUS and a line where stdout could not take it. */
int finish_output(int code);

/* Nanoseconds as a JSON number of milliseconds, null where there is no figure. */
json_t *json_ms(uint64_t ns, bool present);

json_t *json_count(uint64_t value);
json_t *json_text(struct nx_text text);

/* A member that is a text; "" where it is none. The object's own. */
const char *json_text_at(const json_t *object, const char *key);

/* "16.667" rounded half up, right-aligned in ten columns, or "-" for 0. */
void print_ms_column(uint64_t ns);

/* In the schema's words. */
const char *cause_text(enum perf_cause cause);

json_t *metrics_json(struct perf_metrics_reader metrics);
json_t *health_json(struct perf_health_reader health);
json_t *jank_json(struct perf_jank_reader jank);      /* cmd_jank.c */
json_t *lane_json(struct perf_lane_info_reader lane); /* cmd_lanes.c */

/* cmd_counters.c: into the list of groups, what one call answered: of one group, its counters from
 * the index first on. */
void counters_json(json_t *list, struct perf_counters_response_reader response, uint32_t first);

void print_metrics(struct perf_metrics_reader metrics);
void print_health(struct perf_health_reader health);

/* The service's text for a terminal: whatever could steer one is shown as '?'. */
void print_text(struct nx_text text);

/* The same of a file's text. */
void put_string(FILE *to, const char *string);

/* "NAME of PROCESS (pid N), gone": what a program has, and whether it is there. */
void print_owned(struct nx_text name, uint32_t pid, struct nx_text process, bool closed);

bool text_is(struct nx_text text, const char *string);

#endif
