/* A script that reads standard error must not find half-written lines in it, so nothing is shown unless somebody
 * watches. */
#include "app/progress.h"
#include "app/say.h"

#include "base/clock.h"

#include <unistd.h>

enum { EVERY = 100 };

void progress_tell(struct progress *progress, int64_t done, int64_t of)
{
    int64_t now = clock_monotonic();
    if (progress->hidden || !isatty(STDERR_FILENO) || (progress->shown && now - progress->told_at < EVERY)) return;
    progress->shown = true;
    progress->told_at = now;
    if (of > 0)
        say(stderr, "\r\033[K%.*s: %lld of %lld (%lld %%)", PRINT(progress->what), (long long)done, (long long)of,
            (long long)(done * 100 / of));
    else
        say(stderr, "\r\033[K%.*s: %lld", PRINT(progress->what), (long long)done);
    fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->shown) say(stderr, "\r\033[K");
    progress->shown = false;
}
