/* The file of heads that a node remembers: what is kept when it has grown, and what is left by a program that ended. */
#include "fixture.h"

#include "ledger/remembered.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AN_HOUR = 3600 * 1000, A_DAY = 24, DAYS = 800, HOURS = A_DAY * DAYS };

static struct ledger_head head_of(int64_t size)
{
    struct ledger_head head = {.origin = "merlon/0123456789abcdef", .key_id = "0123456789abcdef"};
    head.size = size;
    head.previous = size - 1;
    head.at = size * AN_HOUR;
    return head;
}

/* Zeros for root and signature, which are of no account here. */
static void write_file(struct fixture *f, int64_t heads, const char *tail)
{
    char path[128];
    snprintf(path, sizeof path, "%s/ledger.heads", f->directory);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int64_t size = 1; size <= heads; size++)
        fprintf(file, "%lld %lld %lld %064d merlon/0123456789abcdef 0123456789abcdef %0128d\n", (long long)size,
                (long long)size - 1, (long long)size * AN_HOUR, 0, 0);
    fputs(tail, file);
    assert_int_equal(fclose(file), 0);
}

static void read_all(struct fixture *f, struct remembered *heads)
{
    expect_ok(&f->ctx, remembered_read(&f->ctx, str_of(f->directory), heads));
}

static void test_thinned(void **state)
{
    FIXTURE(f);
    struct remembered heads;
    struct ledger_head next = head_of(HOURS + 1);
    char path[128];
    struct stat status;
    snprintf(path, sizeof path, "%s/ledger.heads", f->directory);
    write_file(f, HOURS, "");
    assert_int_equal(stat(path, &status), 0);
    assert_true(status.st_size > REMEMBERED_LIMIT);
    expect_ok(&f->ctx, remembered_add(&f->ctx, str_of(f->directory), &next));
    read_all(f, &heads);
    assert_int_equal(heads.at[heads.count - 1].size, HOURS + 1);
    for (size_t i = 1; i <= 101; i++) assert_int_equal(heads.at[heads.count - i].size, HOURS + 2 - (int64_t)i);
    assert_int_equal(heads.at[0].size, A_DAY - 1); /* the last hour of the first day */
    for (size_t i = 1; heads.at[i].size <= HOURS - 100; i++)
        assert_int_equal(heads.at[i].size - heads.at[i - 1].size, A_DAY);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void test_below_the_limit_all_are_kept(void **state)
{
    FIXTURE(f);
    struct remembered heads;
    struct ledger_head next = head_of(51);
    write_file(f, 50, "");
    expect_ok(&f->ctx, remembered_add(&f->ctx, str_of(f->directory), &next));
    read_all(f, &heads);
    assert_int_equal(heads.count, 51);
}

static void test_a_short_last_line(void **state)
{
    FIXTURE(f);
    struct remembered heads;
    struct ledger_head next = head_of(6);
    int64_t newest;
    write_file(f, 5, "6 5 21600");
    read_all(f, &heads);
    assert_int_equal(heads.count, 5);
    expect_ok(&f->ctx, remembered_newest(&f->ctx, str_of(f->directory), &newest));
    assert_int_equal(newest, 5);
    expect_ok(&f->ctx, remembered_add(&f->ctx, str_of(f->directory), &next));
    read_all(f, &heads);
    assert_int_equal(heads.count, 6);
}

/* After the last line may stand anything; a file that is larger than it can have grown is not searched. */
static void test_a_file_beyond_all_measure(void **state)
{
    enum { LIMIT = 64 * 1024 * 1024 };
    FIXTURE(f);
    struct remembered heads;
    struct ledger_head next = head_of(6);
    int64_t newest;
    char path[128];
    snprintf(path, sizeof path, "%s/ledger.heads", f->directory);
    write_file(f, 5, "");
    assert_int_equal(truncate(path, LIMIT), 0);
    expect_ok(&f->ctx, remembered_newest(&f->ctx, str_of(f->directory), &newest));
    assert_int_equal(newest, 5);
    assert_int_equal(truncate(path, LIMIT + 1), 0);
    assert_int_equal(remembered_newest(&f->ctx, str_of(f->directory), &newest), BROKEN);
    expect_sentence(&f->ctx, "ledger.heads, in which the signed heads are remembered, cannot be read: File too large");
    assert_int_equal(remembered_read(&f->ctx, str_of(f->directory), &heads), BROKEN);
    expect_sentence(&f->ctx, "ledger.heads, in which the signed heads are remembered, cannot be read: File too large");
    assert_int_equal(remembered_add(&f->ctx, str_of(f->directory), &next), BROKEN);
    expect_sentence(&f->ctx, "ledger.heads, in which the signed heads are remembered, cannot be written: File too");
}

static void test_what_is_older_is_not_added(void **state)
{
    FIXTURE(f);
    struct remembered heads;
    struct ledger_head older = head_of(5);
    write_file(f, 5, "");
    expect_ok(&f->ctx, remembered_add(&f->ctx, str_of(f->directory), &older));
    read_all(f, &heads);
    assert_int_equal(heads.count, 5);
}

static void test_a_line_that_falls(void **state)
{
    FIXTURE(f);
    struct remembered heads;
    write_file(f, 5, "4 3 1 x y z 0\n");
    assert_int_equal(remembered_read(&f->ctx, str_of(f->directory), &heads), BROKEN);
    expect_sentence(&f->ctx, "Line 6 of ");
}

/* A head over nothing is never signed. */
static void test_a_head_over_nothing(void **state)
{
    FIXTURE(f);
    struct remembered heads;
    char line[400];
    snprintf(line, sizeof line, "0 0 1 %064d merlon/0123456789abcdef 0123456789abcdef %0128d\n", 0, 0);
    write_file(f, 0, line);
    assert_int_equal(remembered_read(&f->ctx, str_of(f->directory), &heads), BROKEN);
    expect_sentence(&f->ctx, "Line 1 of ");
}

/* Each line is a head and nothing behind it: what was added to one is not read as if it were not there. */
static void test_a_line_with_a_word_too_many(void **state)
{
    FIXTURE(f);
    struct remembered heads;
    int64_t newest;
    char line[400];
    snprintf(line, sizeof line, "6 5 9 %064d merlon/0123456789abcdef 0123456789abcdef %0128d more\n", 0, 0);
    write_file(f, 5, line);
    assert_int_equal(remembered_read(&f->ctx, str_of(f->directory), &heads), BROKEN);
    expect_sentence(&f->ctx, "Line 6 of ");
    expect_sentence(&f->ctx, "is not a signed head: the file was changed.");
    expect_ok(&f->ctx, remembered_newest(&f->ctx, str_of(f->directory), &newest));
    assert_int_equal(newest, 0);
}

/* A head signed anew over the same entries, as after a new key, is a line of its own. */
static void test_two_heads_of_one_size(void **state)
{
    FIXTURE(f);
    struct remembered heads;
    char line[400];
    snprintf(line, sizeof line, "5 4 9 %064d merlon/0123456789abcdef 0123456789abcdef %0128d\n", 0, 0);
    write_file(f, 5, line);
    read_all(f, &heads);
    assert_int_equal(heads.count, 6);
}

static void test_set_aside(void **state)
{
    FIXTURE(f);
    struct remembered heads;
    expect_ok(&f->ctx, remembered_set_aside(&f->ctx, str_of(f->directory)));
    write_file(f, 5, "");
    errno = 0;
    expect_ok(&f->ctx, remembered_set_aside(&f->ctx, str_of(f->directory)));
    read_all(f, &heads);
    assert_int_equal(heads.count, 0);
    assert_int_equal(unlink(arena_print(f->ctx.arena, "%s/ledger.heads.before", f->directory).at), 0);
}

/* Another program that thins the file holds its lock and puts another file in its place. */
struct adding {
    struct fixture *f;
    enum result result;
};

static void *add_eleventh(void *arg)
{
    struct adding *adding = arg;
    struct ctx ctx = {.arena = arena_new(0)};
    struct ledger_head head = head_of(11);
    adding->result = remembered_add(&ctx, str_of(adding->f->directory), &head);
    arena_free(ctx.arena);
    return NULL;
}

/* Whoever waits for the lock has the file open, as the test has. */
static bool somebody_waits_for(ino_t inode)
{
    int open_here = 0;
    for (int file = 0; file < 256; file++) {
        struct stat status;
        open_here += fstat(file, &status) == 0 && status.st_ino == inode;
    }
    return open_here > 1;
}

static void test_a_file_that_was_replaced_meanwhile(void **state)
{
    FIXTURE(f);
    struct adding adding = {.f = f};
    struct remembered heads;
    struct stat status;
    pthread_t thread;
    char path[128], aside[128];
    snprintf(path, sizeof path, "%s/ledger.heads", f->directory);
    snprintf(aside, sizeof aside, "%s/aside", f->directory);
    write_file(f, 10, "");
    int file = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(file, LOCK_EX), 0);
    assert_int_equal(fstat(file, &status), 0);
    assert_int_equal(pthread_create(&thread, NULL, add_eleventh, &adding), 0);
    while (!somebody_waits_for(status.st_ino)) sched_yield();
    assert_int_equal(rename(path, aside), 0);
    write_file(f, 9, "");
    close(file);
    pthread_join(thread, NULL);
    assert_int_equal(adding.result, OK);
    read_all(f, &heads);
    assert_int_equal(heads.count, 10);
    assert_int_equal(heads.at[9].size, 11);
    unlink(aside);
}

/* ---- a disk that fails ---- */

/* For this process, until its end. */
static void refuse(long call)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIO),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {COUNT(steps), steps};
    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

/* So that a write comes to its end before all is written. */
static void bound_files(void)
{
    struct rlimit small = {1000, 1000};
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
}

/* In a process of its own; what it returns is what remembered_add did. */
static enum result add_with_a_fault(struct fixture *f, long refused)
{
    struct ledger_head next = head_of(HOURS + 1);
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        if (refused)
            refuse(refused);
        else
            bound_files();
        _exit((int)remembered_add(&f->ctx, str_of(f->directory), &next));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return (enum result)WEXITSTATUS(status);
}

/* What a node remembers is there whole until what takes its place is. */
static void test_a_disk_that_fails_takes_nothing_away(void **state)
{
    static const long refused[] = {0, SYS_fsync, SYS_renameat};
    FIXTURE(f);
    char path[128];
    struct stat before, after;
    snprintf(path, sizeof path, "%s/ledger.heads", f->directory);
    for (size_t i = 0; i < COUNT(refused); i++) {
        write_file(f, HOURS, "");
        assert_int_equal(stat(path, &before), 0);
        assert_int_not_equal(add_with_a_fault(f, refused[i]), OK);
        assert_int_equal(stat(path, &after), 0);
        assert_int_equal(after.st_size, before.st_size);
        assert_int_equal(after.st_ino, before.st_ino);
    }
}

/* Another program that would add to the file while it is thinned. */
struct meeting {
    char path[128], fresh[128];
    _Atomic bool over;
    bool met, refused;
};

/* What was there before and after it asked for the lock was there while it asked. */
static void *ask_for_the_lock(void *arg)
{
    struct meeting *meeting = arg;
    while (!atomic_load(&meeting->over) && access(meeting->fresh, F_OK) != 0) sched_yield();
    int file = open(meeting->path, O_RDWR | O_CLOEXEC);
    meeting->refused = flock(file, LOCK_EX | LOCK_NB) != 0;
    meeting->met = access(meeting->fresh, F_OK) == 0;
    close(file);
    return NULL;
}

/* What another program added to the file that is replaced would be lost with it. */
static void test_nobody_adds_while_it_is_thinned(void **state)
{
    enum { TRIES = 200 };
    FIXTURE(f);
    struct meeting meeting = {.met = false};
    struct ledger_head next = head_of(HOURS + 1);
    snprintf(meeting.path, sizeof meeting.path, "%s/ledger.heads", f->directory);
    snprintf(meeting.fresh, sizeof meeting.fresh, "%s/ledger.heads.new", f->directory);
    for (int i = 0; i < TRIES && !meeting.met; i++) {
        pthread_t thread;
        write_file(f, HOURS, "");
        atomic_store(&meeting.over, false);
        assert_int_equal(pthread_create(&thread, NULL, ask_for_the_lock, &meeting), 0);
        expect_ok(&f->ctx, remembered_add(&f->ctx, str_of(f->directory), &next));
        atomic_store(&meeting.over, true);
        pthread_join(thread, NULL);
    }
    assert_true(meeting.met);
    assert_true(meeting.refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SQLITE(test_thinned),
        ON_SQLITE(test_below_the_limit_all_are_kept),
        ON_SQLITE(test_a_short_last_line),
        ON_SQLITE(test_a_file_beyond_all_measure),
        ON_SQLITE(test_what_is_older_is_not_added),
        ON_SQLITE(test_a_line_that_falls),
        ON_SQLITE(test_a_head_over_nothing),
        ON_SQLITE(test_a_line_with_a_word_too_many),
        ON_SQLITE(test_two_heads_of_one_size),
        ON_SQLITE(test_set_aside),
        ON_SQLITE(test_a_file_that_was_replaced_meanwhile),
        ON_SQLITE(test_a_disk_that_fails_takes_nothing_away),
        ON_SQLITE(test_nobody_adds_while_it_is_thinned),
    };
    return cmocka_run_group_tests_name("ledger/remembered", tests, NULL, NULL);
}
