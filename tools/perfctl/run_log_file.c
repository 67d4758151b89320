/* SPDX-License-Identifier: Apache-2.0 */
/* Runs out of a run log: it is played, and the trace of each session read. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "log_player.h"
#include "perfctl.h"
#include "run_source.h"

struct sessions {
    const struct run_source *source;
    json_t *runs;
};

/* The trace that has begun, by way of a file without a name. */
static int add_run(struct log_player *player, uint32_t session)
{
    const struct sessions *sessions = player->context;
    struct run_source source = *sessions->source;
    int code = log_player_trace(player, session);
    if (code != EXIT_FINE)
        return code;
    source.file = tmpfile();
    source.head_length = 0;
    if (source.file != NULL)
        code = log_player_write(player, source.file);
    if (source.file == NULL || code < 0 || fseek(source.file, 0, SEEK_SET) != 0) {
        fprintf(stderr, "perfctl: a temporary file for the trace: %s\n", strerror(errno));
        code = EXIT_STATUS;
    }
    json_t *run = code == EXIT_FINE ? run_of_trace(&source) : NULL;
    if (source.file != NULL)
        (void)fclose(source.file);
    if (run == NULL)
        return code != EXIT_FINE ? code : EXIT_UNUSABLE;
    json_array_append_new(sessions->runs, run);
    return EXIT_FINE;
}

static int take_stopped(struct log_player *player)
{
    return add_run(player, player->replay.metrics.session);
}

/* Sessions that the log leaves running: the newest. */
static int take_running(struct log_player *player)
{
    struct replay *replay = &player->replay;
    if (perfd_read_metrics(replay->perfd, 0, 0, false, &replay->metrics) < 0 ||
        !replay->metrics.running)
        return EXIT_FINE;
    return add_run(player, replay->metrics.session);
}

/* A session that nothing was drawn in is no run beside others: whoever records starts one, and
 * programs may start their own. */
static void leave_out_empty(json_t *runs)
{
    size_t with_frames = 0;
    for (size_t i = 0; i < json_array_size(runs); i++)
        with_frames += run_file_frames(json_array_get(runs, i)) > 0;
    for (size_t i = json_array_size(runs); with_frames > 0 && i-- > 0;)
        if (run_file_frames(json_array_get(runs, i)) == 0)
            json_array_remove(runs, i);
}

bool run_is_log(const char *head, size_t length)
{
    return log_player_takes(head, length);
}

json_t *run_of_log(const struct run_source *source)
{
    static struct log_player player;
    struct sessions sessions = {.source = source, .runs = json_array()};
    struct stat status;
    player = (struct log_player){
        .file = source->file,
        .name = source->path,
        .command = "report",
        .stopped = take_stopped,
        .context = &sessions,
        .held = source->head_length,
    };
    memcpy(player.bytes, source->head, source->head_length);
    if (fstat(fileno(source->file), &status) == 0 && S_ISREG(status.st_mode))
        player.size = (uint64_t)status.st_size;
    int code = log_player_play(&player);
    if (code == EXIT_FINE)
        code = take_running(&player);
    if (code == EXIT_FINE)
        (void)log_player_judge(&player); /* what it lacks is said */
    if (code == EXIT_FINE && json_array_size(sessions.runs) == 0) {
        fprintf(stderr, "perfctl: %s: a run log without a session\n", source->path);
        code = EXIT_UNUSABLE;
    }
    leave_out_empty(sessions.runs);
    if (code == EXIT_FINE)
        return sessions.runs;
    json_decref(sessions.runs);
    return NULL;
}
