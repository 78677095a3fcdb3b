/* What somebody can put into a data directory under the names of the program's own files. */
#include "store/own_file.h"
#include "store/fixture.h"
#include "store/lock.h"
#include "store/sqlite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>

enum { OTHER_USER = 12345 };

struct place {
    struct ctx ctx;
    char directory[40], victim[64];
};

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static const char *inside(struct place *place, const char *name)
{
    return arena_print(place->ctx.arena, "%s/%s", place->directory, name).at;
}

static int begin(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    place->ctx.arena = arena_new(0);
    snprintf(place->directory, sizeof place->directory, "/tmp/merlon-own-XXXXXX");
    assert_non_null(mkdtemp(place->directory));
    snprintf(place->victim, sizeof place->victim, "%s.victim", place->directory);
    write_file(place->victim, "of root");
    *state = place;
    return 0;
}

static int end(void **state)
{
    static const char *const names[] = {"merlon.lock",  "merlon.db", "merlon.db-wal", "merlon.db-journal",
                                        "ledger.heads", "pipe",      "made"};
    struct place *place = *state;
    for (size_t i = 0; i < COUNT(names); i++) unlink(inside(place, names[i]));
    assert_int_equal(rmdir(place->directory), 0);
    unlink(place->victim);
    arena_free(place->ctx.arena);
    free(place);
    return 0;
}

static void expect_victim_untouched(const struct place *place)
{
    char text[20] = "";
    struct stat status;
    FILE *file = fopen(place->victim, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    assert_string_equal(text, "of root");
    assert_int_equal(stat(place->victim, &status), 0);
    assert_int_equal(status.st_uid, geteuid());
}

static void expect_fault(const struct place *place, const char *name, enum own_file_how how, enum own_file_fault wanted)
{
    enum own_file_fault fault;
    assert_int_equal(own_file_in(place->directory, name, how, 0600, &fault), -1);
    assert_int_equal(fault, wanted);
}

static void a_link_is_not_followed(void **state)
{
    struct place *place = *state;
    struct directory_lock lock;
    struct lock_holder holder;
    assert_int_equal(symlink(place->victim, inside(place, "merlon.lock")), 0);
    expect_fault(place, "merlon.lock", OWN_READ, OWN_LINK);
    expect_fault(place, "merlon.lock", OWN_WRITE, OWN_LINK);
    expect_fault(place, "merlon.lock", OWN_APPEND, OWN_LINK);
    assert_int_equal(own_file_look(place->directory, "merlon.lock"), OWN_LINK);
    assert_int_equal(directory_lock(&place->ctx, str_of(place->directory), "rebuild", &lock, &holder), INVALID);
    expect_sentence(&place->ctx, "merlon.lock is a symbolic link");
    assert_int_equal(directory_lock_shared(place->directory, &lock), LOCK_REFUSED);
    expect_victim_untouched(place);
}

static void a_link_to_nothing_makes_nothing(void **state)
{
    struct place *place = *state;
    unlink(place->victim);
    assert_int_equal(symlink(place->victim, inside(place, "merlon.lock")), 0);
    expect_fault(place, "merlon.lock", OWN_WRITE, OWN_LINK);
    assert_int_not_equal(access(place->victim, F_OK), 0);
}

static void a_fresh_file_takes_the_place_of_a_link(void **state)
{
    struct place *place = *state;
    enum own_file_fault fault;
    struct stat status;
    assert_int_equal(symlink(place->victim, inside(place, "made")), 0);
    expect_fault(place, "made", OWN_NEW, OWN_ERRNO);
    assert_int_equal(errno, EEXIST);
    int file = own_file_in(place->directory, "made", OWN_FRESH, 0600, &fault);
    assert_true(file >= 0);
    assert_int_equal(write(file, "new", 3), 3);
    close(file);
    assert_int_equal(lstat(inside(place, "made"), &status), 0);
    assert_true(S_ISREG(status.st_mode));
    expect_victim_untouched(place);
}

static void a_second_name_is_refused(void **state)
{
    struct place *place = *state;
    int file;
    assert_int_equal(link(place->victim, inside(place, "ledger.heads")), 0);
    assert_int_equal(own_file_open(&place->ctx, str_of(place->directory), "ledger.heads", OWN_APPEND, 0600, &file),
                     INVALID);
    expect_sentence(&place->ctx, "ledger.heads has a second name");
    expect_victim_untouched(place);
}

/* Opening one would wait for whoever opens its other end. */
static void a_pipe_is_no_file(void **state)
{
    struct place *place = *state;
    assert_int_equal(mkfifo(inside(place, "pipe"), 0600), 0);
    expect_fault(place, "pipe", OWN_READ, OWN_PLAIN);
    expect_fault(place, "pipe", OWN_WRITE, OWN_PLAIN);
    expect_fault(place, ".", OWN_READ, OWN_PLAIN);
}

/* Only root can make a file of somebody else's. */
static void ownership_is_given_to_new_files_only(void **state)
{
    struct place *place = *state;
    enum own_file_fault fault;
    struct stat status;
    if (geteuid() != 0) {
        print_message("%s: skipped, only root gives files away\n", __func__);
        skip();
    }
    write_file(inside(place, "merlon.lock"), "");
    assert_int_equal(chown(place->directory, OTHER_USER, OTHER_USER), 0);
    int file = own_file_in(place->directory, "merlon.lock", OWN_WRITE, 0600, &fault);
    assert_true(file >= 0);
    assert_int_equal(fstat(file, &status), 0);
    assert_int_equal(status.st_uid, 0);
    close(file);
    file = own_file_in(place->directory, "made", OWN_WRITE, 0600, &fault);
    assert_true(file >= 0);
    assert_int_equal(fstat(file, &status), 0);
    assert_int_equal(status.st_uid, OTHER_USER);
    assert_int_equal(status.st_mode & 0777, 0600);
    close(file);
    assert_int_equal(chown(inside(place, "made"), OTHER_USER + 1, OTHER_USER), 0);
    expect_fault(place, "made", OWN_READ, OWN_FOREIGN);
}

static void what_is_not_there_is_told_apart(void **state)
{
    struct place *place = *state;
    int file;
    expect_ok(&place->ctx, own_file_open(&place->ctx, str_of(place->directory), "made", OWN_READ, 0, &file));
    assert_int_equal(file, -1);
    assert_int_equal(own_file_look(place->directory, "made"), OWN_GOOD);
    assert_int_equal(own_file_open(&place->ctx, S("/tmp/merlon/is/not/here"), "made", OWN_WRITE, 0600, &file), INVALID);
    expect_sentence(&place->ctx, "cannot be opened: No such file");
}

/* ---- SQLite's own files ---- */

static void expect_no_store(struct place *place, bool read_only, const char *sentence)
{
    struct store_config config = {.directory = str_of(place->directory), .read_only = read_only};
    struct store *store;
    assert_int_equal(store_open(&place->ctx, &config, &store), INVALID);
    expect_sentence(&place->ctx, sentence);
    ctx_clear_error(&place->ctx);
}

static void make_database(struct place *place)
{
    struct store_config config = {.directory = str_of(place->directory)};
    struct store *store;
    expect_ok(&place->ctx, store_open(&place->ctx, &config, &store));
    store_close(store);
}

/* One that SQLite takes for hot: of no pages, and naming the victim as the journal above it, which it then removes. */
static void write_journal(const struct place *place, const char *path)
{
    static const char magic[] = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";
    enum { SECTOR = 512, PAGE = 4096, LOCK_PAGE = 0x40000000 / PAGE + 1 };
    const uint32_t numbers[] = {0, 0, 1, SECTOR, PAGE};
    uint32_t sum = 0, len = (uint32_t)strlen(place->victim), name[] = {htonl(LOCK_PAGE), htonl(len), 0};
    char head[SECTOR] = {0};
    memcpy(head, magic, 8);
    for (size_t i = 0; i < COUNT(numbers); i++) memcpy(head + 8 + i * 4, &(uint32_t){htonl(numbers[i])}, 4);
    for (size_t i = 0; i < len; i++) sum += (uint32_t)place->victim[i];
    name[2] = htonl(sum);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(head, SECTOR, 1, file), 1);
    assert_int_equal(fwrite(name, 4, 1, file), 1);
    assert_int_equal(fwrite(place->victim, len, 1, file), 1);
    assert_int_equal(fwrite(name + 1, 4, 2, file), 2);
    assert_int_equal(fwrite(magic, 8, 1, file), 1);
    assert_int_equal(fclose(file), 0);
}

static void a_journal_removes_nothing(void **state)
{
    struct place *place = *state;
    make_database(place);
    write_journal(place, inside(place, "merlon.db-journal"));
    expect_no_store(place, false, "merlon.db-journal is a rollback journal");
    expect_no_store(place, true, "merlon.db-journal is a rollback journal");
    expect_victim_untouched(place);
    write_file(inside(place, "merlon.db-journal"), ""); /* is none */
    make_database(place);
}

/* Put there after the program has looked, and before SQLite opens the file. */
static void a_journal_of_a_moment_removes_nothing(void **state)
{
    struct place *place = *state;
    struct store_config config = {.directory = str_of(place->directory)};
    struct sqlite_place found;
    struct db *db;
    char why[SENTENCE_SIZE];
    make_database(place);
    expect_ok(&place->ctx, sqlite_place_find(&place->ctx, &config, &found));
    write_journal(place, inside(place, "merlon.db-journal"));
    assert_int_equal(sqlite_open(&found, SQLITE_WRITER, &db, why), OK);
    db->driver->close(db);
    sqlite_place_release(&found);
    expect_victim_untouched(place);
}

static void a_database_with_a_second_name_is_not_opened(void **state)
{
    struct place *place = *state;
    make_database(place);
    char second[80];
    snprintf(second, sizeof second, "%s.second", place->directory);
    assert_int_equal(link(inside(place, "merlon.db"), second), 0);
    expect_no_store(place, false, "merlon.db has a second name");
    expect_no_store(place, true, "merlon.db has a second name");
    unlink(second);
    make_database(place);
}

static void a_database_or_log_that_is_a_link_is_not_opened(void **state)
{
    struct place *place = *state;
    assert_int_equal(symlink(place->victim, inside(place, "merlon.db")), 0);
    expect_no_store(place, false, "merlon.db is a symbolic link");
    expect_no_store(place, true, "merlon.db is a symbolic link");
    unlink(inside(place, "merlon.db"));
    make_database(place);
    assert_int_equal(link(place->victim, inside(place, "merlon.db-wal")), 0);
    expect_no_store(place, false, "merlon.db-wal has a second name");
    expect_victim_untouched(place);
}

#define IN_PLACE(test)                                                                                                 \
    {                                                                                                                  \
#test, test, begin, end, NULL                                                                                  \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(a_link_is_not_followed),
        IN_PLACE(a_link_to_nothing_makes_nothing),
        IN_PLACE(a_fresh_file_takes_the_place_of_a_link),
        IN_PLACE(a_second_name_is_refused),
        IN_PLACE(a_pipe_is_no_file),
        IN_PLACE(ownership_is_given_to_new_files_only),
        IN_PLACE(what_is_not_there_is_told_apart),
        IN_PLACE(a_journal_removes_nothing),
        IN_PLACE(a_journal_of_a_moment_removes_nothing),
        IN_PLACE(a_database_with_a_second_name_is_not_opened),
        IN_PLACE(a_database_or_log_that_is_a_link_is_not_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
