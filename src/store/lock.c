/* An "open file description" lock: it belongs to the descriptor, so that two stores in one process exclude each other
 * too, and no other descriptor's closing gives it back. The file's text is for people and for the sentence. */
#include "store/lock.h"

#include "store/own_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static bool hold(int file, short kind)
{
    struct flock whole = {.l_type = kind, .l_whence = SEEK_SET};
    return fcntl(file, F_OFD_SETLK, &whole) == 0;
}

static void read_holder(int file, struct lock_holder *holder)
{
    char text[64] = "";
    char *after;
    if (pread(file, text, sizeof text - 1, 0) <= 0) return;
    long long pid = strtoll(text, &after, 10);
    if (pid > 0 && sscanf(after, " %23s", holder->word) == 1) holder->pid = pid;
}

/* A lock that cannot be described holds all the same. */
static void write_holder(int file, const char *word)
{
    char text[64];
    int len = snprintf(text, sizeof text, "%lld %s\n", (long long)getpid(), word);
    if (ftruncate(file, 0) != 0 || pwrite(file, text, (size_t)len, 0) != len) return;
}

enum result directory_lock(struct ctx *ctx, struct str directory, const char *word, struct directory_lock *lock,
                           struct lock_holder *holder)
{
    int file;
    *lock = (struct directory_lock){0};
    *holder = (struct lock_holder){0};
    TRY(own_file_open(ctx, directory, "merlon.lock", OWN_WRITE, 0600, &file));
    if (hold(file, F_WRLCK)) {
        write_holder(file, word);
        *lock = (struct directory_lock){true, file};
        return OK;
    }
    int problem = errno;
    read_holder(file, holder);
    close(file);
    if (problem == EAGAIN || problem == EACCES) return OK;
    return fail(ctx, INVALID, "The file system of %.*s gives no locks (%s): keep the data on another one.",
                PRINT(directory), strerror(problem));
}

enum lock_shared directory_lock_shared(const char *directory, struct directory_lock *lock)
{
    enum own_file_fault fault;
    *lock = (struct directory_lock){0};
    int file = own_file_in(directory, "merlon.lock", OWN_READ, 0, &fault);
    if (file < 0) return fault == OWN_ERRNO && errno == ENOENT ? LOCK_ABSENT : LOCK_REFUSED;
    if (!hold(file, F_RDLCK)) {
        close(file);
        return LOCK_REFUSED;
    }
    *lock = (struct directory_lock){true, file};
    return LOCK_SHARED;
}

void directory_unlock(struct directory_lock *lock)
{
    if (lock->held) close(lock->file);
    lock->held = false;
}
