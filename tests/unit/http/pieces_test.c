/* Ranges, addresses and the worker pool. */
#include "http/address.h"
#include "http/pool.h"
#include "http/range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <pthread.h>
#include <sched.h>
#include <cmocka.h>

static void parses_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        int64_t total;
        enum range_kind kind;
        int64_t first, last;
    } cases[] = {
        {"", 100, RANGE_WHOLE, 0, 0},
        {"bytes=0-9", 100, RANGE_PART, 0, 9},
        {"Bytes=90-", 100, RANGE_PART, 90, 99},
        {"bytes=-10", 100, RANGE_PART, 90, 99},
        {"bytes=-1000", 100, RANGE_PART, 0, 99},
        {"bytes=50-1000", 100, RANGE_PART, 50, 99},
        {"bytes=100-", 100, RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=-0", 100, RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=0-0", 0, RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=0-1,5-6", 100, RANGE_WHOLE, 0, 0},
        {"bytes=9-5", 100, RANGE_WHOLE, 0, 0},
        {"bytes=-", 100, RANGE_WHOLE, 0, 0},
        {"bytes=", 100, RANGE_WHOLE, 0, 0},
        {"bytes=a-b", 100, RANGE_WHOLE, 0, 0},
        {"bytes=--5", 100, RANGE_WHOLE, 0, 0},
        {"bytes=99999999999999999999-", 100, RANGE_WHOLE, 0, 0},
        {"items=0-1", 100, RANGE_WHOLE, 0, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t first = -7, last = -7;
        assert_int_equal(range_parse(str_of(cases[i].header), cases[i].total, &first, &last), cases[i].kind);
        if (cases[i].kind != RANGE_PART) continue;
        assert_int_equal(first, cases[i].first);
        assert_int_equal(last, cases[i].last);
    }
}

static void believes_trusted_proxies_only(void **state)
{
    (void)state;
    struct ctx ctx = {.arena = arena_new(0)};
    struct networks trusted;
    assert_int_equal(networks_parse(&ctx, "10.0.0.0/8, 127.0.0.1 , fd00::/8", &trusted), OK);
    static const struct {
        const char *header, *client; /* NULL: nobody */
    } cases[] = {
        {"203.0.113.9", "203.0.113.9"},
        {"1.1.1.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"},
        {"203.0.113.9:4711, fd00::1", "203.0.113.9"},
        {"[2001:db8::1]:443", "2001:db8::1"},
        {"10.0.0.1, 10.0.0.2", "10.0.0.1"},
        {"nonsense, 10.0.0.2", NULL},
        {"203.0.113.9, nonsense", NULL},
        {"", NULL},
        {",", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned char bytes[16];
        char text[ADDRESS_TEXT];
        bool named = address_forwarded(&trusted, str_of(cases[i].header), bytes);
        assert_int_equal(named, cases[i].client != NULL);
        if (!named) continue;
        address_format(bytes, text);
        assert_string_equal(text, cases[i].client);
    }
    arena_free(ctx.arena);
}

static void refuses_bad_networks(void **state)
{
    (void)state;
    static const char *const texts[] = {"x", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0.1,,", "10.0.0.0/a", "/8"};
    struct ctx ctx = {.arena = arena_new(0)};
    struct networks networks;
    for (size_t i = 0; i < COUNT(texts); i++) assert_int_equal(networks_parse(&ctx, texts[i], &networks), INVALID);
    assert_int_equal(networks_parse(&ctx, NULL, &networks), OK);
    assert_int_equal(networks.count, 0);
    unsigned char address[16];
    assert_int_equal(networks_parse(&ctx, "10.128.0.0/9", &networks), OK);
    assert_true(address_parse(S("10.200.1.1"), address));
    assert_true(networks_hold(&networks, address));
    assert_true(address_parse(S("10.100.1.1"), address));
    assert_false(networks_hold(&networks, address));
    arena_free(ctx.arena);
}

struct gate {
    pthread_mutex_t lock;
    atomic_int done, late;
};

static void pass(void *argument, unsigned worker)
{
    struct gate *gate = argument;
    assert_true(worker < 2);
    pthread_mutex_lock(&gate->lock);
    atomic_fetch_add(&gate->done, 1);
    pthread_mutex_unlock(&gate->lock);
}

/* Two workers stand at the gate and two jobs wait: the fifth is turned away, and closing does all four. */
static void pool_is_bounded_and_drains(void **state)
{
    (void)state;
    struct ctx ctx = {.arena = arena_new(0)};
    struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct pool *pool = NULL;
    assert_int_equal(pool_open(&ctx, 0, 2, 1000, &pool), INVALID);
    assert_int_equal(pool_open(&ctx, 2, 2, 600000, &pool), OK);
    pthread_mutex_lock(&gate.lock);
    int taken = 0;
    for (int refused = 0; taken < 4 || !refused;) {
        if (pool_submit(pool, pass, NULL, &gate) == OK)
            taken++;
        else
            refused = pool_waiting(pool) == 2 && taken == 4;
    }
    assert_int_equal(taken, 4);
    pthread_mutex_unlock(&gate.lock);
    pool_close(pool);
    assert_int_equal(atomic_load(&gate.done), 4);
    arena_free(ctx.arena);
}

static void note_late(void *argument)
{
    atomic_fetch_add(&((struct gate *)argument)->late, 1);
}

/* While both workers stand at the gate, what waits is told that it is late, and is never run. */
static void pool_tells_who_is_late(void **state)
{
    (void)state;
    struct ctx ctx = {.arena = arena_new(0)};
    struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct pool *pool = NULL;
    assert_int_equal(pool_open(&ctx, 2, 8, 3000, &pool), OK);
    pthread_mutex_lock(&gate.lock);
    for (int i = 0; i < 2; i++) assert_int_equal(pool_submit(pool, pass, note_late, &gate), OK);
    while (pool_waiting(pool)) sched_yield();
    assert_int_equal(atomic_load(&gate.late), 0);
    for (int i = 0; i < 3; i++) assert_int_equal(pool_submit(pool, pass, note_late, &gate), OK);
    while (pool_waiting(pool) || atomic_load(&gate.late) < 3) sched_yield();
    pthread_mutex_unlock(&gate.lock);
    pool_close(pool);
    assert_int_equal(atomic_load(&gate.done), 2);
    assert_int_equal(atomic_load(&gate.late), 3);
    arena_free(ctx.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_ranges),          cmocka_unit_test(believes_trusted_proxies_only),
        cmocka_unit_test(refuses_bad_networks),   cmocka_unit_test(pool_is_bounded_and_drains),
        cmocka_unit_test(pool_tells_who_is_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
