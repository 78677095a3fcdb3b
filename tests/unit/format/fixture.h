/* What the tests of this room share: a ctx of its own for each test, and workbooks made of handwritten parts. */
#ifndef MERLON_TESTS_FORMAT_FIXTURE_H
#define MERLON_TESTS_FORMAT_FIXTURE_H

#include "base/buf.h"
#include "base/ctx.h"

/* What cmocka wants to have been included before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The state of a test is a struct ctx with an arena. */
int ctx_setup(void **state);
int ctx_teardown(void **state);
#define ctx_test(function) cmocka_unit_test_setup_teardown(function, ctx_setup, ctx_teardown)

void assert_str(struct str actual, const char *expected);
/* The sentence of the error holds these words. */
void assert_says(const struct ctx *ctx, const char *words);

/* Runs `work` with the n-th allocation failing, for every n, until it gets through; each failure must arrive at the
 * guard. Gives how many there were. */
size_t fail_each_allocation(void (*work)(struct ctx *ctx));

struct part {
    const char *name;
    struct str text;
};
struct str zip_of(struct ctx *ctx, const struct part *parts, size_t count);
/* A complete workbook of one sheet "Data" around the rows; shared strings and styles (0 none, 1 date, 2 date and time,
 * 3 time of day, 4 a custom date) are the fixture's. */
struct str workbook_of(struct ctx *ctx, const char *rows);

#endif
