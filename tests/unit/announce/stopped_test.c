/* What comes of a witness that knows another history: a stop, entered in the ledger. */
#include "ledger/fixture.h"
#include "store/fixture.h"

#include "announce/announce.h"
#include "ledger/sealer.h"
#include "ledger/stop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/socket.h>

#define BEGIN ((int64_t)1800000000000)
#define VKEY "witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU"

/* Who is asked takes an hour by the machine's clock, and says that it knows 99 entries. */
struct witness {
    int listener, port;
    _Atomic int64_t wall;
    sem_t entered; /* in the ledger */
};

static int64_t wall(void *arg)
{
    return atomic_load(&((struct witness *)arg)->wall);
}

static bool vouched(void *arg)
{
    (void)arg;
    return true;
}

static void begin_to_listen(struct witness *witness)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    witness->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(witness->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(witness->listener, 1), 0);
    assert_int_equal(getsockname(witness->listener, (struct sockaddr *)&address, &size), 0);
    witness->port = ntohs(address.sin_port);
}

static void *answer(void *arg)
{
    static const char text[] = "HTTP/1.1 409 Conflict\r\nConnection: close\r\nContent-Length: 3\r\n\r\n99\n";
    struct witness *witness = arg;
    char asked[4096];
    int file = accept(witness->listener, NULL, NULL);
    ssize_t len = recv(file, asked, sizeof asked, 0);
    atomic_fetch_add(&witness->wall, HOUR);
    len = len > 0 ? send(file, text, sizeof text - 1, MSG_NOSIGNAL) : len;
    shutdown(file, SHUT_WR);
    while (len > 0) len = recv(file, asked, sizeof asked, 0);
    close(file);
    return NULL;
}

static void is_entered(void *arg, const struct db_mark *marks, size_t count)
{
    (void)marks, (void)count;
    sem_post(&((struct witness *)arg)->entered);
}

/* One entry, sealed; the keys come before it. */
static enum result enter_and_seal(struct ctx *ctx, void *arg)
{
    const struct ledger_event event = {.action = S("change"), .subject = S("risk"), .record = 1, .comment = S("why")};
    struct ledger_keys *keys = NULL;
    int64_t id;
    (void)arg;
    TRY(ledger_keys_open(ctx, &keyring, true, &keys));
    struct ledger_seal seal = {.keys = keys};
    enum result result = ledger_append(ctx, &event, &id);
    if (result == OK) result = ledger_seal(ctx, &seal);
    ledger_keys_close(keys);
    return result;
}

static struct policy *policy_of(struct fixture *f, const struct witness *witness)
{
    struct policy *policy = NULL;
    expect_ok(&f->ctx, policy_parse(&f->ctx,
                                    arena_print(f->ctx.arena, "witness w " VKEY " http://127.0.0.1:%d\nquorum w\n",
                                                witness->port),
                                    &policy));
    return policy;
}

/* Not by the time when the round began in which the witness was asked. */
static void a_stop_is_dated_when_it_was_entered(void **state)
{
    FIXTURE(f);
    struct witness witness = {.wall = BEGIN};
    const struct time_source source = {wall, wall, vouched, &witness};
    struct announce_config config = {.store = f->store, .time = timekeeper_new(&source, false), .every_seconds = 3600};
    struct announce *announce = NULL;
    struct str sentence;
    int64_t since;
    pthread_t thread;
    ledger_fixture(f);
    f->ctx.now = BEGIN;
    write_ok(f, enter_and_seal, NULL);
    begin_to_listen(&witness);
    config.policy = policy_of(f, &witness);
    sem_init(&witness.entered, 0, 0);
    store_watch_commits(f->store, is_entered, &witness);
    assert_int_equal(pthread_create(&thread, NULL, answer, &witness), 0);
    expect_ok(&f->ctx, announce_open(&f->ctx, &config, &announce));
    while (sem_wait(&witness.entered) != 0) continue;
    pthread_join(thread, NULL);
    announce_close(announce);
    store_watch_commits(f->store, NULL, NULL);
    expect_ok(&f->ctx, ledger_stopped(&f->ctx, &sentence, &since));
    assert_true(sentence.len > 0);
    assert_int_equal(since, BEGIN + HOUR);
    close(witness.listener);
    timekeeper_free(config.time);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_stop_is_dated_when_it_was_entered),
    };
    return cmocka_run_group_tests_name("announce/stopped", tests, NULL, NULL);
}
