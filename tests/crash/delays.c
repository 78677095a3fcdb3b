/* Preloaded into the program (LD_PRELOAD): calls that write, flush, lock and wait for threads take a while, now and
 * then, as if the machine were busy at just that moment. Which ones is decided by DELAY_SEED, for each thread in the
 * order of its calls, so a round can be repeated as far as the scheduler allows. With DELAY_JOIN a program that ends
 * waits long for its threads, while others go on writing. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { ONE_OF = 12, LONG_ONE_OF = 200, JOIN_LEAST = 300000, JOIN_MOST = 300000 /* microseconds */ };

static _Thread_local uint64_t state;
static atomic_uint threads;

static uint32_t chance(void)
{
    if (!state) {
        const char *seed = getenv("DELAY_SEED");
        state = (seed ? strtoull(seed, NULL, 10) : 1) * 1000003 + ++threads * 7919 + 1;
    }
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(state >> 33);
}

static void wait(uint32_t microseconds)
{
    int problem = errno;
    struct timespec pause = {.tv_nsec = (long)(microseconds % 1000000) * 1000};
    nanosleep(&pause, NULL);
    errno = problem;
}

/* Mostly nothing, now and then up to two milliseconds, seldom up to forty. */
static void delay(void)
{
    uint32_t drawn = chance();
    if (drawn % LONG_ONE_OF == 0)
        wait(drawn % 40000);
    else if (drawn % ONE_OF == 0)
        wait(drawn % 2000);
}

/* ---- the log is written only by who holds its lock ---- */

/* Of SQLite's file of shared memory, the byte that is the lock for writing. */
enum { WRITE_LOCK = 120, BROKEN_RULE = 99 };

static atomic_bool holds;

static void note_lock(int what, const struct flock *lock, bool before)
{
    bool ours = (what == F_SETLK || what == F_SETLKW) && lock->l_start <= WRITE_LOCK &&
                lock->l_start + lock->l_len > WRITE_LOCK && lock->l_start > 64 && lock->l_start < 1024;
    if (!ours) return;
    if (before && lock->l_type == F_UNLCK) holds = false;
    if (!before && lock->l_type == F_WRLCK) holds = true;
}

static bool is_log(int file)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t len = readlink(link, path, sizeof path);
    return len > 4 && memcmp(path + len - 4, "-wal", 4) == 0;
}

/* Whoever writes without the lock may overwrite what another program has committed. That this happens is certain, that
 * it does harm is luck, so it ends the program at once. */
static void check_log(int file)
{
    static const char sentence[] = "The log was written without its lock.\n";
    if (holds || !is_log(file)) return;
    if (write(2, sentence, sizeof sentence - 1) < 0) _exit(BROKEN_RULE);
    _exit(BROKEN_RULE);
}

#define REAL(name, type) ((type)(uintptr_t)dlsym(RTLD_NEXT, name))

#define DELAYED(result, name, parameters, arguments, rule)                                                             \
    result name parameters                                                                                             \
    {                                                                                                                  \
        typedef result(*call) parameters;                                                                              \
        static _Atomic(uintptr_t) real;                                                                                \
        if (!real) real = (uintptr_t)dlsym(RTLD_NEXT, #name);                                                          \
        delay();                                                                                                       \
        rule;                                                                                                          \
        result done = ((call)real)arguments;                                                                           \
        delay();                                                                                                       \
        return done;                                                                                                   \
    }

DELAYED(ssize_t, pwrite, (int file, const void *bytes, size_t len, off_t offset), (file, bytes, len, offset),
        check_log(file))
DELAYED(ssize_t, pwrite64, (int file, const void *bytes, size_t len, off_t offset), (file, bytes, len, offset),
        check_log(file))
DELAYED(int, fdatasync, (int file), (file), (void)0)
DELAYED(int, fsync, (int file), (file), (void)0)
DELAYED(int, ftruncate64, (int file, off_t len), (file, len), (void)0)
DELAYED(int, flock, (int file, int what), (file, what), (void)0)

static int control(const char *name, int file, int what, void *argument)
{
    typedef int (*call)(int file, int what, ...);
    delay();
    note_lock(what, argument, true);
    int done = REAL(name, call)(file, what, argument);
    int problem = errno;
    if (done == 0) note_lock(what, argument, false);
    delay();
    errno = problem;
    return done;
}

int fcntl(int file, int what, ...)
{
    va_list arguments;
    va_start(arguments, what);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return control("fcntl", file, what, argument);
}

int fcntl64(int file, int what, ...)
{
    va_list arguments;
    va_start(arguments, what);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return control("fcntl64", file, what, argument);
}

int pthread_join(pthread_t thread, void **result)
{
    typedef int (*call)(pthread_t thread, void **result);
    if (getenv("DELAY_JOIN")) wait(JOIN_LEAST + chance() % JOIN_MOST);
    return REAL("pthread_join", call)(thread, result);
}
