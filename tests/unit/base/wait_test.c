/* A wait with a limit ends by the limit, or earlier when it is told to. That it does not look at the machine's clock is
 * shown with a whole program by tests/clock. */
#include "cmocka_first.h"

#include "base/clock.h"
#include "base/wait.h"

struct bell {
    pthread_mutex_t lock;
    pthread_cond_t rings;
    bool rung;
};

static void *ring(void *arg)
{
    struct bell *bell = arg;
    pthread_mutex_lock(&bell->lock);
    bell->rung = true;
    pthread_cond_signal(&bell->rings);
    pthread_mutex_unlock(&bell->lock);
    return NULL;
}

static void test_limit(void **state)
{
    (void)state;
    struct bell bell = {.lock = PTHREAD_MUTEX_INITIALIZER};
    wait_init(&bell.rings);
    int64_t began = clock_monotonic();
    pthread_mutex_lock(&bell.lock);
    while (wait_until(&bell.rings, &bell.lock, began + 40)) continue;
    assert_true(clock_monotonic() - began >= 40);
    began = clock_monotonic();
    while (wait_for(&bell.rings, &bell.lock, 1200)) continue; /* more than a second, so that seconds are carried */
    assert_true(clock_monotonic() - began >= 1200);
    assert_false(wait_for(&bell.rings, &bell.lock, -5));
    pthread_mutex_unlock(&bell.lock);
    pthread_cond_destroy(&bell.rings);
}

static void test_told_earlier(void **state)
{
    (void)state;
    struct bell bell = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t thread;
    wait_init(&bell.rings);
    pthread_mutex_lock(&bell.lock);
    assert_int_equal(pthread_create(&thread, NULL, ring, &bell), 0);
    bool in_time = true;
    while (!bell.rung && in_time) in_time = wait_for(&bell.rings, &bell.lock, HOUR);
    assert_true(in_time);
    pthread_mutex_unlock(&bell.lock);
    pthread_join(thread, NULL);
    pthread_cond_destroy(&bell.rings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_limit), cmocka_unit_test(test_told_earlier)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
