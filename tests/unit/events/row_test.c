/* What becomes of what callers hand in, and what floods come to. Nothing here needs a database. */
#include "events/fixture.h"

#include "base/clock.h"

static const struct events_config nowhere;

static struct event_row refused(const char *address, int64_t actor, const char *detail)
{
    struct event_row row;
    struct event event = {.kind = EVENT_REFUSED, .actor = actor, .address = str_of(address), .detail = str_of(detail)};
    event_row_make(&event, &nowhere, S("r"), &row);
    return row;
}

/* ---- text ---- */

static void text_is_cut_and_cleaned(void **state)
{
    (void)state;
    char out[8];
    event_text(out, sizeof out, S("abcdefghij"));
    assert_string_equal(out, "abcdefg");
    event_text(out, sizeof out, S("a\nb\x01\x7f\xc3"));
    assert_string_equal(out, "a?b???");
    event_text(out, sizeof out, S(""));
    assert_string_equal(out, "");
}

static void names_of_kinds_go_both_ways(void **state)
{
    (void)state;
    for (int i = 0; i < EVENT_KINDS; i++) {
        enum event_kind kind = EVENT_KINDS;
        assert_true(event_kind_of(str_of(event_kind_name((enum event_kind)i)), &kind));
        assert_int_equal(kind, i);
    }
    enum event_kind kind;
    assert_false(event_kind_of(S("sign"), &kind));
    assert_false(event_kind_of(S(""), &kind));
}

static struct keyring *key_of(unsigned char byte)
{
    struct keyring *key = calloc(1, sizeof *key);
    memset(key->master, byte, sizeof key->master);
    return key;
}

static void an_address_that_was_tried_is_kept_as_a_keyed_hash(void **state)
{
    (void)state;
    struct keyring *one = key_of(1), *other = key_of(2);
    struct event event = {.kind = EVENT_SIGN_IN_FAILED, .account = S("ada@example.org")};
    struct event_row first, again, elsewhere, without;
    event_row_make(&event, &(struct events_config){.keyring = one}, S(""), &first);
    event_row_make(&event, &(struct events_config){.keyring = one}, S(""), &again);
    event_row_make(&event, &(struct events_config){.keyring = other}, S(""), &elsewhere);
    event_row_make(&event, &nowhere, S(""), &without);
    assert_int_equal(strlen(first.account), 32);
    assert_string_equal(first.account, again.account);
    assert_string_not_equal(first.account, elsewhere.account);
    assert_string_equal(without.account, "");
    free(one);
    free(other);
}

static void a_line_says_all_of_a_row(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct buf json = buf_in(arena), line = buf_in(arena);
    struct event event = {.kind = EVENT_EVIDENCE_READ,
                          .actor = 3,
                          .address = S("192.0.2.7"),
                          .request = S("17-4"),
                          .subject = S("evidence"),
                          .record = 12,
                          .detail = S("a \"b\"")};
    struct event_row row;
    event_row_make(&event, &nowhere, S("other"), &row);
    assert_true(time_parse(S("2026-11-21T18:21:00.123Z"), &row.at));
    memset(row.mac, 0xAB, sizeof row.mac);
    event_row_json(&json, &row, S("host"), true);
    assert_string_equal(arena_cstr(arena, buf_str(&json)),
                        "{\"time\":\"2026-11-21T18:21:00.123Z\",\"event\":\"evidence_read\",\"outcome\":\"allowed\","
                        "\"node\":\"host\",\"actor\":3,\"address\":\"192.0.2.7\",\"request\":\"17-4\","
                        "\"subject\":\"evidence\",\"detail\":\"a \\\"b\\\"\",\"record\":12,"
                        "\"mac\":\"abababababababababababababababababababababababababababababababab\"}");
    event_row_syslog(&line, &row, S("host"), S("{}"));
    char wanted[128];
    snprintf(wanted, sizeof wanted, "<109>1 2026-11-21T18:21:00.123Z host merlon %d evidence_read - {}", (int)getpid());
    assert_string_equal(arena_cstr(arena, buf_str(&line)), wanted);
    arena_free(arena);
}

/* ---- floods ---- */

static size_t taken(struct flood *flood, struct event_row row, size_t times, int64_t now)
{
    size_t count = 0;
    for (size_t i = 0; i < times; i++) count += flood_take(flood, flood_key(&row), &row, now);
    return count;
}

static void repeated_refusals_are_one_row_a_minute(void **state)
{
    (void)state;
    struct flood *flood = calloc(1, sizeof *flood);
    struct event_row row;
    assert_int_equal(taken(flood, refused("192.0.2.7", 0, "a"), 1000, 0), 1);
    assert_false(flood_next(flood, FLOOD_MINUTE - 1, false, &row));
    assert_true(flood_next(flood, FLOOD_MINUTE, false, &row));
    assert_int_equal(row.count, 999);
    assert_string_equal(row.address, "192.0.2.7");
    assert_string_equal(row.request, "");
    assert_false(flood_next(flood, FLOOD_MINUTE, false, &row));
    /* The flood goes on: still one a minute, and when it has stopped the address begins anew. */
    assert_int_equal(taken(flood, refused("192.0.2.7", 0, "b"), 5, FLOOD_MINUTE + 1), 0);
    assert_true(flood_next(flood, 2 * FLOOD_MINUTE, false, &row));
    assert_int_equal(row.count, 5);
    assert_false(flood_next(flood, 3 * FLOOD_MINUTE, false, &row));
    assert_int_equal(taken(flood, refused("192.0.2.7", 0, "b"), 1, 3 * FLOOD_MINUTE), 1);
    free(flood);
}

static void what_is_told_apart(void **state)
{
    (void)state;
    struct flood *flood = calloc(1, sizeof *flood);
    assert_int_equal(taken(flood, refused("2001:db8:1:2::1", 0, ""), 1, 0), 1);
    assert_int_equal(taken(flood, refused("2001:db8:1:2:ffff::9", 0, ""), 1, 0), 0);
    assert_int_equal(taken(flood, refused("2001:db8:1:3::1", 0, ""), 1, 0), 1);
    assert_int_equal(taken(flood, refused("::ffff:192.0.2.7", 0, ""), 1, 0), 1);
    assert_int_equal(taken(flood, refused("::ffff:192.0.2.8", 0, ""), 1, 0), 1);
    /* Who is known is told apart, and so is what he was refused; of a stranger only where he comes from. */
    assert_int_equal(taken(flood, refused("192.0.2.7", 5, "x"), 1, 0), 1);
    assert_int_equal(taken(flood, refused("192.0.2.7", 6, "x"), 1, 0), 1);
    assert_int_equal(taken(flood, refused("192.0.2.7", 6, "y"), 1, 0), 1);
    assert_int_equal(taken(flood, refused("192.0.2.7", 6, "y"), 1, 0), 0);
    assert_int_equal(taken(flood, refused("192.0.2.7", 0, "x"), 1, 0), 1);
    assert_int_equal(taken(flood, refused("192.0.2.7", 0, "y"), 1, 0), 0);
    free(flood);
}

/* All of a row as long as it can be: still told apart by the last byte of the address. */
static void the_longest_row_has_its_key(void **state)
{
    (void)state;
    struct event_row row = {.kind = EVENT_ALARM, .actor = INT64_MIN, .record = INT64_MIN};
    memset(row.detail, 'd', DETAIL_SIZE - 1);
    memset(row.subject, 's', SUBJECT_SIZE - 1);
    memset(row.address, 'a', ADDRESS_SIZE - 1);
    uint64_t key = flood_key(&row);
    assert_true(flood_key(&row) == key);
    row.address[ADDRESS_SIZE - 2] = 'b';
    assert_true(flood_key(&row) != key);
}

static void many_addresses_are_counted_together(void **state)
{
    (void)state;
    enum { ADDRESSES = 1000 };
    struct flood *flood = calloc(1, sizeof *flood);
    struct event_row row;
    size_t rows = 0, counted = 0;
    for (int i = 0; i < ADDRESSES; i++) {
        char address[32];
        snprintf(address, sizeof address, "10.0.%d.%d", i / 250, i % 250);
        rows += taken(flood, refused(address, 0, ""), 1, 0);
    }
    assert_int_equal(rows, FLOOD_SLOTS);
    while (flood_next(flood, FLOOD_MINUTE, false, &row)) {
        assert_string_equal(row.address, "");
        assert_string_equal(row.detail, "from many addresses");
        counted += (size_t)row.count;
    }
    assert_int_equal(rows + counted, ADDRESSES);
    assert_int_equal(taken(flood, refused("10.9.9.9", 0, ""), 1, FLOOD_MINUTE), 1);
    free(flood);
}

static void at_the_end_all_counts_come_out(void **state)
{
    (void)state;
    struct flood *flood = calloc(1, sizeof *flood);
    struct event_row row;
    taken(flood, refused("192.0.2.7", 0, ""), 4, 0);
    taken(flood, refused("192.0.2.8", 0, ""), 3, 0);
    assert_true(flood_next(flood, 1, true, &row));
    assert_int_equal(row.count, 3);
    assert_true(flood_next(flood, 1, true, &row));
    assert_int_equal(row.count, 2);
    assert_false(flood_next(flood, 1, true, &row));
    free(flood);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cut_and_cleaned),
        cmocka_unit_test(names_of_kinds_go_both_ways),
        cmocka_unit_test(an_address_that_was_tried_is_kept_as_a_keyed_hash),
        cmocka_unit_test(a_line_says_all_of_a_row),
        cmocka_unit_test(repeated_refusals_are_one_row_a_minute),
        cmocka_unit_test(what_is_told_apart),
        cmocka_unit_test(the_longest_row_has_its_key),
        cmocka_unit_test(many_addresses_are_counted_together),
        cmocka_unit_test(at_the_end_all_counts_come_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
