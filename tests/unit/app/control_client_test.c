/* What a command hands to whoever answers on the socket of its directory: its words, and the files that it named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* the name is ours (base/ctx.h) */

#include "app/control_frame.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define DIRECTORY "/tmp/merlon-test-XXXXXX"
enum { NAMED, NAMED_BY_OPTION, NOT_NAMED, FILES };

/* Somebody who answers there asks for three files, whatever the command is. */
struct asker {
    char directory[sizeof DIRECTORY];
    const char *paths[FILES];
    int listener;
    char types[FILES];   /* of what came back */
    char replies[FILES]; /* the first byte of it */
};

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void *answer(void *arg)
{
    struct asker *asker = arg;
    struct arena *arena = arena_new(0);
    int connection = accept(asker->listener, NULL, NULL);
    char type = 0;
    struct str bytes;
    while (type != CONTROL_RUN && frame_receive(arena, connection, &type, &bytes)) {
    }
    for (int i = 0; i < FILES; i++) {
        if (!frame_send(connection, CONTROL_FILE, str_of(asker->paths[i]))) break;
        if (!frame_receive(arena, connection, &asker->types[i], &bytes)) break;
        asker->replies[i] = bytes.len ? bytes.at[0] : 0;
    }
    frame_send(connection, CONTROL_DONE, (struct str){"\7", 1});
    close(connection);
    arena_free(arena);
    return NULL;
}

static void listen_in(struct asker *asker)
{
    struct sockaddr_un address;
    int directory = open(asker->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(control_address(directory, &address));
    asker->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(asker->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(asker->listener, 1), 0);
    close(directory);
}

static void begin(struct arena *arena, struct asker *asker)
{
    static const char *const names[FILES] = {"named", "option", "secret"};
    char path[64];
    memcpy(asker->directory, DIRECTORY, sizeof DIRECTORY);
    assert_non_null(mkdtemp(asker->directory));
    snprintf(path, sizeof path, "%s/merlon.db", asker->directory);
    write_text(path, "not looked into");
    for (int i = 0; i < FILES; i++) {
        asker->paths[i] = arena_print(arena, "%s/%s", asker->directory, names[i]).at;
        write_text(asker->paths[i], names[i]);
    }
    listen_in(asker);
}

static void end(struct asker *asker)
{
    static const char *const names[] = {"merlon.db", "merlon.sock", "named", "option", "secret"};
    char path[64];
    close(asker->listener);
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(path, sizeof path, "%s/%s", asker->directory, names[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(asker->directory), 0);
}

static void only_files_that_were_named_are_handed_over(void **state)
{
    struct asker asker = {0};
    pthread_t thread;
    bool done;
    int status;
    (void)state;
    struct program *program = calloc(1, sizeof *program);
    program->arena = program->ctx.arena = arena_new(0);
    begin(program->arena, &asker);
    program->command = "import";
    program->settings.value[SET_DATA] = str_of(asker.directory);
    program->settings.value[SET_DATABASE] = S("");
    program->rest[0] = str_of(asker.paths[NAMED]);
    program->rest[1] = arena_print(program->arena, "--file=%s", asker.paths[NAMED_BY_OPTION]);
    program->rest_count = 2;
    assert_int_equal(pthread_create(&thread, NULL, answer, &asker), 0);
    assert_int_equal(control_hand_over(program, &done, &status), OK);
    pthread_join(thread, NULL);
    assert_true(done);
    assert_int_equal(status, 7);
    assert_int_equal(asker.types[NAMED], CONTROL_BYTES);
    assert_int_equal(asker.replies[NAMED], 'n');
    assert_int_equal(asker.types[NAMED_BY_OPTION], CONTROL_BYTES);
    assert_int_equal(asker.replies[NAMED_BY_OPTION], 'o');
    assert_int_equal(asker.types[NOT_NAMED], CONTROL_REFUSED);
    assert_int_equal(asker.replies[NOT_NAMED], 'T');
    arena_free(program->arena);
    free(program);
    end(&asker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_files_that_were_named_are_handed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
