/* Replays a corpus without a fuzzer: every seed as it is, cut short at each length, and with single bytes changed.
 * Each seed runs in a process of its own, so that one crash is one failure with a name and the others still run. */
#include "base/banned.h"

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LARGEST_SEED = 4 * 1024 * 1024, SECONDS_EACH = 60, WAITING_EACH = 1200 };

/* How many ways of cutting and of changing a seed; a target whose runs are costly has fewer. MERLON_REPLAY says
 * otherwise. */
size_t replay_variants __attribute__((weak)) = 400;

static size_t variants(void)
{
    const char *said = getenv("MERLON_REPLAY");
    size_t most = said ? strtoul(said, NULL, 10) : replay_variants;
    return most < replay_variants ? most : replay_variants;
}

/* A copy of its own length, so that the sanitizer sees a read behind the end. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy) abort();
    if (size) memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void run_variants(uint8_t *data, size_t size)
{
    size_t count = variants();
    static const uint8_t telling[] = {0,   0xFF, 0x7F, 0x80, '"',  '\\', '\'', '<',
                                      '{', '[',  ',',  '-',  '\n', '%',  '9',  ' '};
    run(data, size);
    if (size == 0) return;
    for (size_t cut = 0; cut < size && cut < count; cut++) {
        run(data, cut);
        run(data, size - cut);
    }
    uint64_t state = size;
    for (size_t i = 0; i < count; i++) {
        size_t at = next_random(&state) % size;
        uint8_t before = data[at];
        data[at] = i % 2 ? telling[next_random(&state) % sizeof telling] : (uint8_t)(before ^ 1u << i / 2 % 8);
        run(data, size);
        data[at] = before;
    }
}

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(LARGEST_SEED);
    if (!file || !data) {
        fprintf(stderr, "%s: cannot be read\n", path);
        return 1;
    }
    size_t size = fread(data, 1, LARGEST_SEED, file);
    fclose(file);
    const struct rlimit busy = {SECONDS_EACH, SECONDS_EACH + 1};
    setrlimit(RLIMIT_CPU, &busy); /* an input that never ends is a finding too; a machine with other work is none */
    alarm(WAITING_EACH);
    run_variants(data, size);
    free(data);
    return 0;
}

static bool survives(const char *path)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) exit(run_file(path));
    int status = 0;
    bool fine = child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!fine) printf("FAILED %s (status %d)\n", path, status);
    return fine;
}

int main(int argc, char **argv)
{
    int passed = 0, failed = 0;
    for (int i = 1; i < argc; i++) {
        struct dirent **entries;
        int count = scandir(argv[i], &entries, NULL, alphasort);
        for (int k = 0; k < count; k++) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%s", argv[i], entries[k]->d_name);
            if (entries[k]->d_name[0] != '.') *(survives(path) ? &passed : &failed) += 1;
            free(entries[k]);
        }
        if (count >= 0) free(entries);
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
