/* Files that commands read and write: whole or not at all. */
#include "world.h"

#include "app/files.h"

#include <sys/stat.h>
#include <unistd.h>

struct folder {
    struct ctx ctx;
    char path[40];
};

static int begin(void **state)
{
    struct folder *f = calloc(1, sizeof *f);
    f->ctx.arena = arena_new(0);
    snprintf(f->path, sizeof f->path, "/tmp/merlon-files-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct folder *f = *state;
    struct str command = arena_print(f->ctx.arena, "rm -r %s", f->path);
    if (system(command.at) != 0) abort();
    arena_free(f->ctx.arena);
    free(f);
    return 0;
}

static struct str in(struct folder *f, const char *name)
{
    return arena_print(f->ctx.arena, "%s/%s", f->path, name);
}

static bool holds(struct folder *f, struct str path, const char *text)
{
    struct str bytes;
    return file_read(&f->ctx, path, 1024, &bytes) == OK && str_is(bytes, text);
}

static void a_file_appears_when_it_is_whole(void **state)
{
    struct folder *f = *state;
    struct str path = in(f, "list.csv");
    struct file_out out;
    struct stat info;
    assert_int_equal(file_out_open(&f->ctx, path, &out), OK);
    assert_int_equal(file_out_add(&out, S("one,")), OK);
    assert_int_not_equal(stat(path.at, &info), 0);
    assert_int_equal(file_out_add(&out, S("two")), OK);
    assert_int_equal(file_out_close(&f->ctx, &out, true), OK);
    assert_true(holds(f, path, "one,two"));
}

static void an_old_file_stays_when_the_new_one_fails(void **state)
{
    struct folder *f = *state;
    struct str path = in(f, "list.csv");
    struct file_out out;
    struct stat info;
    assert_int_equal(file_out_open(&f->ctx, path, &out), OK);
    assert_int_equal(file_out_add(&out, S("old")), OK);
    assert_int_equal(file_out_close(&f->ctx, &out, true), OK);
    assert_int_equal(file_out_open(&f->ctx, path, &out), OK);
    assert_int_equal(file_out_add(&out, S("new")), OK);
    assert_int_equal(file_out_close(&f->ctx, &out, false), OK);
    assert_true(holds(f, path, "old"));
    assert_int_not_equal(stat(in(f, "list.csv.partial").at, &info), 0);
}

static void a_full_disk_is_told(void **state)
{
    struct folder *f = *state;
    char block[8192] = {0};
    for (int keep = 0; keep < 2; keep++) {
        struct file_out out;
        enum result added = OK;
        assert_int_equal(file_out_open(&f->ctx, S("/dev/full"), &out), OK);
        for (int i = 0; i < 4; i++) added = file_out_add(&out, (struct str){block, sizeof block});
        assert_int_equal(added, BROKEN);
        ctx_clear_error(&f->ctx);
        assert_int_equal(file_out_close(&f->ctx, &out, keep), BROKEN);
        assert_true(str_find(f->ctx.error.sentence, S("/dev/full cannot be written: No space left"), &(size_t){0}));
    }
}

static void a_link_is_replaced_not_followed(void **state)
{
    struct folder *f = *state;
    struct file_out out;
    struct stat info;
    struct str there = in(f, "list.csv"), link = in(f, "link.csv");
    assert_int_equal(symlink(there.at, link.at), 0);
    for (int there_already = 0; there_already < 2; there_already++) {
        assert_int_equal(file_out_open(&f->ctx, there_already ? link : there, &out), OK);
        assert_int_equal(file_out_add(&out, there_already ? S("new") : S("old")), OK);
        assert_int_equal(file_out_close(&f->ctx, &out, true), OK);
    }
    assert_true(holds(f, there, "old"));
    assert_true(holds(f, link, "new"));
    assert_int_equal(lstat(link.at, &info), 0);
    assert_true(S_ISREG(info.st_mode));
    assert_int_equal(unlink(link.at), 0);
}

static void what_cannot_be_read_is_told(void **state)
{
    struct folder *f = *state;
    struct str bytes;
    assert_int_equal(file_read(&f->ctx, in(f, "none"), 1024, &bytes), INVALID);
    assert_int_equal(file_read(&f->ctx, str_of(f->path), 1024, &bytes), INVALID); /* a folder */
    assert_int_equal(file_read(&f->ctx, S("/dev/zero"), 1024, &bytes), INVALID);
    assert_true(str_find(f->ctx.error.sentence, S("larger than"), &(size_t){0}));
    struct file_out out;
    assert_int_equal(file_out_open(&f->ctx, in(f, "none/below"), &out), INVALID);
}

/* Where its size is known, and where it shows while it is read: before memory runs out. */
static void what_is_too_large_is_told(void **state)
{
    struct folder *f = *state;
    enum { MOST = 64 * 1024 * 1024 };
    struct str large = in(f, "large"), pipe = in(f, "pipe"), bytes;
    FILE *file = fopen(large.at, "we");
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), MOST + 1), 0);
    assert_int_equal(mkfifo(pipe.at, 0600), 0);
    assert_int_equal(system(arena_print(f->ctx.arena, "cat %s >%s 2>&1 &", large.at, pipe.at).at), 0);
    assert_int_equal(file_read(&f->ctx, pipe, MOST, &bytes), INVALID);
    assert_true(str_find(f->ctx.error.sentence, S("is larger than 64 MB"), &(size_t){0}));
    ctx_clear_error(&f->ctx);
    assert_int_equal(file_read(&f->ctx, large, MOST, &bytes), INVALID);
    assert_true(str_find(f->ctx.error.sentence, S("is larger than 64 MB"), &(size_t){0}));
    assert_int_equal(ftruncate(fileno(file), 3 * 64 * 1024), 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(file_read(&f->ctx, large, 3 * 64 * 1024, &bytes), OK);
    assert_int_equal(bytes.len, 3 * 64 * 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_appears_when_it_is_whole, begin, end),
        cmocka_unit_test_setup_teardown(an_old_file_stays_when_the_new_one_fails, begin, end),
        cmocka_unit_test_setup_teardown(a_full_disk_is_told, begin, end),
        cmocka_unit_test_setup_teardown(a_link_is_replaced_not_followed, begin, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_told, begin, end),
        cmocka_unit_test_setup_teardown(what_is_too_large_is_told, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
