/* What comes of a witness that knows another history: a stop, entered in the ledger; and of one that is still asked
 * when the program ends: nothing. */
#include "ledger/fixture.h"
#include "store/fixture.h"

#include "announce/announce.h"
#include "ledger/cosigned.h"
#include "ledger/sealer.h"
#include "ledger/stop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>

#define BEGIN ((int64_t)1800000000000)
#define VKEY "witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU"

#define KNOWS_99 "HTTP/1.1 409 Conflict\r\nConnection: close\r\nContent-Length: 3\r\n\r\n99\n"
#define KNOWS_1 "HTTP/1.1 409 Conflict\r\nConnection: close\r\nContent-Length: 2\r\n\r\n1\n"
#define UNPROVEN "HTTP/1.1 422 Unprocessable Content\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

/* Who is asked takes an hour by the machine's clock for each answer. */
struct witness {
    const char *answers[3]; /* one after the other; NULL behind the last */
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

static void answer_once(struct witness *witness, const char *text)
{
    char asked[4096];
    int file = accept(witness->listener, NULL, NULL);
    ssize_t len = recv(file, asked, sizeof asked, 0);
    atomic_fetch_add(&witness->wall, HOUR);
    len = len > 0 ? send(file, text, strlen(text), MSG_NOSIGNAL) : len;
    shutdown(file, SHUT_WR);
    while (len > 0) len = recv(file, asked, sizeof asked, 0);
    close(file);
}

static void *answer(void *arg)
{
    struct witness *witness = arg;
    for (const char **text = witness->answers; *text; text++) answer_once(witness, *text);
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

/* Not without end, so that a stop that never comes fails the test. */
static void await_stop(struct witness *witness)
{
    enum { PATIENCE = 30 };
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE;
    while (sem_timedwait(&witness->entered, &end) != 0)
        if (errno == ETIMEDOUT) break;
    shutdown(witness->listener, SHUT_RDWR); /* nobody asks any more */
}

/* One entry is sealed, and the witness is asked until the stop stands in the ledger. */
static void run_until_stopped(struct fixture *f, struct witness *witness)
{
    const struct time_source source = {wall, wall, vouched, witness};
    struct announce_config config = {.store = f->store, .time = timekeeper_new(&source, false), .every_seconds = 3600};
    struct announce *announce = NULL;
    pthread_t thread;
    ledger_fixture(f);
    f->ctx.now = BEGIN;
    write_ok(f, enter_and_seal, NULL);
    begin_to_listen(witness);
    config.policy = policy_of(f, witness);
    sem_init(&witness->entered, 0, 0);
    store_watch_commits(f->store, is_entered, witness);
    assert_int_equal(pthread_create(&thread, NULL, answer, witness), 0);
    expect_ok(&f->ctx, announce_open(&f->ctx, &config, &announce));
    await_stop(witness);
    pthread_join(thread, NULL);
    announce_close(announce);
    store_watch_commits(f->store, NULL, NULL);
    close(witness->listener);
    timekeeper_free(config.time);
}

/* Not by the time when the round began in which the witness was asked. */
static void a_stop_is_dated_when_it_was_entered(void **state)
{
    FIXTURE(f);
    struct witness witness = {.wall = BEGIN, .answers = {KNOWS_99}};
    struct str sentence;
    int64_t since;
    run_until_stopped(f, &witness);
    expect_ok(&f->ctx, ledger_stopped(&f->ctx, &sentence, &since));
    assert_true(sentence.len > 0);
    assert_int_equal(since, BEGIN + HOUR);
}

static void expect_stop(struct fixture *f, struct witness *witness, const char *what)
{
    struct str sentence;
    struct ledger_peer peer;
    int64_t since;
    struct str wanted = arena_print(f->ctx.arena,
                                    "The witness w (key df1c0a35) %s: this ledger went back in time or was written "
                                    "anew, so nothing more is sealed until somebody decides (docs/running.md, "
                                    "\"Alarms\").",
                                    what);
    run_until_stopped(f, witness);
    expect_ok(&f->ctx, ledger_stopped(&f->ctx, &sentence, &since));
    assert_string_equal(arena_cstr(f->ctx.arena, sentence), wanted.at);
    expect_ok(&f->ctx, ledger_peer_read(&f->ctx, S("witness.example/w1"), &peer));
    assert_string_equal(arena_cstr(f->ctx.arena, peer.trouble), what);
    assert_int_equal(peer.size, 0);
    assert_int_equal(store_write(&f->ctx, f->store, enter_and_seal, NULL), BROKEN);
    expect_sentence(&f->ctx, what);
}

/* It is told the head by the size that it named itself, and names that size again. */
static void another_history_of_the_same_size_stops_the_sealing(void **state)
{
    FIXTURE(f);
    struct witness witness = {.wall = BEGIN, .answers = {KNOWS_1, KNOWS_1}};
    expect_stop(f, &witness, "says that it has cosigned other entries than these 1");
}

static void a_head_that_does_not_follow_on_the_witness_s_stops_the_sealing(void **state)
{
    FIXTURE(f);
    struct witness witness = {.wall = BEGIN, .answers = {KNOWS_1, UNPROVEN}};
    expect_stop(f, &witness, "does not find its head over 1 entries in this ledger");
}

/* Hears who asks, and says nothing until he has hung up. */
static void *keep_silent(void *arg)
{
    struct witness *witness = arg;
    char asked[4096];
    int file = accept(witness->listener, NULL, NULL);
    sem_post(&witness->entered); /* he waits now */
    while (recv(file, asked, sizeof asked, 0) > 0) continue;
    close(file);
    return NULL;
}

static void end_while_one_is_asked(struct fixture *f, struct witness *witness, const struct announce_config *config)
{
    struct announce *announce = NULL;
    pthread_t thread;
    sem_init(&witness->entered, 0, 0);
    assert_int_equal(pthread_create(&thread, NULL, keep_silent, witness), 0);
    expect_ok(&f->ctx, announce_open(&f->ctx, config, &announce));
    while (sem_wait(&witness->entered) != 0) continue;
    announce_close(announce);
    pthread_join(thread, NULL);
    close(witness->listener);
}

static void is_untouched(struct fixture *f, const char *name)
{
    struct ledger_peer peer;
    expect_ok(&f->ctx, ledger_peer_read(&f->ctx, str_of(name), &peer));
    assert_int_equal(peer.trouble.len, 0);
    assert_int_equal(peer.asked_at, 0);
}

/* And is asked again as soon as there is somebody to ask. */
static void an_end_of_ones_own_is_no_trouble_of_a_peer(void **state)
{
    FIXTURE(f);
    struct witness witness = {.wall = BEGIN}, mail = {.wall = BEGIN};
    const struct time_source source = {wall, wall, vouched, &witness};
    struct announce_config config = {.store = f->store, .time = timekeeper_new(&source, false), .every_seconds = 3600};
    ledger_fixture(f);
    f->ctx.now = BEGIN;
    write_ok(f, enter_and_seal, NULL);
    begin_to_listen(&witness);
    config.policy = policy_of(f, &witness);
    end_while_one_is_asked(f, &witness, &config);
    is_untouched(f, "witness.example/w1");
    is_untouched(f, PEER_QUORUM);
    begin_to_listen(&mail);
    config.policy = NULL;
    config.mail_server = arena_print(f->ctx.arena, "smtp://127.0.0.1:%d", mail.port);
    config.mail_from = config.mail_to = S("one@example.org");
    end_while_one_is_asked(f, &mail, &config);
    is_untouched(f, PEER_MAIL);
    timekeeper_free(config.time);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_stop_is_dated_when_it_was_entered),
        ON_BOTH(another_history_of_the_same_size_stops_the_sealing),
        ON_BOTH(a_head_that_does_not_follow_on_the_witness_s_stops_the_sealing),
        ON_BOTH(an_end_of_ones_own_is_no_trouble_of_a_peer),
    };
    return cmocka_run_group_tests_name("announce/stopped", tests, NULL, NULL);
}
