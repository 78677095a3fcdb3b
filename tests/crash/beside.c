/* Two processes on one SQLite file: a server with three writers, and beside it each command in turn, both with seeded
 * delays at locks and writes (delays.c). After each round the server is stopped, or killed; then the file must be
 * whole, the ledger must verify, every acknowledged record must be there, and no command may have called sound data
 * wrong.
 *   beside MERLON DIR ROUNDS DELAYS.so FOLDER      BESIDE=name: that command alone; BESIDE_SEED=n: from there */
#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WRITERS = 3, KEPT = 400000, LINE = 512, ITEMS = 16900, ITEMS_MORE = 300, REFUSED_TITLE = 5000 };

/* %1 is the data directory, %2 a folder for files, %3 the round. `status`: what it must end with. */
static const struct {
    const char *name, *words;
    int status;
} commands[] = {
    {"verify", "verify '%1'", 0},
    {"framework", "import framework '%2/framework.json' --data '%1'", 1},
    {"check", "check --data '%1'", 0},
    {"import", "import asset '%2/assets.csv' --data '%1'", 0},
    {"export", "export task --data '%1' --output '%2/tasks.csv'", 0},
    {"user", "user add --data '%1' --email u%3@example.org --name U%3 --role reader --password-file '%2/password'", 0},
    {"report", "report risk-register --data '%1' --output '%2/risks.pdf'", 0},
    {"token", "token --data '%1' --user crash@example.org", 0},
    {"backup", "backup '%2/copy.backup' --data '%1'", 0},
    {"rebuild", "rebuild --data '%1'", 0},
    {"init", "init --data '%1'", 0},
    {"serve", "serve --data '%1' --listen 127.0.0.1:0", 1},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

struct run {
    const char *merlon, *directory, *folder, *delays;
    char address[LINE], token[LINE];
    pid_t server;
    FILE *output;
    atomic_bool stop;
    pthread_mutex_t lock;
    long acknowledged[KEPT];
    size_t count;
    unsigned wrong, corrupt, lost, alarms;
};

struct reply {
    char text[1 << 16];
    size_t len;
};

static void die(const char *what)
{
    printf("%s\n0 passed, 1 failed\n", what);
    exit(1);
}

/* ---- the server ---- */

static void start(struct run *run, const char *seed)
{
    int ends[2];
    char line[LINE];
    if (pipe(ends) != 0) die("no pipe");
    run->server = fork();
    if (run->server == 0) {
        setenv("LD_PRELOAD", run->delays, 1);
        setenv("DELAY_SEED", seed, 1);
        dup2(ends[1], 1);
        close(ends[0]);
        execl(run->merlon, "merlon", "serve", "--data", run->directory, "--listen", "127.0.0.1:0", "--log-level",
              "error", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    run->output = fdopen(ends[0], "r");
    while (fgets(line, sizeof line, run->output))
        if (sscanf(line, "Merlon answers on %511s", run->address) == 1) return;
    die("the server did not start");
}

static void end(struct run *run, int how)
{
    kill(run->server, how);
    waitpid(run->server, NULL, 0);
    fclose(run->output);
}

/* ---- the writers ---- */

static size_t take(char *bytes, size_t size, size_t count, void *arg)
{
    struct reply *reply = arg;
    size_t len = size * count;
    if (reply->len + len >= sizeof reply->text) len = sizeof reply->text - 1 - reply->len;
    memcpy(reply->text + reply->len, bytes, len);
    reply->len += len;
    reply->text[reply->len] = 0;
    return size * count;
}

static long write_one(struct run *run, CURL *curl, struct reply *reply)
{
    char url[2 * LINE], authorization[2 * LINE];
    long status = 0;
    reply->len = 0;
    snprintf(url, sizeof url, "%s/api/v1/task", run->address);
    snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", run->token);
    struct curl_slist *headers = curl_slist_append(NULL, authorization);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 30000L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "{\"title\":\"Beside\",\"description\":\"It must not be lost\"}");
    CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK) curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    return status;
}

static void keep(struct run *run, const struct reply *reply)
{
    long id;
    const char *at = strstr(reply->text, "\"id\":");
    if (!at || sscanf(at, "\"id\":%ld", &id) != 1) return;
    pthread_mutex_lock(&run->lock);
    if (run->count < KEPT) run->acknowledged[run->count++] = id;
    pthread_mutex_unlock(&run->lock);
}

static void *write_load(void *arg)
{
    struct run *run = arg;
    struct reply *reply = malloc(sizeof *reply);
    CURL *curl = curl_easy_init();
    while (!run->stop) {
        long status = write_one(run, curl, reply);
        if (status == 201) keep(run, reply);
        if (status == 0) break;
    }
    curl_easy_cleanup(curl);
    free(reply);
    return NULL;
}

/* ---- the command ---- */

static void fill_in(char *out, size_t size, const struct run *run, const char *words, int round)
{
    size_t len = 0;
    for (const char *at = words; *at && len + 1 < size; at++) {
        char number[16];
        snprintf(number, sizeof number, "%d", round);
        const char *with[] = {run->directory, run->folder, number};
        if (*at == '%' && at[1] >= '1' && at[1] <= '3')
            len += (size_t)snprintf(out + len, size - len, "%s", with[*++at - '1']);
        else
            out[len++] = *at;
        if (len >= size) die("a command is too long");
        out[len] = 0;
    }
}

/* Its exit status; what it printed is in FOLDER/said. */
static int run_beside(const struct run *run, const char *words, const char *seed)
{
    char command[6 * LINE];
    snprintf(command, sizeof command, "LD_PRELOAD='%s' DELAY_JOIN=1 DELAY_SEED=%s '%s' %s >'%s/said' 2>&1", run->delays,
             seed, run->merlon, words, run->folder);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void show_said(const struct run *run)
{
    char command[2 * LINE];
    snprintf(command, sizeof command, "head -c 600 '%s/said'", run->folder);
    fflush(stdout);
    if (system(command) != 0) printf("(nothing was said)\n");
}

/* ---- what is needed ---- */

/* The last item has a title that no requirement may have, so that everything before it is written and taken back: about
 * as much as the writer's cache holds, so that some pages of it, and not many, were in the log already. */
static void write_framework(const struct run *run, unsigned seed)
{
    char path[2 * LINE];
    snprintf(path, sizeof path, "%s/framework.json", run->folder);
    FILE *file = fopen(path, "w");
    if (!file) die("no file");
    fputs("{\"id\":\"beside\",\"title\":\"Beside\",\"version\":\"1\",\"publisher\":\"Us\",\"licence\":\"own\","
          "\"items\":[",
          file);
    for (unsigned i = 0; i < ITEMS + seed * 37 % ITEMS_MORE; i++)
        fprintf(file, "{\"id\":\"%u\",\"parent\":null,\"title\":\"Item %u\",\"assessable\":true},", i, i);
    fputs("{\"id\":\"last\",\"parent\":null,\"assessable\":true,\"title\":\"", file);
    for (int i = 0; i < REFUSED_TITLE; i++) fputc('x', file);
    fputs("\"}]}", file);
    fclose(file);
}

static void write_assets(const struct run *run)
{
    char path[2 * LINE];
    snprintf(path, sizeof path, "%s/assets.csv", run->folder);
    FILE *file = fopen(path, "w");
    if (!file) die("no file");
    fputs("title\n", file);
    for (int i = 0; i < 300; i++) fprintf(file, "Asset %d\n", i);
    fclose(file);
}

/* ---- looking ---- */

static long number(sqlite3 *db, const char *sql, long argument)
{
    sqlite3_stmt *statement;
    long found = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) return -1;
    sqlite3_bind_int64(statement, 1, argument);
    if (sqlite3_step(statement) == SQLITE_ROW) found = (long)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return found;
}

static void look_into_file(struct run *run)
{
    char path[2 * LINE];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/merlon.db", run->directory);
    if (sqlite3_open(path, &db) != SQLITE_OK) die("the file does not open");
    if (number(db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check(1)", 0) != 1) run->corrupt++;
    for (size_t i = 0; i < run->count; i++)
        if (number(db, "SELECT count(*) FROM task WHERE id = ?1", run->acknowledged[i]) != 1) run->lost++;
    sqlite3_close(db);
}

static void one_round(struct run *run, int round, size_t which, unsigned seed)
{
    pthread_t writers[WRITERS];
    char words[2 * LINE], seeds[2][16], verify[2 * LINE];
    unsigned corrupt = run->corrupt, lost = run->lost;
    snprintf(seeds[0], sizeof seeds[0], "%u", seed * 2);
    snprintf(seeds[1], sizeof seeds[1], "%u", seed * 2 + 1);
    fill_in(words, sizeof words, run, commands[which].words, round);
    fill_in(verify, sizeof verify, run, "verify '%1'", round);
    write_framework(run, seed);
    run->stop = false;
    start(run, seeds[0]);
    for (size_t i = 0; i < WRITERS; i++) pthread_create(&writers[i], NULL, write_load, run);
    int status = run_beside(run, words, seeds[1]);
    bool killed = round % 3 == 2;
    if (killed) end(run, SIGKILL);
    run->stop = true;
    for (size_t i = 0; i < WRITERS; i++) pthread_join(writers[i], NULL);
    if (!killed) end(run, SIGTERM);
    if (status != commands[which].status) {
        run->alarms++;
        printf("round %d (seed %u): %s ended with %d: ", round, seed, commands[which].name, status);
        show_said(run);
    }
    if (run_beside(run, verify, seeds[1]) != 0) {
        run->corrupt++;
        printf("round %d (seed %u): after %s: ", round, seed, commands[which].name);
        show_said(run);
    }
    look_into_file(run);
    bool wrong = run->corrupt != corrupt || run->lost != lost || status != commands[which].status;
    run->wrong += wrong;
    if (wrong) printf("round %d (seed %u), %s: not right\n", round, seed, commands[which].name);
}

static void make_token(struct run *run)
{
    char command[4 * LINE];
    snprintf(command, sizeof command, "'%s' token --data '%s' --user crash@example.org", run->merlon, run->directory);
    FILE *pipe = popen(command, "r");
    if (!pipe || !fgets(run->token, sizeof run->token, pipe)) die("no token");
    pclose(pipe);
    run->token[strcspn(run->token, "\n")] = 0;
}

int main(int count, char **arguments)
{
    static struct run run;
    if (count != 6) die("usage: beside MERLON DIR ROUNDS DELAYS FOLDER");
    int rounds = (int)strtol(arguments[3], NULL, 10);
    const char *only = getenv("BESIDE"), *first = getenv("BESIDE_SEED");
    unsigned seed = first ? (unsigned)strtoul(first, NULL, 10) : (unsigned)getpid();
    run.merlon = arguments[1], run.directory = arguments[2], run.delays = arguments[4], run.folder = arguments[5];
    setvbuf(stdout, NULL, _IOLBF, 0);
    pthread_mutex_init(&run.lock, NULL);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    write_assets(&run);
    make_token(&run);
    for (int round = 0; round < rounds; round++) {
        size_t which = (size_t)round % COMMANDS;
        for (size_t i = 0; only && i < COMMANDS; i++)
            if (strcmp(commands[i].name, only) == 0) which = i;
        one_round(&run, round, which, seed + (unsigned)round);
    }
    printf("%d rounds beside a server from seed %u, %zu acknowledged writes: %u corrupt, %u lost, %u false alarms\n",
           rounds, seed, run.count, run.corrupt, run.lost, run.alarms);
    printf("%u passed, %u failed\n", (unsigned)rounds - run.wrong, run.wrong);
    return run.wrong ? 1 : 0;
}
