/* Documents made up for the tests of printing. */
#include "report/sample.h"

#include <unistd.h>

static const struct grid_column columns[] = {
    {S("Control"), 6, .strong = true}, {S("Title"), 22},  {S("Applicable"), 9}, {S("Reasons"), 18},
    {S("Justification"), 26},          {S("Status"), 15}, {S("Owner"), 14},     {S("Tested"), 9},
};

static const struct series statuses[] = {
    {S("Not started"), RING, 0x5a6675}, {S("Planned"), QUARTER, 0x1d64b4}, {S("Partly implemented"), HALF, 0xa35f00},
    {S("Implemented"), DISC, 0x2b7a78}, {S("Effective"), TICK, 0x1b7f4b},
};

struct ctx sample_ctx(struct arena *arena)
{
    return (struct ctx){.arena = arena, .now = INT64_C(1795285260000), .language = S("en")};
}

static struct grid *lines_grid(struct ctx *ctx, size_t lines)
{
    static const char *const themes[] = {"5  Organisational controls", "6  People controls", "7  Physical controls",
                                         "8  Technological controls"};
    struct grid *grid = grid_new(ctx->arena, S("Statement of Applicability"), columns, COUNT(columns));
    grid->group_label = S("Theme");
    for (size_t i = 0; i < lines; i++) {
        const struct series *status = &statuses[i * 7 % 5];
        if (i * 4 / lines != (i ? (i - 1) * 4 / lines : 9)) grid_group(grid, str_of(themes[i * 4 / lines]));
        struct cell *cells = grid_row(grid);
        cells[0] = cell_text(arena_print(ctx->arena, "%zu.%zu", 5 + i * 4 / lines, i + 1));
        cells[1] = cell_text(S("Policies for information security"));
        cells[2] = cell_mark(i % 9 ? S("Yes") : S("No"), i % 9 ? TICK : DASH, i % 9 ? 0x1b7f4b : 0x5a6675);
        cells[3] = cell_text(S("RSK-12 Loss of the ship's position data; OBL-3 NIS2, Article 21"));
        cells[4] = cell_text(i % 5 ? S("Follows from the treatment of the risks named, and from what the customers' "
                                       "contracts ask for.")
                                   : S("Good practice."));
        cells[5] = cell_mark(status->label, status->mark, status->colour);
        cells[6] = cell_text(S("Marta Kowalczyk"));
        cells[7] = cell_date(S("2026-11-21"));
    }
    return grid;
}

static const struct fact control[] = {
    {S("Document"), {.text = S("Statement of Applicability")}},
    {S("Reference"), {.text = S("SOA-1")}},
    {S("Version"), {.text = S("3")}},
    {S("Status"), {.text = S("Approved"), .mark = TICK, .colour = 0x1b7f4b}},
    {S("Classification"), {.text = S("Confidential")}},
    {S("Organisation"), {.text = S("Nordlicht Shipping Group")}},
    {S("Owner"), {.text = S("Marta Kowalczyk, Chief Information Security Officer")}},
    {S("Approved by"), {.text = S("Jens Petersen, Managing Director")}},
    {S("Approved on"), {.text = S("2026-11-21")}},
    {S("Snapshot (SHA-256)"),
     {.text = S("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")},
     .code = true},
    {S("Signature key"), {.text = S("ed25519:Kq3xM0v2b1S8")}, .code = true},
    {S("Nothing"), {.text = S("")}},
};

static void add_summary(struct document *document)
{
    static const struct figure figures[] = {
        {S("controls"), 93, 0},         {S("applicable"), 87, 0x1b7f4b}, {S("excluded"), 6, 0x5a6675},
        {S("effective"), 41, 0x1b7f4b}, {S("not started"), 9, 0xb3261e},
    };
    static const int64_t counts[4][5] = {{4, 6, 9, 10, 8}, {0, 1, 2, 3, 2}, {2, 0, 3, 5, 4}, {3, 5, 6, 9, 11}};
    static const struct bar themes[] = {
        {S("5  Organisational"), counts[0]},
        {S("6  People"), counts[1]},
        {S("7  Physical"), counts[2]},
        {S("8  Technological"), counts[3]},
    };
    static const struct bars bars = {S("Summary"), S("Theme"), S("Total"), statuses, COUNT(statuses), themes, 4};
    document_heading(document, 1, S("Summary"));
    document_paragraph(document, S("This statement lists every control of ISO/IEC 27001:2022, Annex A, says whether it "
                                   "applies and why, and how far it is implemented. The status is computed from "
                                   "measures, their tests and their evidence; nobody has typed it."));
    document_figures(document, S("Figures"), figures, COUNT(figures));
    document_heading(document, 2, S("Implementation by theme"));
    document_bars(document, &bars);
}

static void add_matrix(struct document *document)
{
    static const struct series levels[] = {{S("Low"), SQUARE, 0x8fc79a},
                                           {S("Medium"), SQUARE, 0xf2d16b},
                                           {S("High"), SQUARE, 0xe8965a},
                                           {S("Very high"), SQUARE, 0xc23b3b}};
    static const struct str likelihood[] = {S("Rare"), S("Unlikely"), S("Possible"), S("Likely"), S("Almost certain")};
    static const struct str consequence[] = {S("Negligible"), S("Minor"), S("Moderate"), S("Major"), S("Severe")};
    static const size_t cells[] = {0, 0, 0, 1, 1, 0, 0, 1, 1, 2, 0, 1, 1, 2, 2, 1, 1, 2, 2, 3, 1, 2, 2, 3, 3};
    static const int64_t counts[] = {0, 2, 1, 0, 0, 3, 0, 4, 1, 0, 0, 5, 7, 2, 0, 1, 0, 3, 1, 2, 0, 0, 1, 0, 1};
    static const struct matrix matrix = {.name = S("Risk matrix"),
                                         .row_axis = S("Likelihood"),
                                         .column_axis = S("Consequence"),
                                         .level_label = S("Level"),
                                         .count_label = S("Risks"),
                                         .row_labels = likelihood,
                                         .column_labels = consequence,
                                         .rows = 5,
                                         .columns = 5,
                                         .levels = levels,
                                         .level_count = 4,
                                         .cells = cells,
                                         .counts = counts};
    document_heading(document, 1, S("Risks"));
    document_paragraph(document, S("Current rating of all open risks."));
    document_matrix(document, &matrix);
}

static struct document *new_document(struct ctx *ctx)
{
    struct document *document = document_new(ctx, S("Statement of Applicability"));
    document->subtitle = S("ISO/IEC 27001:2022, Annex A · Nordlicht Shipping Group and its vessels");
    document->organisation = S("Nordlicht Shipping Group");
    document->reference = S("SOA-1");
    document->version = S("Version 3");
    document->classification = S("Confidential");
    document->status = cell_mark(S("Approved"), TICK, 0x1b7f4b);
    document->control = control;
    document->control_count = COUNT(control);
    return document;
}

struct document *sample_document(struct ctx *ctx, size_t lines)
{
    struct document *document = new_document(ctx);
    document->landscape = true;
    add_summary(document);
    add_matrix(document);
    document_heading(document, 1, S("Controls"));
    document_grid(document, lines_grid(ctx, lines));
    return document;
}

struct document *sample_grid(struct ctx *ctx, struct grid *grid)
{
    struct document *document = new_document(ctx);
    document_heading(document, 1, S("Rows"));
    document_grid(document, grid);
    return document;
}

static void write_all(int file, struct str bytes)
{
    while (bytes.len) {
        ssize_t written = write(file, bytes.at, bytes.len);
        if (written <= 0) abort();
        bytes = str_slice(bytes, (size_t)written, bytes.len);
    }
}

struct str sample_run(struct ctx *ctx, const char *command, struct str bytes)
{
    char name[] = "/tmp/merlon-report-XXXXXX";
    int file = mkstemp(name);
    if (file < 0) abort();
    write_all(file, bytes);
    close(file);
    FILE *pipe = popen(arena_print(ctx->arena, "file=%s; %s 2>&1", name, command).at, "r");
    struct buf out = buf_in(ctx->arena);
    for (;;) {
        buf_reserve(&out, 4096);
        size_t len = fread(out.at + out.len, 1, 4096, pipe);
        if (!len) break;
        out.len += len;
    }
    pclose(pipe);
    unlink(name);
    return buf_str(&out);
}

struct str sample_pdf_text(struct ctx *ctx, struct str pdf)
{
    return sample_run(ctx, "pdftotext -layout $file -", pdf);
}

size_t sample_count(struct str text, const char *needle)
{
    size_t count = 0, at;
    while (str_find(text, str_of(needle), &at)) {
        count++;
        text = str_slice(text, at + 1, text.len);
    }
    return count;
}
