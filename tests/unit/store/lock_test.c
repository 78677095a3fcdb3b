/* One program writes a data directory: two descriptors stand for two programs, since the lock belongs to them. */
#include "store/check.h"
#include "store/fixture.h"
#include "store/lock.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
    struct ctx ctx;
    char directory[40];
};

static struct str make(struct place *place)
{
    *place = (struct place){.ctx = {.arena = arena_new(0)}};
    snprintf(place->directory, sizeof place->directory, "/tmp/merlon-lock-XXXXXX");
    assert_non_null(mkdtemp(place->directory));
    return str_of(place->directory);
}

static void release(struct place *place)
{
    char path[80];
    snprintf(path, sizeof path, "%s/merlon.lock", place->directory);
    unlink(path);
    rmdir(place->directory);
    arena_free(place->ctx.arena);
}

static void a_second_program_is_told_who_holds_the_directory(void **state)
{
    struct place place;
    struct directory_lock first, second;
    struct lock_holder holder;
    (void)state;
    struct str directory = make(&place);
    assert_int_equal(directory_lock(&place.ctx, directory, "serve", &first, &holder), OK);
    assert_true(first.held);
    assert_int_equal(directory_lock(&place.ctx, directory, "import", &second, &holder), OK);
    assert_false(second.held);
    assert_int_equal(holder.pid, getpid());
    assert_string_equal(holder.word, "serve");
    directory_unlock(&first);
    assert_int_equal(directory_lock(&place.ctx, directory, "import", &second, &holder), OK);
    assert_true(second.held);
    directory_unlock(&second);
    release(&place);
}

static void the_end_of_a_program_gives_it_back(void **state)
{
    struct place place;
    struct directory_lock lock;
    struct lock_holder holder;
    int status;
    (void)state;
    struct str directory = make(&place);
    pid_t other = fork();
    if (other == 0) {
        enum result result = directory_lock(&place.ctx, directory, "serve", &lock, &holder);
        _exit(result == OK && lock.held ? 0 : 1); /* without giving it back */
    }
    assert_int_equal(waitpid(other, &status, 0), other);
    assert_int_equal(status, 0);
    assert_int_equal(directory_lock(&place.ctx, directory, "import", &lock, &holder), OK);
    assert_true(lock.held);
    directory_unlock(&lock);
    release(&place);
}

static void who_only_reads_keeps_writers_out_and_is_kept_out_by_them(void **state)
{
    struct place place;
    struct directory_lock reader, other, writer;
    struct lock_holder holder;
    (void)state;
    struct str directory = make(&place);
    assert_int_equal(directory_lock_shared(place.directory, &reader), LOCK_ABSENT);
    assert_int_equal(directory_lock(&place.ctx, directory, "serve", &writer, &holder), OK);
    assert_int_equal(directory_lock_shared(place.directory, &reader), LOCK_REFUSED);
    assert_false(reader.held);
    directory_unlock(&writer);
    assert_int_equal(directory_lock_shared(place.directory, &reader), LOCK_SHARED);
    assert_int_equal(directory_lock_shared(place.directory, &other), LOCK_SHARED);
    assert_int_equal(directory_lock(&place.ctx, directory, "serve", &writer, &holder), OK);
    assert_false(writer.held);
    directory_unlock(&reader);
    directory_unlock(&other);
    assert_int_equal(directory_lock(&place.ctx, directory, "serve", &writer, &holder), OK);
    assert_true(writer.held);
    directory_unlock(&writer);
    release(&place);
}

static void a_directory_that_is_not_there_takes_no_lock(void **state)
{
    struct ctx ctx = {.arena = arena_new(0)};
    struct directory_lock lock;
    struct lock_holder holder;
    (void)state;
    assert_int_equal(directory_lock(&ctx, S("/tmp/merlon/is/not/here"), "serve", &lock, &holder), INVALID);
    assert_false(lock.held);
    arena_free(ctx.arena);
}

static enum result make_tables(struct ctx *ctx, void *arg)
{
    (void)arg;
    return db_script(ctx,
                     "CREATE TABLE t (n INTEGER PRIMARY KEY);"
                     "CREATE TABLE u (n INTEGER REFERENCES t (n)); INSERT INTO t VALUES (1); INSERT INTO u VALUES (1)");
}

static void a_whole_database_passes_its_own_check(void **state)
{
    FIXTURE(f);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_tables, NULL));
    expect_ok(&f->ctx, store_check_file(&f->ctx));
    expect_ok(&f->ctx, store_check_references(&f->ctx));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_program_is_told_who_holds_the_directory),
        cmocka_unit_test(the_end_of_a_program_gives_it_back),
        cmocka_unit_test(who_only_reads_keeps_writers_out_and_is_kept_out_by_them),
        cmocka_unit_test(a_directory_that_is_not_there_takes_no_lock),
        ON_BOTH(a_whole_database_passes_its_own_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
