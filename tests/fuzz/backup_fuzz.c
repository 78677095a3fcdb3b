/* A backup that is not what it says. First byte 'f': the rest is the file. Anything else: the rest is sealed properly
 * first, so that what lies behind the seal is reached. It is read, refused as no backup or called damaged, each with a
 * sentence that is about the backup; everything else is a bug. */
#include "store/backup_file.h"
#include "store/backup_read.h"

#include <fcntl.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

size_t replay_variants = 60; /* replay.c: each run writes a file and reads it */

static void check(bool holds)
{
    if (!holds) abort();
}

static void write_file(const char *path, struct str bytes)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    check(file >= 0 && write(file, bytes.at, bytes.len) == (ssize_t)bytes.len);
    close(file);
}

static void seal_file(struct ctx *ctx, const struct backup *backup, struct str path, struct str bytes)
{
    struct backup_out *out;
    check(backup_out_open(ctx, backup, path, &out) == OK);
    check(backup_out_add(ctx, out, bytes) == OK);
    check(backup_out_close(ctx, out) == OK);
    check(backup_out_keep(ctx, out) == OK);
}

/* What was read as values and is written again is the same bytes. */
static void try_values(struct ctx *ctx, struct str body)
{
    struct value values[4];
    for (size_t count = 0; count <= COUNT(values); count++) {
        if (!backup_values(body, values, count)) continue;
        struct buf again = buf_in(ctx->arena);
        for (size_t i = 0; i < count; i++) backup_put_value(&again, values[i]);
        check(body.len > again.len || str_eq(body, buf_str(&again)));
    }
}

/* Refused or damaged: what the machine lacks (memory, room, a library) is told otherwise. */
static bool told_of_backup(const struct ctx *ctx, enum result result)
{
    struct str sentence = ctx->error.sentence;
    size_t at;
    if (result == INVALID) return sentence.len > 0;
    return result == BROKEN && str_starts(sentence, S("The backup ")) &&
           (str_find(sentence, S("damaged"), &at) || str_find(sentence, S("altered"), &at) ||
            str_find(sentence, S("cut off"), &at));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size) return 0;
    struct keyring keyring = {.master = {1, 2, 3}};
    const struct backup backup = {.keyring = &keyring};
    struct str bytes = {(const char *)data + 1, size - 1};
    struct backup_info info;
    struct ctx ctx = {.arena = arena_new(0)};
    check(ctx.arena != NULL);
    struct str directory = str_of(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    struct str path = arena_print(ctx.arena, "%.*s/merlon-fuzz-%d", PRINT(directory), (int)getpid());
    if (data[0] == 'f')
        write_file(path.at, bytes);
    else
        seal_file(&ctx, &backup, path, bytes);
    enum result result = backup_check(&ctx, &backup, path, &info);
    check(result == OK || told_of_backup(&ctx, result));
    unlink(path.at);
    try_values(&ctx, bytes);
    arena_free(ctx.arena);
    return 0;
}
