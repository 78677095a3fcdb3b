/* One bit of the database turned over, somewhere in a page that is used: what of it changes what the database says must
 * be named by `merlon verify` or `merlon check`.   flips MERLON DIR ROUNDS SEED
 * DIR is a data directory whose program has ended; its database has no log. What a flip has changed is told by dumping
 * all tables before and after, and by SQLite's own integrity check for what stands in indexes. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COMMAND = 2000, HEADER = 100 };

/* What gives no rights and leads nowhere is made the same on both sides before they are compared: sign-in attempts and
 * keys of repeated requests only hold back; the outbox tells, and the queue carries a MAC that is looked at when a job
 * is taken; when somebody was last seen, and with what, is shown only; the stamp only says when to look again; the
 * counter of numbers only leaves gaps, since a row's number is above all others anyway; of what FTS5 keeps beside its
 * words only these themselves count, and they are compared word by word. */
static const char levelled[] =
    "DELETE FROM login_attempt; DELETE FROM idempotency; DELETE FROM outbox; DELETE FROM job; "
    "UPDATE session SET last_seen_at=0, agent='', address='', rotate=0; UPDATE token SET last_used_at=0; "
    "UPDATE \\\"user\\\" SET last_login_at=0; DELETE FROM access_stamp; DELETE FROM sqlite_sequence;";

struct file {
    unsigned char *at;
    long size, page;
    bool *is_free; /* by page */
};

static void die(const char *what)
{
    printf("%s\n0 passed, 1 failed\n", what);
    exit(1);
}

static unsigned long number_at(const unsigned char *at, int bytes)
{
    unsigned long n = 0;
    for (int i = 0; i < bytes; i++) n = n << 8 | at[i];
    return n;
}

static struct file read_file(const char *path)
{
    struct file file = {0};
    FILE *in = fopen(path, "rb");
    if (!in || fseek(in, 0, SEEK_END) != 0) die("the database cannot be read");
    file.size = ftell(in);
    rewind(in);
    file.at = malloc((size_t)file.size);
    if (!file.at || fread(file.at, 1, (size_t)file.size, in) != (size_t)file.size) die("the database cannot be read");
    fclose(in);
    file.page = (long)number_at(file.at + 16, 2);
    if (file.page == 1) file.page = 65536;
    return file;
}

/* The list of free pages: a chain of pages, each with the numbers of others. */
static void find_free(struct file *file)
{
    file->is_free = calloc((size_t)(file->size / file->page) + 1, sizeof *file->is_free);
    for (unsigned long trunk = number_at(file->at + 32, 4); trunk;) {
        const unsigned char *at = file->at + (long)(trunk - 1) * file->page;
        file->is_free[trunk] = true;
        for (unsigned long i = 0; i < number_at(at + 4, 4); i++) file->is_free[number_at(at + 8 + 4 * i, 4)] = true;
        trunk = number_at(at, 4);
    }
}

/* Between its list of cells and its cells a page of a tree holds nothing. */
static bool is_gap(const struct file *file, long page, long offset)
{
    long start = page == 1 ? HEADER : 0;
    const unsigned char *at = file->at + (page - 1) * file->page + start;
    bool leaf = at[0] == 10 || at[0] == 13;
    if (!leaf && at[0] != 2 && at[0] != 5) return false;
    long cells = start + (leaf ? 8 : 12) + 2 * (long)number_at(at + 3, 2), content = (long)number_at(at + 5, 2);
    return offset >= cells && offset < (content ? content : 65536);
}

static long choose(const struct file *file)
{
    for (;;) {
        long place = random() % file->size, page = place / file->page + 1;
        if (!file->is_free[page] && !is_gap(file, page, place % file->page)) return place;
    }
}

/* Its status, 255 when a signal ended it. */
__attribute__((format(printf, 1, 2))) static int run(const char *format, ...)
{
    char command[COMMAND];
    va_list values;
    va_start(values, format);
    vsnprintf(command, sizeof command, format, values);
    va_end(values);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static void write_flipped(const struct file *file, const char *path, long place, int bit)
{
    FILE *out = fopen(path, "wb");
    file->at[place] ^= (unsigned char)(1 << bit);
    if (!out || fwrite(file->at, 1, (size_t)file->size, out) != (size_t)file->size || fclose(out) != 0)
        die("the copy cannot be written");
    file->at[place] ^= (unsigned char)(1 << bit);
}

/* Into WORK/NAME.sql what the tables hold, with what counts for nothing made level. */
static void dump(const char *database, const char *work, const char *name)
{
    char copy[COMMAND / 4];
    snprintf(copy, sizeof copy, "%s/%s", work, name);
    run("cp '%s' '%s.db'", database, copy);
    run("sqlite3 -bail '%s.db' \"%s\" >/dev/null 2>&1", copy, levelled);
    run("sqlite3 '%s.db' .dump 2>&1 | grep -av search_index_ >'%s.sql'", copy, copy);
}

struct tally {
    long rounds, changed, named, missed, quiet;
};

static void one_round(const struct file *file, const char *merlon, const char *work, struct tally *tally)
{
    char copy[COMMAND / 4], database[COMMAND / 2];
    long place = choose(file);
    int bit = (int)(random() % 8);
    snprintf(copy, sizeof copy, "%s/copy", work);
    snprintf(database, sizeof database, "%s/merlon.db", copy);
    run("rm -f '%s'/merlon.db-wal '%s'/merlon.db-shm", copy, copy);
    write_flipped(file, database, place, bit);
    bool named = run("'%s' verify --data '%s' >'%s/verify.out' 2>&1", merlon, copy, work) != 0;
    named |= run("'%s' check --data '%s' >'%s/check.out' 2>&1", merlon, copy, work) != 0;
    write_flipped(file, database, place, bit);
    dump(database, work, "now");
    bool differs = run("cmp -s '%s/base.sql' '%s/now.sql'", work, work) != 0;
    bool broken = run("[ \"$(sqlite3 '%s' 'PRAGMA integrity_check(1)' 2>&1)\" != ok ]", database) == 0;
    tally->rounds++;
    tally->changed += differs || broken;
    tally->named += named;
    tally->quiet += !named && !differs && !broken;
    if (named || (!differs && !broken)) return;
    tally->missed++;
    printf("missed: page %ld, byte %ld, bit %d%s\n", place / file->page + 1, place % file->page, bit,
           broken ? ", seen by integrity_check" : "");
    fflush(stdout);
    run("diff '%s/base.sql' '%s/now.sql' | cut -c1-300 | head -n 6", work, work);
}

int main(int count, char **arguments)
{
    char database[COMMAND], work[] = "/tmp/merlon-flips-XXXXXX";
    struct tally tally = {0};
    if (count != 5 || !mkdtemp(work)) die("flips MERLON DIR ROUNDS SEED");
    snprintf(database, sizeof database, "%s/merlon.db", arguments[2]);
    struct file file = read_file(database);
    find_free(&file);
    srandom((unsigned)strtoul(arguments[4], NULL, 10));
    run("cp -r '%s' '%s/copy'", arguments[2], work);
    dump(database, work, "base");
    if (run("'%s' verify --data '%s/copy' >/dev/null 2>&1", arguments[1], work) != 0 ||
        run("'%s' check --data '%s/copy' >/dev/null 2>&1", arguments[1], work) != 0)
        die("verify or check is not content with what nobody has changed");
    for (long i = strtol(arguments[3], NULL, 10); i > 0; i--) one_round(&file, arguments[1], work, &tally);
    run("rm -rf '%s'", work);
    printf("of %ld single-bit flips %ld changed something, %ld were named, %ld changed nothing and were not named\n",
           tally.rounds, tally.changed, tally.named, tally.quiet);
    printf("%ld passed, %ld failed\n", tally.rounds - tally.missed, tally.missed);
    return tally.missed != 0;
}
