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

/* In the ledger, under JOB_SUBJECT and the job's number, in the transaction of what it tells: JOB_KEEPS, a piece of
 * work, whose version says how far all of it goes (job_run.position); JOB_ENDS, after which the job is spent for good
 * (but for one that was refused as it was found, which the row alone says). So rows of the queue that somebody puts
 * back run nothing a second time. */
#define JOB_SUBJECT "job"
#define JOB_KEEPS "keep"
#define JOB_ENDS "end"

/* Why a running job is to stop. */
enum job_stop { JOB_GOES_ON, JOB_IS_CANCELLED, JOB_IS_PAUSED, JOB_IS_LOST };

/* The places of what the MAC of a job covers. */
enum sealed_job {
    SEALED_KIND = 1,
    SEALED_USER,
    SEALED_READ_ONLY,
    SEALED_REGISTERS,
    SEALED_CREATED_AT,
    SEALED_ARGUMENTS,
    SEALED_INPUT,
    SEALED_SHA256
};

struct watch {
    struct job_watch watch;
    uint64_t shown; /* hash of what was pushed last */
};

struct jobs {
    struct jobs_config config;
    struct events *events; /* where alarms go; NULL: the log alone */
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

/* Inside a write: the job of this user has ended. */
enum result job_enter_end(struct ctx *ctx, int64_t id, int64_t user) MUST_USE;
/* *right: the job goes on where the ledger says that it was left, and has not ended. */
enum result job_is_as_entered(struct ctx *ctx, int64_t id, int64_t position, bool *right) MUST_USE;

#endif
