/* Calendar by arithmetic on days (the proleptic Gregorian calendar), so that neither the C library's zone data nor its
 * locks matter. */
#include "base/clock.h"

#include <time.h>

enum { FIRST_DAY = -25567, LAST_DAY = 2932896 }; /* 1900-01-01, 9999-12-31 */
#define LAST_TIME ((LAST_DAY + 1) * (int64_t)DAY - 1)

int64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000000;
}

int64_t clock_monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000000;
}

struct day {
    int year, month, day;
};

/* Days since 1970-01-01. March is counted as the first month, so that the leap day is the last of its year. */
static int64_t days_of(struct day d)
{
    int64_t year = d.month <= 2 ? d.year - 1 : d.year;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t month = (d.month + 9) % 12;
    int64_t day_of_year = (153 * month + 2) / 5 + d.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static struct day day_of(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    struct day d = {.day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
                    .month = (int)(month < 10 ? month + 3 : month - 9)};
    d.year = (int)(year_of_era + era * 400 + (d.month <= 2));
    return d;
}

static void digits(char *out, int64_t n, int width)
{
    for (int i = width - 1; i >= 0; i--, n /= 10) out[i] = (char)('0' + n % 10);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Years have four digits here, whatever number somebody put into a row. */
static int64_t within_years(int64_t ms)
{
    const int64_t first = -62135596800000, last = 253402300799999; /* 0001-01-01, 9999-12-31 */
    return ms < first ? first : ms > last ? last : ms;
}

static void write_date(struct day d, char *out)
{
    digits(out, d.year, 4);
    out[4] = '-';
    digits(out + 5, d.month, 2);
    out[7] = '-';
    digits(out + 8, d.day, 2);
}

void date_of_time(int64_t ms, char out[DATE_TEXT])
{
    write_date(day_of(floor_div(within_years(ms), DAY)), out);
    out[DATE_TEXT - 1] = 0;
}

void time_format(int64_t ms, char out[TIME_TEXT])
{
    ms = within_years(ms);
    int64_t days = floor_div(ms, DAY);
    int64_t rest = ms - days * DAY;
    memcpy(out, "0000-00-00T00:00:00.000Z", TIME_TEXT);
    write_date(day_of(days), out);
    digits(out + 11, rest / HOUR, 2);
    digits(out + 14, rest / MINUTE % 60, 2);
    digits(out + 17, rest / SECOND % 60, 2);
    digits(out + 20, rest % SECOND, 3);
}

static bool number_at(struct str s, size_t at, size_t width, int *out)
{
    if (at + width > s.len) return false;
    *out = 0;
    for (size_t i = at; i < at + width; i++) {
        if (s.at[i] < '0' || s.at[i] > '9') return false;
        *out = *out * 10 + (s.at[i] - '0');
    }
    return true;
}

static bool parse_day(struct str s, struct day *d)
{
    if (s.len < 10 || s.at[4] != '-' || s.at[7] != '-') return false;
    if (!number_at(s, 0, 4, &d->year) || !number_at(s, 5, 2, &d->month) || !number_at(s, 8, 2, &d->day)) return false;
    if (d->year < 1900 || d->month < 1 || d->month > 12 || d->day < 1 || d->day > 31) return false;
    struct day back = day_of(days_of(*d)); /* 31 April comes back as 1 May */
    return back.month == d->month && back.day == d->day;
}

bool date_is_valid(struct str s)
{
    struct day d;
    return s.len == 10 && parse_day(s, &d);
}

int64_t date_days(struct str date)
{
    struct day d;
    return parse_day(date, &d) ? days_of(d) : 0;
}

bool date_to_time(struct str date, int64_t *ms)
{
    if (!date_is_valid(date)) return false;
    *ms = date_days(date) * DAY;
    return true;
}

bool date_add_days(struct str date, int64_t days, char out[DATE_TEXT])
{
    int64_t sum;
    if (!date_is_valid(date) || __builtin_add_overflow(date_days(date), days, &sum)) return false;
    if (sum < FIRST_DAY || sum > LAST_DAY) return false;
    write_date(day_of(sum), out);
    out[DATE_TEXT - 1] = 0;
    return true;
}

/* "Z" or "+02:00" at the end of s, as minutes east. */
static bool parse_zone(struct str s, int *minutes)
{
    *minutes = 0;
    if (s.len == 1) return s.at[0] == 'Z' || s.at[0] == 'z';
    int hour, minute;
    if (s.len != 6 || s.at[3] != ':' || (s.at[0] != '+' && s.at[0] != '-')) return false;
    if (!number_at(s, 1, 2, &hour) || !number_at(s, 4, 2, &minute) || hour > 23 || minute > 59) return false;
    *minutes = (hour * 60 + minute) * (s.at[0] == '-' ? -1 : 1);
    return true;
}

bool time_parse(struct str s, int64_t *ms)
{
    struct day d;
    int hour, minute, second, zone, thousandths = 0;
    if (s.len < 20 || !parse_day(s, &d) || d.year < 1970 || (s.at[10] != 'T' && s.at[10] != 't')) return false;
    if (!number_at(s, 11, 2, &hour) || !number_at(s, 14, 2, &minute) || !number_at(s, 17, 2, &second)) return false;
    if (s.at[13] != ':' || s.at[16] != ':' || hour > 23 || minute > 59 || second > 59) return false;
    size_t at = 19;
    if (s.at[at] == '.') {
        int scale = 100;
        for (at++; at < s.len && s.at[at] >= '0' && s.at[at] <= '9'; at++, scale /= 10)
            thousandths += (s.at[at] - '0') * scale;
        if (at == 20) return false;
    }
    if (!parse_zone(str_slice(s, at, s.len), &zone)) return false;
    int64_t sum =
        days_of(d) * DAY + hour * (int64_t)HOUR + minute * MINUTE + second * SECOND + thousandths - zone * MINUTE;
    if (sum < 0 || sum > LAST_TIME) return false; /* the zone can carry it over the edge */
    *ms = sum;
    return true;
}
