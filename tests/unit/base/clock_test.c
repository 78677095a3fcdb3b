/* Time: the calendar against known days and against itself, RFC 3339 at its edges, and dates that do not exist. */
#include "cmocka_first.h"

#include "base/clock.h"
#include "base/random.h"

static void known_instants(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } known[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {1, "1970-01-01T00:00:00.001Z"},
        {951782400000, "2000-02-29T00:00:00.000Z"},
        {951868800000, "2000-03-01T00:00:00.000Z"},
        {1582934400000, "2020-02-29T00:00:00.000Z"},
        {4107456000000, "2100-02-28T00:00:00.000Z"},
        {4107542400000, "2100-03-01T00:00:00.000Z"}, /* 2100 is no leap year */
        {1795285260123, "2026-11-21T18:21:00.123Z"},
        {1234567890000, "2009-02-13T23:31:30.000Z"},
        {253402300799999, "9999-12-31T23:59:59.999Z"},
    };
    for (size_t i = 0; i < COUNT(known); i++) {
        char text[TIME_TEXT];
        time_format(known[i].ms, text);
        assert_string_equal(text, known[i].text);
        int64_t ms = -1;
        assert_true(time_parse(str_of(known[i].text), &ms));
        assert_true(ms == known[i].ms);
    }
    char text[TIME_TEXT];
    time_format(INT64_MIN, text); /* whatever somebody put into a row */
    assert_string_equal(text, "0001-01-01T00:00:00.000Z");
    time_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
    time_format(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999Z");
}

static void zones_and_fractions(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } known[] = {
        {"2026-11-21T18:21:00Z", 1795285260000},      {"2026-11-21t18:21:00z", 1795285260000},
        {"2026-11-21T20:21:00+02:00", 1795285260000}, {"2026-11-21T12:51:00-05:30", 1795285260000},
        {"2026-11-21T18:21:00-00:00", 1795285260000}, {"2026-11-21T18:21:00.5Z", 1795285260500},
        {"2026-11-21T18:21:00.05Z", 1795285260050},   {"2026-11-21T18:21:00.1239999999Z", 1795285260123},
        {"2026-11-22T00:00:00+05:39", 1795285260000}, {"1970-01-01T01:00:00+01:00", 0},
    };
    for (size_t i = 0; i < COUNT(known); i++) {
        int64_t ms = -1;
        assert_true(time_parse(str_of(known[i].text), &ms));
        assert_true(ms == known[i].ms);
    }
}

static void instants_that_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2026",
        "2026-11-21",
        "2026-11-21T18:21:00",
        "2026-11-21T18:21Z",
        "2026-11-21 18:21:00Z",
        "2026-11-21T18:21:00.Z",
        "2026-11-21T18:21:00.5",
        "2026-11-21T24:00:00Z",
        "2026-11-21T18:60:00Z",
        "2026-11-21T18:21:60Z",
        "2026-02-30T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-11-00T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:59:59+01:00",
        "9999-12-31T23:59:59-00:01",
        "2026-11-21T18:21:00+24:00",
        "2026-11-21T18:21:00+02:60",
        "2026-11-21T18:21:00+0200",
        "2026-11-21T18:21:00+02",
        "2026-11-21T18:21:00Zx",
        " 2026-11-21T18:21:00Z",
        "2026-11-21T18-21-00Z",
        "2026/11/21T18:21:00Z",
        "+026-11-21T18:21:00Z",
        "2026-1a-21T18:21:00Z",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t ms = 77;
        if (time_parse(str_of(bad[i]), &ms)) print_error("taken: %s\n", bad[i]);
        assert_true(ms == 77);
    }
}

static void is_day(int year, int month, int day, int64_t days)
{
    char text[40], again[DATE_TEXT];
    snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
    assert_true(date_is_valid(str_of(text)));
    assert_true(date_days(str_of(text)) == days);
    date_of_time(days * DAY, again);
    assert_string_equal(again, text);
    date_of_time(days * DAY + DAY - 1, again);
    assert_string_equal(again, text);
}

static void is_no_day(int year, int month, int day)
{
    char text[40];
    snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
    assert_false(date_is_valid(str_of(text)));
}

/* The first and the last day of each month there is, and the one behind it. */
static void every_month_follows_the_one_before(void **state)
{
    (void)state;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = -25567;
    for (int year = 1900; year <= 9999; year++)
        for (int month = 1; month <= 12; month++) {
            bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
            int last = lengths[month - 1] + (month == 2 && leap);
            is_day(year, month, 1, days);
            is_day(year, month, last, days + last - 1);
            is_no_day(year, month, last + 1);
            days += last;
        }
    assert_true(days == 2932896 + 1);
}

static void random_instants_come_back(void **state)
{
    (void)state;
    for (int i = 0; i < 100000; i++) {
        uint64_t bits;
        random_bytes(&bits, sizeof bits);
        int64_t ms = (int64_t)(bits % 253402300800000u), back = -1;
        char text[TIME_TEXT];
        time_format(ms, text);
        assert_true(time_parse(str_of(text), &back));
        assert_true(back == ms);
    }
}

static void days_are_added(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int64_t days;
        const char *to; /* NULL: refused */
    } sums[] = {
        {"2024-02-28", 1, "2024-02-29"},
        {"2023-02-28", 1, "2023-03-01"},
        {"2024-12-31", 1, "2025-01-01"},
        {"2024-01-01", -1, "2023-12-31"},
        {"2024-02-29", 365, "2025-02-28"},
        {"2024-02-29", 0, "2024-02-29"},
        {"1900-01-01", 2958463, "9999-12-31"},
        {"9999-12-31", -2958463, "1900-01-01"},
        {"9999-12-31", 1, NULL},
        {"1900-01-01", -1, NULL},
        {"2024-01-01", INT64_MAX, NULL},
        {"2024-01-01", INT64_MIN, NULL},
        {"2023-02-29", 1, NULL},
        {"", 1, NULL},
    };
    for (size_t i = 0; i < COUNT(sums); i++) {
        char out[DATE_TEXT] = "untouched";
        bool added = date_add_days(str_of(sums[i].from), sums[i].days, out);
        assert_int_equal(added, sums[i].to != NULL);
        assert_string_equal(out, sums[i].to ? sums[i].to : "untouched");
    }
}

static void dates_that_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",         "2024-1-01",  "2024-01-1",   "2024-01-32", "2024-04-31", "1899-12-31", "2023-02-29", "2024-01-01 ",
        "24-01-01", "2024/01/01", "2024-01-01T", "0000-00-00", "10000-01-1", "2024-0a-01", "-024-01-01", "1900-02-29"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t ms = 77;
        assert_false(date_is_valid(str_of(bad[i])));
        assert_false(date_to_time(str_of(bad[i]), &ms));
        assert_true(ms == 77);
    }
    int64_t ms;
    assert_true(date_to_time(S("1970-01-02"), &ms));
    assert_true(ms == DAY);
    assert_true(date_to_time(S("1900-01-01"), &ms));
    assert_true(ms == -25567 * (int64_t)DAY);
}

static void clocks_move_forward(void **state)
{
    (void)state;
    int64_t first = clock_monotonic(), wall = clock_now();
    assert_true(wall > 1700000000000 && wall < 253402300800000);
    for (int i = 0; i < 1000; i++) {
        int64_t next = clock_monotonic();
        assert_true(next >= first);
        first = next;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_instants),
        cmocka_unit_test(zones_and_fractions),
        cmocka_unit_test(instants_that_are_none),
        cmocka_unit_test(every_month_follows_the_one_before),
        cmocka_unit_test(random_instants_come_back),
        cmocka_unit_test(days_are_added),
        cmocka_unit_test(dates_that_are_none),
        cmocka_unit_test(clocks_move_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
