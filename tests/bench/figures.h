/* The figures, each a function that makes what it needs, measures, and prints its lines. */
#ifndef MERLON_BENCH_FIGURES_H
#define MERLON_BENCH_FIGURES_H

#include "base/arena.h"
#include "bench/load.h"
#include "bench/process.h"

struct bench {
    struct arena *arena;
    const char *program; /* the path of merlon */
    const char *self;    /* of this program, for the bare server */
    bool postgres;       /* measure on MERLON_TEST_DATABASE; without bare and without goals */
    unsigned missed;     /* goals that were not met */
};

void figure_list(struct bench *bench); /* and the export of the same risks */
void figure_create(struct bench *bench);
void figure_pages(struct bench *bench);
void figure_large(struct bench *bench); /* start and memory with 100,000 records */
void figure_start(struct bench *bench);
void figure_import(struct bench *bench);

/* ---- measuring ---- */

enum { ROUNDS = 15, STARTS = 5 };

/* CPU time of a server for each request of a load. */
struct side {
    const struct child *child;
    struct load load;
    double samples[ROUNDS];
    size_t sample_count;
    double median;                           /* microseconds a request */
    void (*settle)(const struct side *side); /* waits until what a round left to do has been done; may be NULL */
    const char *token;
};

/* That many rounds of each side more, in random order, after one that does not count. */
void measure(struct side *sides[], size_t count, int rounds);

double median(double *samples, size_t count);

/* ---- telling ---- */

enum goal { NO_GOAL, AT_LEAST, AT_MOST, BELOW };

/* ours against bare (0: there is none); what the goal is about is bare / ours for AT_LEAST, ours / bare for AT_MOST,
 * ours alone for BELOW. */
void tell(struct bench *bench, const char *name, const char *unit, double ours, double bare, enum goal goal,
          double value);

#endif
