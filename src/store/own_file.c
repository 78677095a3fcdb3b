/* Every check is made on the descriptor that is handed out, so that nothing can be exchanged after it; only a file that
 * O_EXCL has made is given an owner. O_NONBLOCK, because opening a pipe would wait for its other end. */
#include "store/own_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CAREFUL = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

static const int flags[] = {[OWN_READ] = O_RDONLY,
                            [OWN_WRITE] = O_RDWR,
                            [OWN_APPEND] = O_RDWR | O_APPEND,
                            [OWN_FRESH] = O_RDWR,
                            [OWN_NEW] = O_RDWR};

static enum own_file_fault judge(const struct stat *file, const struct stat *directory)
{
    if (S_ISLNK(file->st_mode)) return OWN_LINK;
    if (!S_ISREG(file->st_mode)) return OWN_PLAIN;
    if (file->st_nlink > 1) return OWN_NAMES;
    return file->st_uid == directory->st_uid || file->st_uid == geteuid() ? OWN_GOOD : OWN_FOREIGN;
}

static int open_there(int directory, const char *name, enum own_file_how how, enum own_file_fault *fault)
{
    struct stat status, owner;
    int file = openat(directory, name, flags[how] | CAREFUL);
    *fault = OWN_ERRNO;
    if (file < 0 && errno == ELOOP) *fault = OWN_LINK;
    if (file < 0 && (errno == ENXIO || errno == EISDIR)) *fault = OWN_PLAIN; /* a pipe, a socket, a directory */
    if (file < 0) return -1;
    if (fstat(file, &status) == 0 && fstat(directory, &owner) == 0) *fault = judge(&status, &owner);
    if (*fault == OWN_GOOD) return file;
    close(file);
    return -1;
}

static int make(int directory, const char *name, enum own_file_how how, mode_t mode, enum own_file_fault *fault)
{
    struct stat owner;
    int file = openat(directory, name, flags[how] | CAREFUL | O_CREAT | O_EXCL, mode);
    *fault = file < 0 ? OWN_ERRNO : OWN_GOOD;
    if (file < 0 || geteuid() != 0 || fstat(directory, &owner) != 0 || owner.st_uid == 0) return file;
    if (fchown(file, owner.st_uid, owner.st_gid) != 0) return file; /* whoever cannot open it will be told */
    return file;
}

int own_file_at(int directory, const char *name, enum own_file_how how, mode_t mode, enum own_file_fault *fault)
{
    if (how == OWN_FRESH) unlinkat(directory, name, 0);
    if (how == OWN_FRESH || how == OWN_NEW) return make(directory, name, how, mode, fault);
    int file = open_there(directory, name, how, fault);
    if (file >= 0 || how == OWN_READ || *fault != OWN_ERRNO || errno != ENOENT) return file;
    file = make(directory, name, how, mode, fault);
    return file < 0 && errno == EEXIST ? open_there(directory, name, how, fault) : file; /* another was faster */
}

int own_file_in(const char *directory, const char *name, enum own_file_how how, mode_t mode, enum own_file_fault *fault)
{
    *fault = OWN_ERRNO;
    int opened = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) return -1;
    int file = own_file_at(opened, name, how, mode, fault), problem = errno;
    close(opened);
    errno = problem;
    return file;
}

bool own_file_keep_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    int file = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool kept = file >= 0 && fsync(file) == 0;
    int problem = errno;
    if (file >= 0) close(file);
    free(directory);
    errno = problem;
    return kept;
}

enum own_file_fault own_file_look(const char *directory, const char *name)
{
    struct stat file, owner;
    int opened = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool there = opened >= 0 && fstatat(opened, name, &file, AT_SYMLINK_NOFOLLOW) == 0;
    enum own_file_fault fault = there ? fstat(opened, &owner) == 0 ? judge(&file, &owner) : OWN_ERRNO : OWN_GOOD;
    if (opened >= 0) close(opened);
    return fault;
}

enum result own_file_fail(struct ctx *ctx, const char *directory, const char *name, enum own_file_fault fault)
{
    if (fault == OWN_LINK)
        return fail(ctx, INVALID,
                    "%s/%s is a symbolic link, and files of the program are never links: it was put there by "
                    "somebody, so nothing was read or written. Find out who, and remove the link.",
                    directory, name);
    if (fault == OWN_PLAIN)
        return fail(ctx, INVALID, "%s/%s is no plain file: it was put there by somebody; move it away.", directory,
                    name);
    if (fault == OWN_NAMES)
        return fail(ctx, INVALID,
                    "%s/%s has a second name (a hard link), by which another program could write it: remove that, or "
                    "copy the data directory elsewhere.",
                    directory, name);
    if (fault == OWN_FOREIGN)
        return fail(ctx, INVALID,
                    "%s/%s belongs neither to the owner of its directory nor to who runs this program, so it is not "
                    "used: give it to the directory's owner if it is genuine.",
                    directory, name);
    return fail(ctx, INVALID, "%s/%s cannot be opened: %s.", directory, name, strerror(errno));
}

enum result own_file_open(struct ctx *ctx, struct str directory, const char *name, enum own_file_how how, mode_t mode,
                          int *file)
{
    enum own_file_fault fault;
    const char *path = arena_cstr(ctx->arena, directory);
    *file = own_file_in(path, name, how, mode, &fault);
    if (*file >= 0 || (how == OWN_READ && fault == OWN_ERRNO && errno == ENOENT)) return OK;
    return own_file_fail(ctx, path, name, fault);
}
