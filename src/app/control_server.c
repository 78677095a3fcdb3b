/* A thread takes one client after the other. A command sees a program that is lent to it: the server's database, keys
 * and sessions, and an arena, a connection and a caller of its own. */
#include "app/telling.h"
#include "app/caller.h"
#include "app/command.h"
#include "app/control_frame.h"

#include "access/actor.h"
#include "base/log.h"
#include "base/timekeeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATIENCE = 600 /* seconds that somebody may take to type a password */, RETRY = 20 * 1000 /* microseconds */ };

struct control {
    struct program *program;
    int directory, listener;
    pthread_t thread;
    pthread_mutex_t lock;
    int client; /* under lock; -1 when there is none */
    bool ends;  /* under lock */
};

struct remote {
    struct control *control;
    int connection;
};

bool control_client_waits(const struct remote *remote)
{
    struct pollfd look = {.fd = remote->connection, .events = POLLRDHUP};
    return poll(&look, 1, 0) == 0;
}

enum result control_fetch(struct program *program, enum control_type type, struct str path, size_t most,
                          struct str *bytes)
{
    struct ctx *ctx = &program->ctx;
    char answer = 0;
    fflush(program->out);
    bool good = frame_send(program->remote->connection, type, path) &&
                frame_receive(program->arena, program->remote->connection, &answer, bytes);
    if (good && answer == CONTROL_REFUSED) return fail(ctx, INVALID, "%.*s", PRINT(*bytes));
    if (!good || answer != CONTROL_BYTES) return fail(ctx, BUSY, "The client has gone.");
    if (bytes->len <= most) return OK;
    return fail(ctx, INVALID, "The file %.*s is larger than %zu MB.", PRINT(path), most >> 20);
}

/* ---- one command ---- */

static ssize_t print_out(void *remote, const char *bytes, size_t len)
{
    bool sent = frame_send(((struct remote *)remote)->connection, CONTROL_OUT, (struct str){bytes, len});
    return sent ? (ssize_t)len : 0;
}

static ssize_t print_err(void *remote, const char *bytes, size_t len)
{
    bool sent = frame_send(((struct remote *)remote)->connection, CONTROL_ERR, (struct str){bytes, len});
    return sent ? (ssize_t)len : 0;
}

/* Of a command beside this server that only reads. */
static void take_event(struct program *program, struct str bytes)
{
    struct event event;
    char status = 1;
    if (telling_unpack(bytes, &event)) {
        event_post(&program->ctx, &event);
        status = 0;
    }
    if (!frame_send(program->remote->connection, CONTROL_DONE, (struct str){&status, 1}))
        log_line(LOG_INFO, "a client left before its event was taken", NULL);
}

static bool receive_words(struct program *program, const struct command **command)
{
    char type;
    struct str bytes;
    *command = NULL;
    while (frame_receive(program->arena, program->remote->connection, &type, &bytes)) {
        if (type == CONTROL_RUN) return *command && (*command)->through_server;
        if (type == CONTROL_EVENT) take_event(program, bytes);
        if (type == CONTROL_COMMAND) *command = command_find(bytes);
        if (type != CONTROL_WORD) continue;
        if (program->rest_count == REST_MAX) return false;
        program->rest[program->rest_count++] = bytes;
    }
    return false;
}

static enum result run_command(struct program *program, const struct command *command)
{
    TRY(store_reader(&program->ctx, program->store, &program->ctx.db));
    log_text(LOG_INFO, "a command at the control socket", "command", str_of(command->name));
    if (!frame_send(program->remote->connection, CONTROL_ERR, S(""))) /* it begins */
        return fail(&program->ctx, BUSY, "The client has gone.");
    program->command = command->name;
    event_post(&program->ctx, &(struct event){.kind = EVENT_KEY_USED, .detail = str_of(command->name)});
    return command->run(program);
}

static void finish(struct program *program, enum result result)
{
    char status = (char)(result == OK ? 0 : caller_complain(program, result));
    fflush(program->out);
    fflush(program->err);
    if (!frame_send(program->remote->connection, CONTROL_DONE, (struct str){&status, 1}))
        log_line(LOG_INFO, "a client left before its command was done", NULL);
}

static void answer(struct program *program)
{
    const struct command *command;
    jmp_buf escape;
    if (setjmp(escape)) {
        program->ctx.error = (struct error){.sentence = S("There is not enough memory for this.")};
        finish(program, BROKEN);
        return;
    }
    arena_guard(program->arena, &escape);
    if (receive_words(program, &command)) finish(program, run_command(program, command));
    arena_guard(program->arena, NULL);
}

static void lend(const struct program *owner, struct program *program)
{
    program->settings = owner->settings;
    program->house = owner->house;
    program->store = owner->store;
    program->keyring = owner->keyring;
    program->keys = owner->keys;
    program->signer = owner->signer;
    program->access = owner->access;
    program->events = owner->events;
    program->ctx = (struct ctx){.arena = program->arena,
                                .house = &owner->house,
                                .access = owner->access,
                                .events = owner->events,
                                .actor = &actor_system,
                                .now = timekeeper_now(owner->time),
                                .time = owner->time,
                                .language = S("en")};
}

static void take_client(struct control *control, int connection)
{
    static const cookie_io_functions_t out = {.write = print_out}, err = {.write = print_err};
    struct remote remote = {control, connection};
    struct program program = {.arena = arena_new(0), .remote = &remote};
    if (!program.arena) return;
    lend(control->program, &program);
    program.out = fopencookie(&remote, "w", out);
    program.err = fopencookie(&remote, "w", err);
    if (program.out && program.err) answer(&program);
    if (program.out) fclose(program.out);
    if (program.err) fclose(program.err);
    arena_free(program.arena);
}

/* ---- the thread ---- */

static bool is_allowed(int connection)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0) return false;
    return peer.uid == 0 || peer.uid == geteuid();
}

/* False when the server ends. */
static bool set_client(struct control *control, int connection)
{
    pthread_mutex_lock(&control->lock);
    bool goes_on = !control->ends;
    control->client = goes_on ? connection : -1;
    pthread_mutex_unlock(&control->lock);
    return goes_on;
}

static void *run(void *arg)
{
    struct control *control = arg;
    const struct timeval patience = {.tv_sec = PATIENCE};
    for (bool goes_on = true; goes_on;) {
        int connection = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC);
        goes_on = set_client(control, connection);
        if (connection < 0 && goes_on) usleep(RETRY); /* no descriptor was left */
        if (connection < 0) continue;
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (goes_on && is_allowed(connection)) take_client(control, connection);
        goes_on = set_client(control, -1);
        close(connection);
    }
    return NULL;
}

static bool listen_in(struct control *control)
{
    struct sockaddr_un address;
    control->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (control->listener < 0 || !control_address(control->directory, &address)) return false;
    unlinkat(control->directory, "merlon.sock", 0); /* of a server that was killed: the directory is ours */
    if (fchmod(control->listener, 0600) != 0) return false;
    if (bind(control->listener, (struct sockaddr *)&address, sizeof address) != 0) return false;
    return listen(control->listener, 16) == 0;
}

static void release(struct control *control)
{
    if (control->listener >= 0) close(control->listener);
    if (control->directory >= 0) close(control->directory);
    pthread_mutex_destroy(&control->lock);
    free(control);
}

enum result control_open(struct program *program, struct control **out)
{
    struct ctx *ctx = &program->ctx;
    *out = NULL;
    if (program->settings.value[SET_DATABASE].len) return OK;
    struct control *control = calloc(1, sizeof *control);
    if (!control) return fail(ctx, BROKEN, "There is no memory to start.");
    const char *path = arena_cstr(ctx->arena, program->settings.value[SET_DATA]);
    *control = (struct control){.program = program, .listener = -1, .client = -1};
    control->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    pthread_mutex_init(&control->lock, NULL);
    if (control->directory < 0 || !listen_in(control) || pthread_create(&control->thread, NULL, run, control) != 0) {
        log_text(LOG_WARNING, "commands that write must wait until this server is stopped: it has no control socket",
                 "why", str_of(strerror(errno)));
        release(control);
        return OK;
    }
    *out = control;
    return OK;
}

void control_close(struct control *control)
{
    if (!control) return;
    unlinkat(control->directory, "merlon.sock", 0);
    pthread_mutex_lock(&control->lock);
    control->ends = true;
    if (control->client >= 0) shutdown(control->client, SHUT_RDWR);
    pthread_mutex_unlock(&control->lock);
    shutdown(control->listener, SHUT_RDWR); /* ends accept */
    pthread_join(control->thread, NULL);
    release(control);
}
