/* What is appended stands in the file whole or not at all, whatever was there before. */
#include "base/cmocka_first.h"

#include "store/append.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char directory[64], path[96];
    struct append to;
};

static struct place somewhere(const char *end)
{
    struct place place = {.directory = "/tmp/merlon-append.XXXXXX"};
    assert_non_null(mkdtemp(place.directory));
    snprintf(place.path, sizeof place.path, "%s/file", place.directory);
    place.to = (struct append){.mode = 0600, .end = end, .durable = true};
    return place;
}

static bool append(struct place *place, const char *text)
{
    place->to.path = place->path;
    return append_whole(&place->to, str_of(text));
}

static void holds(const struct place *place, const char *expected)
{
    char text[256] = {0};
    FILE *file = fopen(place->path, "re");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) < sizeof text - 1);
    fclose(file);
    assert_string_equal(text, expected);
}

static void clear(struct place *place)
{
    unlink(place->path);
    assert_int_equal(rmdir(place->directory), 0);
}

static void records_follow_each_other(void **state)
{
    (void)state;
    struct place place = somewhere("\n");
    struct stat info;
    assert_true(append(&place, "one\n"));
    assert_true(append(&place, "two\n"));
    holds(&place, "one\ntwo\n");
    assert_int_equal(stat(place.path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    clear(&place);
}

static void what_was_cut_short_is_parted_from_the_next(void **state)
{
    (void)state;
    static const struct {
        const char *there, *end, *then;
    } cases[] = {
        {"half", "\n", "half\nnew\n"},   {"whole\n", "\n", "whole\nnew\n"},       {"half", "\n\n", "half\n\nnew\n"},
        {"ha\n", "\n\n", "ha\n\nnew\n"}, {"whole\n\n", "\n\n", "whole\n\nnew\n"}, {"h", "\n\n", "h\n\nnew\n"},
        {"", "\n\n", "new\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct place place = somewhere(cases[i].end);
        FILE *file = fopen(place.path, "we");
        fputs(cases[i].there, file);
        fclose(file);
        assert_true(append(&place, "new\n"));
        holds(&place, cases[i].then);
        clear(&place);
    }
}

/* The limit on a file's size stands for the disk that is full: the same write is cut short. */
static void what_does_not_fit_is_taken_back(void **state)
{
    (void)state;
    struct place place = somewhere("\n");
    struct rlimit before, small;
    assert_true(append(&place, "one\n"));
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 6;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool fits = append(&place, "two\n");
    int error = errno;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(fits);
    assert_int_equal(error, ENOSPC);
    holds(&place, "one\n");
    assert_true(append(&place, "two\n"));
    holds(&place, "one\ntwo\n");
    clear(&place);
}

static void a_pipe_that_nobody_reads_is_not_waited_for(void **state)
{
    (void)state;
    struct place place = somewhere("\n");
    char text[8] = {0};
    assert_int_equal(mkfifo(place.path, 0600), 0);
    assert_false(append(&place, "one\n"));
    assert_int_equal(errno, ENXIO);
    int reader = open(place.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(append(&place, "one\n"));
    assert_int_equal(read(reader, text, sizeof text), 4);
    assert_string_equal(text, "one\n");
    close(reader);
    clear(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_follow_each_other),
        cmocka_unit_test(what_was_cut_short_is_parted_from_the_next),
        cmocka_unit_test(what_does_not_fit_is_taken_back),
        cmocka_unit_test(a_pipe_that_nobody_reads_is_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
