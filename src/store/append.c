/* One write a record, so that records of several programs never mix. */
#include "store/append.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* Of `end`, what the file lacks: what was written last, by this program or another, was cut short. */
static const char *missing_end(const struct append *to, off_t size)
{
    char last[2] = {0};
    size_t len = strlen(to->end);
    if (size < (off_t)len) return size ? to->end : "";
    int file = open(to->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : pread(file, last, len, size - (off_t)len);
    if (file >= 0) close(file);
    if (got != (ssize_t)len) return "";
    if (memcmp(last, to->end, len) == 0) return "";
    return last[len - 1] == to->end[0] ? to->end + 1 : to->end;
}

/* Only where nobody has appended since. */
static void take_back(int file, off_t size, ssize_t written)
{
    struct stat now;
    if (fstat(file, &now) == 0 && now.st_size == size + written && ftruncate(file, size) != 0) errno = ENOSPC;
}

static bool write_record(const struct append *to, int file, struct str text)
{
    struct stat info;
    if (fstat(file, &info) != 0) return false;
    bool plain = S_ISREG(info.st_mode);
    const char *before = plain ? missing_end(to, info.st_size) : "";
    struct iovec parts[] = {{(void *)(uintptr_t)before, strlen(before)}, {(void *)(uintptr_t)text.at, text.len}};
    size_t all = parts[0].iov_len + parts[1].iov_len;
    ssize_t written = writev(file, parts, 2);
    if (written != (ssize_t)all) {
        int error = written < 0 ? errno : ENOSPC; /* a short write tells no reason */
        if (plain && written > 0) take_back(file, info.st_size, written);
        errno = error;
        return false;
    }
    return !to->durable || !plain || fdatasync(file) == 0;
}

const char *append_trouble(void)
{
    return errno == ENXIO ? "it is a pipe or a socket that nobody reads; name a plain file" : strerror(errno);
}

bool append_whole(const struct append *to, struct str text)
{
    int file = open(to->path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, to->mode);
    if (file < 0) return false;
    bool good = !text.len || write_record(to, file, text);
    int error = errno;
    if (close(file) != 0 && good) return false;
    errno = error;
    return good;
}
