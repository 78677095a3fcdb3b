/* Log lines: one JSON object a line whatever is thrown at them, and nothing below the threshold. */
#include "cmocka_first.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

static int real_stderr, catcher;

static void catch_lines(void)
{
    char path[] = "/tmp/merlon-log-XXXXXX";
    fflush(stderr);
    real_stderr = dup(STDERR_FILENO);
    catcher = mkstemp(path);
    assert_true(real_stderr >= 0 && catcher >= 0);
    unlink(path);
    dup2(catcher, STDERR_FILENO);
}

static struct str caught(struct arena *arena)
{
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    off_t len = lseek(catcher, 0, SEEK_END);
    char *text = arena_alloc(arena, (size_t)len + 1);
    assert_int_equal(pread(catcher, text, (size_t)len, 0), len);
    close(catcher);
    return (struct str){text, (size_t)len};
}

/* One object with text and number members and nothing nested, which is all that the log writes. */
static bool is_flat_json(struct str line)
{
    if (!str_starts(line, S("{\"")) || !str_ends(line, S("}")) || !str_is_utf8(line)) return false;
    bool quoted = false;
    for (size_t i = 1; i + 1 < line.len; i++) {
        unsigned char c = (unsigned char)line.at[i];
        if (c < 0x20) return false;
        if (quoted && c == '\\') {
            if (i + 5 >= line.len - 1 || line.at[i + 1] != 'u') return false;
            i += 5;
        } else if (c == '"')
            quoted = !quoted;
        else if (!quoted && !strchr(":,-0123456789", c))
            return false;
    }
    return !quoted;
}

static void a_line_says_when_and_what(void **state)
{
    catch_lines();
    log_line(LOG_INFO, "listening", "port", (int64_t)8080, "least", INT64_MIN, NULL);
    struct str line = caught(*state);
    assert_true(is_flat_json(str_slice(line, 0, line.len - 1)));
    assert_int_equal(line.at[line.len - 1], '\n');
    assert_str(str_slice(line, 0, 9), "{\"time\":\"");
    int64_t when;
    assert_true(time_parse(str_slice(line, 9, 9 + TIME_TEXT - 1), &when));
    assert_true(clock_now() - when < 60 * SECOND);
    assert_str(str_slice(line, 9 + TIME_TEXT - 1, line.len - 1),
               "\",\"level\":\"info\",\"what\":\"listening\",\"port\":8080,\"least\":-9223372036854775808}");
}

static void text_is_escaped(void **state)
{
    catch_lines();
    log_text(LOG_WARNING, "odd", "name", S("a\"b\\c\nd\0e\x7f \xC3\xA4 \xF0\x9F\x98\x80 \xC3 \xFF"));
    struct str line = caught(*state);
    assert_true(is_flat_json(str_slice(line, 0, line.len - 1)));
    assert_true(str_find(line,
                         S("\"level\":\"warning\",\"what\":\"odd\",\"name\":\"a\\u0022b\\u005cc\\u000ad\\u0000e\x7f "
                           "\xC3\xA4 \xF0\x9F\x98\x80 ? ?\"}"),
                         NULL));
}

/* Every length around the size of a line, with pieces that must not be cut in two. */
static void long_lines_stay_json(void **state)
{
    static const struct str pieces[] = {S("x"), S("\""), S("\xC3\xA4"), S("\xF0\x9F\x98\x80"), S("\xFF")};
    for (size_t p = 0; p < COUNT(pieces); p++)
        for (size_t count = 100; count < 1200; count += 7) {
            arena_reset(*state);
            struct buf text = buf_in(*state);
            for (size_t i = 0; i < count; i++) buf_add(&text, pieces[p]);
            buf_char(&text, '\0');
            catch_lines();
            log_text(LOG_INFO, "long", "value", buf_str(&text));
            log_line(LOG_INFO, text.at, "a", (int64_t)1, "b", (int64_t)2, NULL);
            log_text(LOG_INFO, text.at, p == 0 ? text.at : "other", buf_str(&text));
            struct str rest = caught(*state), line;
            for (int lines = 0; lines < 3; lines++) {
                assert_true(str_cut(&rest, '\n', &line));
                assert_true(line.len < 1024);
                assert_true(is_flat_json(line));
            }
            assert_int_equal(rest.len, 0);
        }
}

static void the_threshold_holds(void **state)
{
    catch_lines();
    log_line(LOG_DEBUG, "unseen", NULL);
    log_threshold(LOG_ERROR);
    log_line(LOG_WARNING, "unseen", NULL);
    log_text(LOG_WARNING, "unseen", "name", S("x"));
    log_line(LOG_ERROR, "seen", NULL);
    log_threshold(LOG_INFO);
    struct str line = caught(*state);
    assert_false(str_find(line, S("unseen"), NULL));
    assert_true(str_find(line, S("\"what\":\"seen\""), NULL));
}

static void as_text_a_line_reads_like_a_sentence(void **state)
{
    catch_lines();
    log_as_text(true);
    log_line(LOG_WARNING, "checkpoint failed", "code", (int64_t)5, "again", (int64_t)6, NULL);
    log_text(LOG_ERROR, "it is away", "why", S("a \"b\"\n\x1b[2J\x7f \xC2\x9b \xE2\x80\xAE \xC3\xA4"));
    log_line(LOG_INFO, "stopping", NULL);
    log_as_text(false);
    assert_str(caught(*state),
               "merlon: warning: checkpoint failed (code 5, again 6)\n"
               "merlon: error: it is away (why a \"b\"\\u000a\\u001b[2J\\x7f \\u009b \\u202e \xC3\xA4)\n"
               "merlon: info: stopping\n");
}

static void *many_lines(void *unused)
{
    for (int64_t i = 0; i < 2000; i++) log_line(LOG_INFO, "threads", "i", i, NULL);
    return unused;
}

static void lines_of_threads_do_not_mix(void **state)
{
    pthread_t threads[4];
    catch_lines();
    int flags = fcntl(STDERR_FILENO, F_GETFL);
    fcntl(STDERR_FILENO, F_SETFL, flags | O_APPEND);
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, many_lines, NULL), 0);
    for (size_t i = 0; i < COUNT(threads); i++) pthread_join(threads[i], NULL);
    struct str rest = caught(*state), line;
    size_t lines = 0;
    while (str_cut(&rest, '\n', &line) && line.len) {
        assert_true(is_flat_json(line));
        lines++;
    }
    assert_int_equal(lines, COUNT(threads) * 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(a_line_says_when_and_what),
        arena_test(text_is_escaped),
        arena_test(long_lines_stay_json),
        arena_test(the_threshold_holds),
        arena_test(as_text_a_line_reads_like_a_sentence),
        arena_test(lines_of_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
