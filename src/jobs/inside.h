/* What the files of the queue share. */
#ifndef MERLON_JOBS_INSIDE_H
#define MERLON_JOBS_INSIDE_H

#include "access/sealed.h"
#include "jobs/jobs.h"

#include <pthread.h>

enum { JOB_THREADS = 8, WATCHES_MAX = 512 };

#define JOB_STOPPED SENTENCE("The job was cancelled.")
#define JOB_PAUSED SENTENCE("The program ended while this ran; what it had done by then is done.")
#define JOB_LOST SENTENCE("Somebody else has taken this job over.")

/* Why a running job is to stop. */
enum job_stop { JOB_GOES_ON, JOB_IS_CANCELLED, JOB_IS_PAUSED, JOB_IS_LOST };

extern const struct sealed_rows sealed_jobs;

struct watch {
    struct job_watch watch;
    uint64_t shown; /* hash of what was pushed last */
};

struct jobs {
    struct jobs_config config;
    pthread_t threads[JOB_THREADS];
    size_t thread_count;
    pthread_mutex_t lock;      /* of all below */
    pthread_cond_t bell, news; /* for the threads; for the clerk */
    bool ends, rung, has_news, unwatched;
    struct watch watches[WATCHES_MAX];
    size_t watch_count;
};

struct running_job {
    struct job_run run; /* first, so that a kind's pointer to it leads here */
    struct jobs *jobs;
    int64_t told_at; /* clock_monotonic */
    enum job_stop stop;
};

#endif
