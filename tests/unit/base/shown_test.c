/* Text as a terminal may be handed it: what it would obey becomes an escape, all else stays. */
#include "cmocka_first.h"

#include "base/buf.h"
#include "base/shown.h"

static struct str shown(struct arena *arena, struct str text)
{
    struct buf out = buf_in(arena);
    struct str piece;
    char room[8];
    while (shown_next(&text, room, &piece)) {
        assert_true(piece.len > 0);
        buf_add(&out, piece);
    }
    return buf_str(&out);
}

static void what_people_write_stays(void **state)
{
    static const struct str texts[] = {S(""), S("Risk 5 \"of\" \\x1b"),
                                       S("K\xC3\xBChlhaus \xE2\x82\xAC \xF0\x9F\x98\x80"),
                                       S("\xC2\xA0\xE2\x80\xA7\xE2\x80\xAF\xE2\x81\xA5\xE2\x81\xAA")};
    for (size_t i = 0; i < COUNT(texts); i++) assert_true(str_eq(shown(*state, texts[i]), texts[i]));
    assert_int_equal(shown_width(texts[2]), 12);
}

static void every_control_is_an_escape(void **state)
{
    for (unsigned c = 0; c < 0x20; c++) {
        char byte = (char)c;
        assert_str(shown(*state, (struct str){&byte, 1}), arena_print(*state, "\\x%02x", c).at);
    }
    assert_str(shown(*state, S("a\x1b[2J\x7f")), "a\\x1b[2J\\x7f");
    for (unsigned c = 0x80; c < 0xA0; c++) {
        const char bytes[] = {(char)0xC2, (char)c};
        assert_str(shown(*state, (struct str){bytes, 2}), arena_print(*state, "\\u%04x", c).at);
    }
}

static void what_turns_text_around_is_an_escape(void **state)
{
    for (unsigned c = 0x2028; c <= 0x2069; c++) {
        if (c > 0x202E && c < 0x2066) continue;
        const char bytes[] = {(char)0xE2, (char)(0x80 | (c >> 6 & 0x3F)), (char)(0x80 | (c & 0x3F))};
        assert_str(shown(*state, (struct str){bytes, 3}), arena_print(*state, "\\u%04x", c).at);
    }
}

/* Where a terminal is not set to UTF-8 the byte 9b is what ESC [ is. */
static void bytes_that_are_no_character_are_escapes(void **state)
{
    assert_str(shown(*state, S("a\x9b"
                               "31m\xC3")),
               "a\\x9b31m\\xc3");
    assert_str(shown(*state, S("\xED\xA0\x80\xF0\x9F\x98")), "\\xed\\xa0\\x80\\xf0\\x9f\\x98");
    assert_int_equal(shown_width(S("a\x1b\xC3\xA4")), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(what_people_write_stays),
        arena_test(every_control_is_an_escape),
        arena_test(what_turns_text_around_is_an_escape),
        arena_test(bytes_that_are_no_character_are_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
