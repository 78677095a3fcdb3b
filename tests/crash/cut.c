/* Preloaded into the program (LD_PRELOAD): it is killed, by SIGKILL, before the CUT_AT-th of its calls that change what
 * files there are, make sure of what they hold, or close one. So a row of runs with 1, 2, 3, ... cuts it off at every
 * such point, and the last of them, which ends by itself, is known by its status. */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static void count(void)
{
    const char *at = getenv("CUT_AT");
    if (at && ++calls == atol(at)) kill(getpid(), SIGKILL);
}

#define NEXT(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

int fsync(int file)
{
    count();
    return NEXT(fsync)(file);
}

int fdatasync(int file)
{
    count();
    return NEXT(fdatasync)(file);
}

int unlink(const char *path)
{
    count();
    return NEXT(unlink)(path);
}

int rename(const char *from, const char *to)
{
    count();
    return NEXT(rename)(from, to);
}

int renameat(int from_in, const char *from, int to_in, const char *to)
{
    count();
    return NEXT(renameat)(from_in, from, to_in, to);
}

int ftruncate(int file, off_t size)
{
    count();
    return NEXT(ftruncate)(file, size);
}

int ftruncate64(int file, off64_t size)
{
    count();
    return NEXT(ftruncate64)(file, size);
}

int close(int file)
{
    count();
    return NEXT(close)(file);
}
