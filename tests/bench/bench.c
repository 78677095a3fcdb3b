/* make bench: the table of figures, and how a figure is taken and told. */
#include "bench/bare.h"
#include "bench/figures.h"

#include <unistd.h>

static const struct {
    const char *name;
    void (*take)(struct bench *bench);
} figures[] = {
    {"start", figure_start},   {"list", figure_list},   {"create", figure_create},
    {"import", figure_import}, {"large", figure_large}, {"pages", figure_pages},
};

/* ---- measuring ---- */

static int by_size(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;
    return one < other ? -1 : one > other;
}

double median(double *samples, size_t count)
{
    qsort(samples, count, sizeof *samples, by_size);
    return count % 2 ? samples[count / 2] : (samples[count / 2 - 1] + samples[count / 2]) / 2;
}

static double one_round(const struct side *side)
{
    double before = child_cpu(side->child);
    load_run(&side->load);
    if (side->settle) side->settle(side);
    return (child_cpu(side->child) - before) * 1e6 / (double)side->load.count;
}

static void shuffle(size_t *order, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)random() % i, kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
}

void measure(struct side *sides[], size_t count, int rounds)
{
    enum { SIDES_MAX = 8 };
    size_t order[SIDES_MAX];
    for (size_t i = 0; i < count && i < SIDES_MAX; i++) order[i] = i;
    for (int round = -1; round < rounds; round++) {
        shuffle(order, count);
        for (size_t i = 0; i < count; i++) {
            struct side *side = sides[order[i]];
            double sample = one_round(side);
            if (round >= 0) side->samples[side->sample_count++] = sample;
        }
    }
    for (size_t i = 0; i < count; i++) sides[i]->median = median(sides[i]->samples, sides[i]->sample_count);
}

/* ---- telling ---- */

static void print_goal(struct bench *bench, enum goal goal, double value, double reached)
{
    static const char *const signs[] = {[AT_LEAST] = ">=", [AT_MOST] = "<=", [BELOW] = "< "};
    bool met = goal == AT_LEAST ? reached >= value : goal == AT_MOST ? reached <= value : reached < value;
    if (!met) bench->missed++;
    printf(" %s %-6.4g %s", signs[goal], value, met ? "met" : "NOT MET");
}

void tell(struct bench *bench, const char *name, const char *unit, double ours, double bare, enum goal goal,
          double value)
{
    double ratio = bare > 0 ? (goal == AT_MOST ? ours / bare : bare / ours) : 0;
    printf("%-46s %10.4g %-7s", name, ours, unit);
    if (bare > 0)
        printf(" %10.4g %6.2f", bare, ratio);
    else
        printf(" %10s %6s", "", "");
    if (goal != NO_GOAL && !bench->postgres) print_goal(bench, goal, value, goal == BELOW ? ours : ratio);
    putchar('\n');
    fflush(stdout);
}

/* ---- running ---- */

static bool is_wanted(const char *name)
{
    struct str wanted = str_of(getenv("BENCH")), one;
    if (!wanted.len) return true;
    while (str_cut(&wanted, ',', &one))
        if (str_is(one, name)) return true;
    return false;
}

static void take_all(struct bench *bench)
{
    printf("%-46s %10s %-7s %10s %6s goal\n", bench->postgres ? "PostgreSQL" : "SQLite", "ours", "", "bare", "ratio");
    for (size_t i = 0; i < COUNT(figures); i++)
        if (is_wanted(figures[i].name)) figures[i].take(bench);
}

int main(int count, char **arguments)
{
    if (count == 4 && strcmp(arguments[1], "--bare") == 0) return bare_serve(arguments[2], arguments[3]);
    struct bench bench = {.arena = arena_new(0), .program = getenv("MERLON_BIN"), .self = arguments[0]};
    if (!bench.arena) return 1;
    if (!bench.program || access(bench.program, X_OK) != 0) bench_die("MERLON_BIN names no program: run make bench.");
    srandom((unsigned)time(NULL));
    take_all(&bench);
    const char *database = getenv("MERLON_TEST_DATABASE");
    bench.postgres = database && *database;
    if (bench.postgres) take_all(&bench);
    arena_free(bench.arena);
    printf("%u of the goals not met\n", bench.missed);
    return bench.missed ? 1 : 0;
}
