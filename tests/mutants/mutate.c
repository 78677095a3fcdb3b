/* The mutants of C files: small changes that a test should notice. The sources are formatted alike, so that patterns
 * on text find what a parser would; what does not compile afterwards is not counted (run.sh).
 *   mutate list SEED FILE...         order, name, file, line, from, length, kind, what there is, what instead
 *   mutate apply FILE FROM LENGTH BY the file with that change, on standard output
 * A mutant's name is a hash of its file, its line of code and the change, and its place in the order one of the seed
 * and the name: a sample stays as it is when other places are edited. */
#include "operators.h"

#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_file(const char *name)
{
    static char text[1 << 20];
    FILE *file = fopen(name, "r");
    size_t len = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (!file) perror(name), exit(2);
    text[len] = 0;
    fclose(file);
    return strdup(text);
}

/* An allocation that is larger than it need be cannot be told from one that is not. */
static bool allocates(const char *line, size_t len)
{
    static const char *const words[] = {"arena_make_many(", "arena_alloc(", "arena_grow(", "buf_reserve("};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (memmem(line, len, words[i], strlen(words[i]))) return true;
    return false;
}

/* Comments become blanks in both; what is quoted stays in `quoted` only, all else in `code` only. */
static void divide(const char *text, char *code, char *quoted)
{
    char within = 0; /* the quote, '*' in a comment, '#' in a directive */
    for (size_t i = 0; text[i]; i++) {
        char c = text[i];
        bool closes = within == '*' ? c == '/' && text[i - 1] == '*' : within == '#' ? c == '\n' : c == within;
        code[i] = c == '\n' || !within || (closes && within != '*') ? c : ' ';
        quoted[i] = c == '\n' || (within == '"' && !closes) ? c : ' ';
        if (within && closes)
            within = 0;
        else if (!within && c == '/' && text[i + 1] == '*')
            within = '*', code[i] = ' ';
        else if (!within && (c == '"' || c == '\''))
            within = c;
        else if (!within && c == '#' && (!i || text[i - 1] == '\n'))
            within = '#', code[i] = ' ';
        else if ((within == '"' || within == '\'') && c == '\\') {
            code[++i] = ' ';
            quoted[i] = text[i];
        }
    }
}

static uint64_t hash(uint64_t h, const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (at[i] != ' ') h = (h ^ (unsigned char)at[i]) * 1099511628211u;
    return h ^ h >> 29;
}

static uint64_t mix(uint64_t h)
{
    h = (h ^ h >> 31) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 32;
}

static void put(const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (at[i] != ' ' && at[i] != '\n')
            putchar(at[i]);
        else if (i && at[i - 1] != ' ' && at[i - 1] != '\n')
            putchar(' ');
    putchar('\t');
}

static bool is_loop(const char *line)
{
    line += strspn(line, " ");
    return !strncmp(line, "for (", 5);
}

static void offer(uint64_t seed, const char *name, const char *text, size_t from, size_t len, const struct operator* op)
{
    char by[24];
    size_t begin = from, end = from + len, line = 1;
    for (size_t i = 0; i < from; i++) line += text[i] == '\n';
    while (begin && text[begin - 1] != '\n') begin--;
    while (text[end] && text[end] != '\n') end++;
    bool counts = !strcmp(op->kind, "constant");
    if ((counts || !strcmp(op->kind, "comparison")) && is_loop(text + begin)) return;
    if (counts && allocates(text + begin, end - begin)) return;
    snprintf(by, sizeof by, "%s", op->by ? op->by : ";");
    if (op->by && !strcmp(op->by, "+1")) snprintf(by, sizeof by, "%ld", strtol(text + from, NULL, 10) + 1);
    uint64_t id = hash(hash(14695981039346656037u, name, strlen(name)), text + begin, end - begin);
    id = mix(hash(hash(id + from - begin, op->kind, strlen(op->kind)), by, strlen(by)));
    printf("%016llx\t%016llx\t%s\t%zu\t%zu\t%zu\t%s\t", (unsigned long long)mix(id ^ seed * 1099511628211u),
           (unsigned long long)id, name, line, from, len, op->kind);
    put(text + from, len);
    printf("%s\n", by);
}

static void list(uint64_t seed, const char *name)
{
    char *text = read_file(name), *code = calloc(1, strlen(text) + 2), *quoted = calloc(1, strlen(text) + 2);
    divide(text, code, quoted);
    for (const struct operator* op = operators; op < operators + sizeof operators / sizeof *operators; op++) {
        regex_t pattern;
        regmatch_t found[2];
        const char *in = op->quoted ? quoted : code;
        if (regcomp(&pattern, op->find, REG_EXTENDED | REG_NEWLINE)) abort();
        for (size_t at = 0;
             in[at] && !regexec(&pattern, in + at, 2, found, at && in[at - 1] != '\n' ? REG_NOTBOL : 0);) {
            size_t from = at + (size_t)found[1].rm_so, end = at + (size_t)found[1].rm_eo;
            if (!op->by) end = from + strcspn(in + from, ";") + 1;
            offer(seed, name, text, from, end - from, op);
            at = end > at ? end : at + 1;
        }
        regfree(&pattern);
    }
}

int main(int argc, char **argv)
{
    if (argc > 3 && !strcmp(argv[1], "list")) {
        for (int i = 3; i < argc; i++) list(strtoull(argv[2], NULL, 10), argv[i]);
        return 0;
    }
    if (argc != 6 || strcmp(argv[1], "apply")) return 2;
    char *text = read_file(argv[2]);
    size_t from = strtoull(argv[3], NULL, 10), len = strtoull(argv[4], NULL, 10);
    printf("%.*s%s%s", (int)from, text, argv[5], text + from + len);
    return 0;
}
