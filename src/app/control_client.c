/* The client hands over its words and does what only it can: printing, and reading the files that it was given. */
#include "app/command.h"
#include "app/control_frame.h"
#include "app/directory.h"

#include "app/accounts.h"
#include "app/files.h"
#include "base/clock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT = 5 * SECOND, TURN = 10 * MINUTE, LOOK_EVERY = 20 * 1000 /* microseconds */ };

/* What answers there must be a socket of that very name, kept by the directory's owner, by root or by who asks: through
 * a link, root's words would go to whatever somebody chose. */
static bool is_servers(int directory, int connection)
{
    struct stat socket, owner;
    struct ucred peer;
    socklen_t len = sizeof peer;
    if (fstatat(directory, "merlon.sock", &socket, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISSOCK(socket.st_mode)) return false;
    if (fstat(directory, &owner) != 0) return false;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0) return false;
    return peer.uid == 0 || peer.uid == geteuid() || peer.uid == owner.st_uid;
}

static int connect_in(int directory)
{
    struct sockaddr_un address;
    int connection = control_address(directory, &address) ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
    if (connection < 0) return -1;
    bool connected = connect(connection, (struct sockaddr *)&address, sizeof address) == 0;
    if (connected && is_servers(directory, connection)) return connection;
    close(connection);
    return -1;
}

/* Only what the caller has named himself: a server must not be able to ask for other files. */
static bool was_named(const struct program *program, struct str path)
{
    for (size_t i = 0; i < program->rest_count; i++) {
        struct str word = program->rest[i], name;
        if (str_eq(word, path)) return true;
        if (str_starts(word, S("--")) && str_cut(&word, '=', &name) && word.at && str_eq(word, path)) return true;
    }
    return false;
}

static bool hand_file(struct program *program, int connection, char type, struct str path)
{
    struct ctx *ctx = &program->ctx;
    struct str bytes;
    enum result result = was_named(program, path) ? OK : fail(ctx, DENIED, "The server asks for a file of its own.");
    if (result == OK)
        result =
            type == CONTROL_LINE ? account_password_file(ctx, path, &bytes) : file_read(ctx, path, FRAME_MOST, &bytes);
    return result == OK ? frame_send(connection, CONTROL_BYTES, bytes)
                        : frame_send(connection, CONTROL_REFUSED, ctx->error.sentence);
}

static bool send_words(const struct program *program, int connection)
{
    bool sent = frame_send(connection, CONTROL_COMMAND, str_of(program->command));
    for (size_t i = 0; i < program->rest_count && sent; i++)
        sent = frame_send(connection, CONTROL_WORD, program->rest[i]);
    return sent && frame_send(connection, CONTROL_RUN, S(""));
}

/* False when the other side breaks off. */
static bool serve_one(struct program *program, struct arena *scratch, int connection, int *status)
{
    char type;
    struct str bytes;
    if (!frame_receive(scratch, connection, &type, &bytes)) return false;
    switch (type) {
    case CONTROL_OUT: /* what cannot be printed keeps the command from nothing; main() says it */
        say_data(stdout, bytes);
        fflush(stdout);
        return true;
    case CONTROL_ERR: say_data(stderr, bytes); return true;
    case CONTROL_FILE:
    case CONTROL_LINE: return hand_file(program, connection, type, bytes);
    case CONTROL_DONE: *status = bytes.len ? bytes.at[0] : 1; return true;
    default: return false;
    }
}

/* The server does one command after the other, and says so when it begins: until then it may have much to do, or stand
 * still. */
static bool has_begun(const struct program *program, int connection)
{
    struct pollfd look = {.fd = connection, .events = POLLIN};
    if (poll(&look, 1, WAIT) > 0) return true;
    say(stderr,
        "merlon: The server that runs on %.*s has not taken this command yet: it does another one, or stands "
        "still.\n",
        PRINT(program->settings.value[SET_DATA]));
    return poll(&look, 1, TURN) > 0;
}

static enum result talk(struct program *program, int connection, int *status)
{
    bool good = send_words(program, connection);
    *status = -1;
    if (good && !has_begun(program, connection)) {
        close(connection);
        return fail(&program->ctx, BUSY,
                    "The server that runs on %.*s has not taken this command within ten minutes, so it was not done: "
                    "see whether that server still answers.",
                    PRINT(program->settings.value[SET_DATA]));
    }
    while (good && *status < 0) good = serve_one(program, program->arena, connection, status);
    close(connection);
    if (good) return OK;
    return fail(&program->ctx, BROKEN,
                "The server that runs on %.*s broke off: whether the command was done is not known; look before you "
                "repeat it.",
                PRINT(program->settings.value[SET_DATA]));
}

bool control_tell(struct program *program, struct str event)
{
    const char *path = arena_cstr(program->arena, program->settings.value[SET_DATA]);
    int directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int connection = directory < 0 ? -1 : connect_in(directory), status = -1;
    if (directory >= 0) close(directory);
    if (connection < 0) return false;
    /* What is told is told in passing: a server that does a long command, or stands still, keeps nobody waiting. */
    const struct timeval patience = {.tv_sec = WAIT / SECOND};
    bool good = setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
                setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0 &&
                frame_send(connection, CONTROL_EVENT, event);
    while (good && status < 0) good = serve_one(program, program->arena, connection, &status);
    close(connection);
    return good && status == 0;
}

enum result control_hand_over(struct program *program, bool *done, int *status)
{
    struct lock_holder holder;
    *done = false;
    if (program->settings.value[SET_DATABASE].len || !directory_has_database(program)) return OK; /* told at opening */
    const char *path = arena_cstr(program->arena, program->settings.value[SET_DATA]);
    int directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), connection = -1;
    if (directory < 0) return OK;
    enum result result = OK;
    for (int64_t until = clock_monotonic() + WAIT; result == OK && clock_monotonic() < until;) {
        connection = connect_in(directory);
        if (connection >= 0) break;
        if (access(path, W_OK) == 0) result = directory_try_hold(program, &holder);
        if (program->lock.held || access(path, W_OK) != 0) break;
        usleep(LOOK_EVERY);
    }
    close(directory);
    if (connection < 0) return result;
    *done = true;
    return talk(program, connection, status);
}
