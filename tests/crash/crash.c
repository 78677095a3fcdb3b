/* Nothing lost: starts the program, writes through its API from several threads, kills it with SIGKILL at a random
 * moment, starts it again and asks for every record that was acknowledged (201). At the end `merlon verify` reads
 * the whole ledger.   crash MERLON DIR ROUNDS [DATABASE-URL RESTART-COMMAND] With a database URL, RESTART-COMMAND
 * ends and restarts PostgreSQL at once (no checkpoint) in every second round. */
#include <curl/curl.h>
#include <pthread.h>
#include <stdarg.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 8, KEPT = 400000, LINE = 512 };

struct run {
    const char *merlon, *directory, *database, *restart;
    char address[LINE], token[LINE];
    pid_t server;
    FILE *output;
    atomic_bool stop;
    pthread_mutex_t lock;
    long acknowledged[KEPT];
    size_t count, checked;
};

struct reply {
    char text[1 << 16];
    size_t len;
};

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

static void die(const char *what)
{
    printf("%s\n0 passed, 1 failed\n", what);
    exit(1);
}

/* ---- the program ---- */

static void start(struct run *run)
{
    int ends[2];
    char line[LINE];
    if (pipe(ends) != 0) die("no pipe");
    run->server = fork();
    if (run->server == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        if (run->database)
            execl(run->merlon, "merlon", "serve", "--data", run->directory, "--listen", "127.0.0.1:0", "--log-level",
                  "error", "--database", run->database, (char *)NULL);
        else
            execl(run->merlon, "merlon", "serve", "--data", run->directory, "--listen", "127.0.0.1:0", "--log-level",
                  "error", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    run->output = fdopen(ends[0], "r");
    while (fgets(line, sizeof line, run->output))
        if (sscanf(line, "Merlon answers on %511s", run->address) == 1) return;
    die("the program did not start");
}

static void kill_now(struct run *run)
{
    kill(run->server, SIGKILL);
    waitpid(run->server, NULL, 0);
    fclose(run->output);
}

/* ---- requests ---- */

static long request(struct run *run, CURL *curl, const char *path, const char *body, struct reply *reply)
{
    char url[2 * LINE], authorization[2 * LINE];
    long status = 0;
    reply->len = 0;
    snprintf(url, sizeof url, "%s%s", run->address, path);
    snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", run->token);
    struct curl_slist *headers = curl_slist_append(NULL, authorization);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 20000L);
    if (body)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    else
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
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
        long status = request(run, curl, "/api/v1/task",
                              "{\"title\":\"Survive\",\"description\":\"A task that must not be lost\"}", reply);
        if (status == 201) keep(run, reply);
        if (status == 0) break;
    }
    curl_easy_cleanup(curl);
    free(reply);
    return NULL;
}

/* ---- rounds ---- */

static void load_and_kill(struct run *run)
{
    pthread_t threads[THREADS];
    run->stop = false;
    for (size_t i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, write_load, run);
    struct timespec moment = {.tv_nsec = (20 + random() % 180) * 1000000L};
    nanosleep(&moment, NULL);
    kill_now(run);
    run->stop = true;
    for (size_t i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
}

/* Every id acknowledged since the last check must be in the list that the program gives now. */
static void check(struct run *run)
{
    struct reply *reply = malloc(sizeof *reply);
    CURL *curl = curl_easy_init();
    for (; run->checked < run->count; run->checked++) {
        char path[LINE];
        snprintf(path, sizeof path, "/api/v1/task/%ld", run->acknowledged[run->checked]);
        long status = request(run, curl, path, NULL, reply);
        if (status == 200) continue;
        printf("task %ld was acknowledged and is lost (status %ld)\n", run->acknowledged[run->checked], status);
        die("a write was lost");
    }
    curl_easy_cleanup(curl);
    free(reply);
}

/* The output of a command as one line. */
static void line_of(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void line_of(char *out, size_t size, const char *format, ...)
{
    char command[4 * LINE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    FILE *pipe = popen(command, "r");
    if (!pipe || !fgets(out, (int)size, pipe)) out[0] = 0;
    if (pipe) pclose(pipe);
    out[strcspn(out, "\n")] = 0;
}

static void verify(struct run *run)
{
    char command[4 * LINE];
    snprintf(command, sizeof command, "'%s' verify '%s' %s%s%s >&2", run->merlon, run->directory,
             run->database ? "--database '" : "", run->database ? run->database : "", run->database ? "'" : "");
    if (system(command) != 0) die("the ledger does not verify");
}

int main(int count, char **arguments)
{
    static struct run run;
    if (count < 4) die("usage: crash MERLON DIR ROUNDS [DATABASE RESTART]");
    int rounds = (int)strtol(arguments[3], NULL, 10);
    run.merlon = arguments[1];
    run.directory = arguments[2];
    run.database = count > 5 ? arguments[4] : NULL;
    run.restart = count > 5 ? arguments[5] : NULL;
    pthread_mutex_init(&run.lock, NULL);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    srandom((unsigned)getpid());
    line_of(run.token, sizeof run.token, "'%s' token --data '%s' --user crash@example.org %s%s%s", run.merlon,
            run.directory, run.database ? "--database '" : "", run.database ? run.database : "",
            run.database ? "'" : "");
    for (int round = 0; round < rounds; round++) {
        start(&run);
        check(&run);
        load_and_kill(&run);
        if (run.restart && round % 2 && system(run.restart) != 0) die("PostgreSQL did not come back");
    }
    start(&run);
    check(&run);
    kill(run.server, SIGTERM);
    waitpid(run.server, NULL, 0);
    verify(&run);
    printf("%d rounds of SIGKILL, %zu acknowledged writes, none lost, the ledger verifies\n", rounds, run.count);
    printf("%d passed, 0 failed\n", rounds);
    return 0;
}
