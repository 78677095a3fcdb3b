/* Settings come from file, environment and flags, in that order; what is wrong is told with where it stands. */
#include "world.h"

#include <unistd.h>

static struct str file_with(struct arena *arena, const char *text)
{
    char path[] = "/tmp/merlon-settings-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return arena_copy(arena, str_of(path));
}

struct reading {
    struct ctx ctx;
    struct settings settings;
    struct str rest[REST_MAX];
    size_t rest_count;
};

static int begin(void **state)
{
    struct reading *r = calloc(1, sizeof *r);
    r->ctx.arena = arena_new(0);
    *state = r;
    return 0;
}

static int end(void **state)
{
    struct reading *r = *state;
    unsetenv("MERLON_LISTEN");
    unsetenv("MERLON_WORKERS");
    unsetenv("MERLON_CONFIG");
    arena_free(r->ctx.arena);
    free(r);
    return 0;
}

/* Words separated by spaces. */
static enum result read_words(struct reading *r, const char *words)
{
    char *arguments[REST_MAX];
    int count = 0;
    struct str rest = str_of(words), word;
    while (*words && str_cut(&rest, ' ', &word)) {
        arguments[count] = arena_alloc(r->ctx.arena, word.len + 1);
        memcpy(arguments[count++], word.at, word.len);
    }
    ctx_clear_error(&r->ctx);
    return settings_read(&r->ctx, count, arguments, &r->settings, r->rest, &r->rest_count);
}

static void is(const struct reading *r, enum setting which, const char *value, const char *origin)
{
    assert_true(str_is(r->settings.value[which], value));
    assert_string_equal(r->settings.origin[which], origin);
}

static void what_comes_later_wins(void **state)
{
    struct reading *r = *state;
    struct str path = file_with(r->ctx.arena, "# where\nlisten = 0.0.0.0:1\nworkers = 2\ndata = /file\n\n");
    setenv("MERLON_LISTEN", "0.0.0.0:2", 1);
    setenv("MERLON_WORKERS", "3", 1);
    struct str words = arena_print(r->ctx.arena, "asset --config %.*s --workers=4 --dry-run", PRINT(path));
    assert_int_equal(read_words(r, words.at), OK);
    is(r, SET_DATA, "/file", "file");
    is(r, SET_LISTEN, "0.0.0.0:2", "environment");
    is(r, SET_WORKERS, "4", "flag");
    is(r, SET_LOG_LEVEL, "info", "default");
    settings_prefer(&r->settings, SET_LOG_LEVEL, "warning");
    settings_prefer(&r->settings, SET_WORKERS, "5");
    is(r, SET_LOG_LEVEL, "warning", "default");
    assert_int_equal(setting_number(&r->settings, SET_WORKERS), 4);
    assert_int_equal(r->rest_count, 2); /* what is no setting is the command's */
    assert_true(str_is(r->rest[0], "asset") && str_is(r->rest[1], "--dry-run"));
    unlink(path.at);
}

/* "MERLON_LOG_FORMAT= merlon ..." takes a variable away, as in every shell. */
static void an_empty_variable_is_none(void **state)
{
    struct reading *r = *state;
    setenv("MERLON_LOG_FORMAT", "", 1);
    setenv("MERLON_WORKERS", "", 1);
    setenv("MERLON_PUBLIC_URL", "", 1);
    assert_int_equal(read_words(r, ""), OK);
    is(r, SET_LOG_FORMAT, "json", "default");
    is(r, SET_WORKERS, "4", "default");
    is(r, SET_PUBLIC_URL, "", "environment");
    unsetenv("MERLON_LOG_FORMAT");
    unsetenv("MERLON_PUBLIC_URL");
}

static void the_environment_names_a_file_too(void **state)
{
    struct reading *r = *state;
    struct str path = file_with(r->ctx.arena, "public-url=https://isms.example\n");
    setenv("MERLON_CONFIG", path.at, 1);
    assert_int_equal(read_words(r, ""), OK);
    is(r, SET_PUBLIC_URL, "https://isms.example", "file");
    unlink(path.at);
}

static void refused(struct reading *r, const char *words, const char *part)
{
    assert_int_equal(read_words(r, words), INVALID);
    assert_true(str_find(r->ctx.error.sentence, str_of(part), &(size_t){0}));
}

static void what_is_wrong_is_told(void **state)
{
    struct reading *r = *state;
    struct str path = file_with(r->ctx.arena, "data = x\ncolour = blue\n");
    struct str none = file_with(r->ctx.arena, "just words\n");
    refused(r, "--workers 0", "from 1 to 64");
    refused(r, "--workers=many", "from the flag");
    refused(r, "--listen", "--listen needs a value");
    refused(r, "--public-url=isms.example", "public-url (from the flag) must be an http:// or https:// address");
    refused(r, "--public-url=https://:443", "with a host");
    refused(r, "--log-level loud", "is one of debug, info, warning, error, not \"loud\"");
    refused(r, "--log-format=", "is one of json, text");
    refused(r, "--config /nowhere/at/all", "cannot be read");
    refused(r, arena_print(r->ctx.arena, "--config %.*s", PRINT(path)).at, "Line 2");
    refused(r, arena_print(r->ctx.arena, "--config %.*s", PRINT(none)).at, "Line 1");
    setenv("MERLON_WORKERS", "-1", 1);
    refused(r, "", "from the environment");
    unlink(path.at);
    unlink(none.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_comes_later_wins, begin, end),
        cmocka_unit_test_setup_teardown(an_empty_variable_is_none, begin, end),
        cmocka_unit_test_setup_teardown(the_environment_names_a_file_too, begin, end),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_told, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
