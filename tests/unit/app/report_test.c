/* The reports over the real registers: what stands in them, as of a day, and for whom. */
#include "world.h"

#include "base/clock.h"
#include "format/xlsx.h"
#include "ledger/signer.h"
#include "records/signature.h"
#include "report/report.h"
#include "report/trace.h"

#include <unistd.h>

static enum result try_report(struct world *world, const char *name, enum report_format format, const char *language,
                              const struct parameter *pairs, size_t count, struct report_file *file)
{
    struct labels *labels;
    const struct report *report = report_find(str_of(name));
    assert_non_null(report);
    assert_ok(world, labels_of_assets(world->ctx, world->labels, 2, str_of(language), &labels));
    return report_run(world->ctx, report, format, pairs, count, labels, file);
}

static struct str run_in(struct world *world, const char *name, enum report_format format, const char *language,
                         struct parameter pair)
{
    struct report_file file;
    assert_ok(world, try_report(world, name, format, language, &pair, pair.name.len != 0, &file));
    const char *keep = getenv("MERLON_KEEP_REPORTS"); /* a folder: to look at what was printed */
    if (keep) {
        FILE *out = fopen(arena_print(world->ctx->arena, "%s/%s-%.*s", keep, language, PRINT(file.name)).at, "w");
        assert_non_null(out);
        assert_int_equal(fwrite(file.bytes.at, 1, file.bytes.len, out), file.bytes.len);
        fclose(out);
    }
    return file.bytes;
}

static struct str run(struct world *world, const char *name, enum report_format format)
{
    return run_in(world, name, format, "en", (struct parameter){0});
}

static struct str text_of(struct world *world, struct str pdf)
{
    char name[] = "/tmp/merlon-report-XXXXXX";
    int file = mkstemp(name);
    assert_true(file >= 0 && write(file, pdf.at, pdf.len) == (ssize_t)pdf.len);
    close(file);
    FILE *pipe = popen(arena_print(world->ctx->arena, "pdftotext -layout %s -", name).at, "r");
    struct buf out = buf_in(world->ctx->arena);
    for (size_t len = 1; len; out.len += len) {
        buf_reserve(&out, 4096);
        len = fread(out.at + out.len, 1, 4096, pipe);
    }
    pclose(pipe);
    unlink(name);
    return buf_str(&out);
}

static void assert_has(struct str text, const char *needle)
{
    size_t at;
    if (!str_find(text, str_of(needle), &at)) {
        print_error("\"%s\" is not in the text\n", needle);
        _fail(__FILE__, __LINE__);
    }
}

/* Every cell of a sheet, rows and cells separated by control characters. */
static struct str sheet_text(struct world *world, struct str book, const char *sheet, size_t *rows)
{
    struct xlsx_reader *reader;
    struct buf out = buf_in(world->ctx->arena);
    assert_ok(world, xlsx_open(world->ctx, book, &(struct table_options){.sheet = sheet}, &reader));
    for (*rows = 0;; ++*rows) {
        struct str *cells;
        size_t count;
        assert_ok(world, xlsx_row(world->ctx, reader, &cells, &count));
        if (!cells) return buf_str(&out);
        for (size_t i = 0; i < count; i++) buf_add(&out, cells[i]), buf_char(&out, '\x1f');
        buf_char(&out, '\x1e');
    }
}

static void approve(struct world *world)
{
    struct record_list lines;
    assert_ok(world, records_all(world->ctx, house_register(world->ctx->house, S("soa_line")), &lines));
    for (size_t i = 0; i < lines.count; i++) {
        int64_t id = record_id(lines.at[i]);
        bool out = i == 20;
        world_change(world, "soa_line", id,
                     out      ? "{'applicable': false, 'justification': 'No software is *developed* here.'}"
                     : i == 0 ? "{'reasons': ['RSK-1', 'OBL-1']}"
                              : "{'good_practice': true}");
    }
    world_move(world, "soa", 1, "submit", "{}");
    world->ctx->actor = &world->jens;
    world_move(world, "soa", 1, "approve", "{}");
    world->ctx->actor = &world->marta;
    world->ctx->now += DAY;
}

static void a_statement_has_every_control_and_its_approval(void **state)
{
    struct world *world = *state;
    approve(world);
    struct str text = text_of(world, run(world, "soa", REPORT_PDF));
    static const char *const expected[] = {"Statement of the group",
                                           "Nordlicht Shipping Group",
                                           "ISO/IEC 27001:2022",
                                           "Everything on shore.",
                                           "Marta Kowalczyk",
                                           "Jens Petersen",
                                           "2026-11-21",
                                           "Version 1",
                                           "RSK-1 Loss of",
                                           "OBL-1 NIS2",
                                           "CTL-1 Supplier",
                                           "Good practice",
                                           "No software is developed",
                                           "Technological controls",
                                           "Excluded controls",
                                           "Approved snapshot"};
    for (size_t i = 0; i < COUNT(expected); i++) assert_has(text, expected[i]);
    static const int sizes[] = {37, 8, 14, 34};
    for (int theme = 0; theme < 4; theme++)
        for (int i = 1; i <= sizes[theme]; i++)
            assert_has(text, arena_print(world->ctx->arena, "A.%d.%d ", theme + 5, i).at);
    size_t rows;
    sheet_text(world, run(world, "soa", REPORT_XLSX), "Statement of Applicability", &rows);
    assert_int_equal(rows, 94);
    struct str excluded = sheet_text(world, run(world, "soa", REPORT_XLSX), "Excluded controls", &rows);
    assert_int_equal(rows, 2);
    assert_has(excluded, "No software is developed here.");
}

static void a_draft_says_so_in_german_too(void **state)
{
    struct world *world = *state;
    struct str text = text_of(world, run_in(world, "soa", REPORT_PDF, "de", (struct parameter){0}));
    static const char *const expected[] = {"Erklärung zur Anwendbarkeit",
                                           "Dokumentenlenkung",
                                           "Erster Entwurf",
                                           "Seite 1 von",
                                           "Ausgeschlossene Maßnahmen",
                                           "Keine."};
    for (size_t i = 0; i < COUNT(expected); i++) assert_has(text, expected[i]);
}

static void as_of_a_day_it_is_what_was_exported_that_day(void **state)
{
    struct world *world = *state;
    size_t rows;
    world->ctx->now += HOUR;
    struct str before = sheet_text(world, run(world, "soa", REPORT_XLSX), "Statement of Applicability", &rows);
    int64_t then = world->ctx->now;
    world->ctx->now += 3 * DAY;
    world_change(world, "soa_line", 5, "{'good_practice': true, 'justification': 'Later.'}");
    world_change(world, "person", 1, "{'name': 'Marta Petersen'}");
    world_move(world, "control", 1, "implement", "{}");
    struct str after = sheet_text(world, run(world, "soa", REPORT_XLSX), "Statement of Applicability", &rows);
    assert_false(str_eq(before, after));
    world->ctx->as_of = then;
    struct str again = sheet_text(world, run(world, "soa", REPORT_XLSX), "Statement of Applicability", &rows);
    world->ctx->as_of = 0;
    assert_int_equal(rows, 94);
    assert_true(str_eq(before, again));
}

static void seal(struct world *world)
{
    assert_ok(world, ledger_signer_seal(world->ctx, world->program.signer));
}

static void a_report_ends_with_the_head_of_the_ledger(void **state)
{
    struct world *world = *state;
    struct report_head head;
    size_t rows, from, at;
    assert_false(str_find(text_of(world, run(world, "soa", REPORT_PDF)), S("Head of the ledger"), &at));
    seal(world);
    assert_ok(world, record_head_at(world->ctx, world->ctx->now, &head));
    assert_true(head.size > 100 && head.root.len == 64);
    static const char *const names[] = {"soa", "risk-register", "treatment-plan", "traceability"};
    for (size_t i = 0; i < COUNT(names); i++) {
        struct str pages = text_of(world, run(world, names[i], REPORT_PDF)), last = pages, page;
        while (str_cut(&pages, '\f', &page))
            if (str_trim(page).len) last = page;
        const struct str said[] = {S("Head of the ledger"), head.origin, str_slice(head.root, 0, 16), head.at,
                                   head.key};
        for (size_t k = 0; k < COUNT(said); k++) assert_has(last, arena_cstr(world->ctx->arena, said[k]));
        struct str sheet = sheet_text(world, run(world, names[i], REPORT_XLSX), "Document control", &rows);
        assert_true(str_find(sheet, head.root, &from) && str_find(sheet, head.origin, &at));
    }
}

static enum result alter(struct ctx *ctx, void *sql)
{
    return db_script(ctx, sql);
}

/* Whoever reads it on paper cannot ask merlon verify. */
static const char warning[] = "Changed outside of the program, and not what the ledger says";

static void change_by_hand(struct world *world, const char *sql)
{
    struct buf script = buf_in(world->ctx->arena);
    buf_print(&script, "%s%c", sql, 0);
    assert_ok(world, store_write(world->ctx, world->program.store, alter, script.at));
}

/* What stands beside `name` in the block of document control, which is the last sheet and the first page; "" for
 * nothing. */
static struct str said_of(struct world *world, const char *report, struct parameter pair, const char *name)
{
    size_t rows, at;
    struct str sheet = sheet_text(world, run_in(world, report, REPORT_XLSX, "en", pair), "Document control", &rows),
               value;
    if (!str_find(sheet, str_of(name), &at)) return S("");
    struct str rest = str_slice(sheet, at + strlen(name) + 1, sheet.len);
    assert_true(str_cut(&rest, '\x1f', &value));
    return value;
}

static void a_report_says_what_is_not_as_the_ledger_says(void **state)
{
    struct world *world = *state;
    static const struct parameter none = {0};
    seal(world);
    assert_int_equal(said_of(world, "risk-register", none, warning).len, 0);
    change_by_hand(world, "UPDATE risk SET title = 'Nothing to see' WHERE id = 2");
    assert_true(str_is(said_of(world, "risk-register", none, warning), "RSK-2"));
    struct str pages = text_of(world, run(world, "risk-register", REPORT_PDF)), first, last = S(""), page;
    assert_has(pages, "Nothing to see");
    assert_true(str_cut(&pages, '\f', &first));
    while (str_cut(&pages, '\f', &page))
        if (str_trim(page).len) last = page;
    const struct str both[] = {first, last};
    for (size_t i = 0; i < COUNT(both); i++) {
        assert_has(both[i], "Changed outside");
        assert_has(both[i], "RSK-2");
    }
    assert_has(last, "Records compared");
    change_by_hand(world, "UPDATE risk SET title = 'Nor here' WHERE id = 1");
    assert_true(str_is(said_of(world, "risk-register", none, warning), "RSK-1, RSK-2"));
}

/* A row that a list does not return is not held against anything by being read. */
static void a_report_names_what_was_taken_out_of_sight(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *report;
        struct parameter pair;
        const char *hidden, *back, *named;
    } cases[] = {
        {"risk-register",
         {S(""), S("")},
         "UPDATE risk SET deleted_at = changed_at WHERE id = 1",
         "UPDATE risk SET deleted_at = NULL WHERE id = 1",
         "RSK-1"},
        {"risk-register",
         {S("assessment"), S("RAS-1")},
         "UPDATE risk SET assessment = 2 WHERE id = 2",
         "UPDATE risk SET assessment = 1 WHERE id = 2",
         "RSK-2"},
        {"risk-register",
         {S(""), S("")},
         "CREATE TABLE kept AS SELECT * FROM acceptance; DELETE FROM acceptance",
         "INSERT INTO acceptance SELECT * FROM kept; DROP TABLE kept",
         "ACC-1"},
        {"treatment-plan",
         {S(""), S("")},
         "CREATE TABLE kept AS SELECT * FROM treatment_action; DELETE FROM treatment_action",
         "INSERT INTO treatment_action SELECT * FROM kept; DROP TABLE kept",
         "TRT-1, TRT-2"},
        {"traceability",
         {S(""), S("")},
         "UPDATE evidence SET deleted_at = changed_at WHERE id = 1",
         "UPDATE evidence SET deleted_at = NULL WHERE id = 1",
         "EVD-1"},
        {"soa",
         {S("soa"), S("SOA-1")},
         "UPDATE soa_line SET deleted_at = changed_at WHERE id IN (4, 7)",
         "UPDATE soa_line SET deleted_at = NULL",
         "SOL-4, SOL-7, SOA-1"},
        {"soa",
         {S("soa"), S("SOA-1")},
         "UPDATE soa_line SET soa = 2 WHERE id = 5",
         "UPDATE soa_line SET soa = 1 WHERE id = 5",
         "SOL-5, SOA-1"},
        {"treatment-plan",
         {S(""), S("")},
         "CREATE TABLE kept AS SELECT * FROM control WHERE id = 1; DELETE FROM control WHERE id = 1",
         "INSERT INTO control SELECT * FROM kept; DROP TABLE kept",
         "CTL-1"},
    };
    world_make(world, "risk_assessment", "{'title': 'Another', 'unit': 1, 'methodology': 1}");
    world_make(world, "soa", "{'title': 'Another', 'unit': 1, 'framework': 1}");
    seal(world);
    for (size_t i = 0; i < COUNT(cases); i++) {
        change_by_hand(world, cases[i].hidden);
        struct str named = said_of(world, cases[i].report, cases[i].pair, warning);
        if (!str_is(named, cases[i].named)) print_error("%s: %.*s\n", cases[i].hidden, PRINT(named));
        assert_true(str_is(named, cases[i].named));
        change_by_hand(world, cases[i].back);
        assert_int_equal(said_of(world, cases[i].report, cases[i].pair, warning).len, 0);
    }
}

/* An entry can be put in by whoever writes the database; only its MAC says whose it is. */
static void an_entry_that_was_put_in_hides_no_record(void **state)
{
    struct world *world = *state;
    static const struct parameter none = {0};
    world_delete(world, "risk", 3);
    seal(world);
    assert_int_equal(said_of(world, "risk-register", none, warning).len, 0);
    change_by_hand(world, "UPDATE risk SET deleted_at = changed_at WHERE id = 1");
    change_by_hand(
        world, "INSERT INTO ledger_entry SELECT 900000, at, actor, 'delete', subject, 1, 99, state_size, content_hash "
               "FROM ledger_entry WHERE subject = 'risk' AND record = 3 AND action = 'delete'");
    change_by_hand(
        world, "INSERT INTO ledger_state SELECT 900000, s.salt, s.comment, s.state FROM ledger_state s JOIN "
               "ledger_entry e ON e.id = s.entry WHERE e.subject = 'risk' AND e.record = 3 AND e.action = 'delete'");
    assert_true(str_is(said_of(world, "risk-register", none, warning), "RSK-1"));
}

/* A reader of one unit is told neither of what lies elsewhere nor that it is hidden there. */
static void what_one_may_not_read_is_not_named(void **state)
{
    struct world *world = *state;
    static const struct parameter none = {0};
    struct actor stranger = {.user = 9, .name = S("Nobody")};
    seal(world);
    change_by_hand(world, "UPDATE risk SET deleted_at = changed_at WHERE id = 1");
    world->ctx->actor = &stranger;
    struct str named = said_of(world, "risk-register", none, warning);
    world->ctx->actor = &world->marta;
    assert_int_equal(named.len, 0);
}

static void who_approved_is_held_too(void **state)
{
    struct world *world = *state;
    static const struct parameter none = {0};
    approve(world);
    seal(world);
    assert_int_equal(said_of(world, "soa", none, warning).len, 0);
    int64_t approver = world->jens.user;
    change_by_hand(
        world,
        arena_print(world->ctx->arena, "UPDATE \"user\" SET name = 'Another' WHERE id = %lld", (long long)approver).at);
    struct str named = said_of(world, "soa", none, warning);
    assert_true(str_eq(named, arena_print(world->ctx->arena, "user %lld", (long long)approver)));
    assert_true(str_is(said_of(world, "soa", none, "Approved by"), "Another"));
}

static void each_record_counts_once(void **state)
{
    struct world *world = *state;
    static const struct parameter none = {0};
    seal(world);
    struct str before = said_of(world, "risk-register", none, "Records compared with the ledger");
    int64_t count, more;
    assert_true(parse_number(before, &count));
    for (int i = 0; i < 25; i++) world_make(world, "risk", "{'title': 'One more', 'unit': 1, 'assessment': 1}");
    assert_true(parse_number(said_of(world, "risk-register", none, "Records compared with the ledger"), &more));
    assert_int_equal(more, count + 25);
    change_by_hand(world, "UPDATE risk SET title = 'Nothing to see'");
    struct str named = said_of(world, "risk-register", none, warning), one;
    size_t names = 0;
    assert_true(named.len > 4 && str_is(str_slice(named, named.len - 4, named.len), " ..."));
    named = str_slice(named, 0, named.len - 4);
    while (str_cut(&named, ',', &one)) names++;
    assert_int_equal(names, 20);
}

static void an_approved_version_is_printed_the_same_for_ever(void **state)
{
    struct world *world = *state;
    struct parameter version = {S("version"), S("SOV-1")};
    approve(world);
    seal(world);
    struct str first = run_in(world, "soa", REPORT_PDF, "en", version);
    assert_has(text_of(world, first), "Head of the ledger");
    world->ctx->now += 30 * (int64_t)DAY;
    world_change(world, "soa_line", 3, "{'applicable': false, 'justification': 'No more.'}");
    world_change(world, "person", 1, "{'name': 'Marta Petersen'}");
    world_delete(world, "control", 1);
    seal(world);
    struct str second = run_in(world, "soa", REPORT_PDF, "en", version);
    assert_true(str_eq(first, second));
    assert_has(text_of(world, second), "SOV-1");
    struct str live = text_of(world, run(world, "soa", REPORT_PDF));
    assert_has(live, "Draft after version 1");
    assert_has(live, "No more.");
}

static void a_risk_register_has_method_matrix_and_risks(void **state)
{
    struct world *world = *state;
    struct str text = text_of(world, run(world, "risk-register", REPORT_PDF));
    static const char *const expected[] = {"Risk method", "Almost certain",   "Financial, Operational, Legal",
                                           "RSK-1",       "Loss of position", "High (4×4)",
                                           "(5×5)",       "Low (2×2)",        "Not rated yet",
                                           "2027-03-31",  "Refit in March.",  "Jens Petersen",
                                           "Modify"};
    for (size_t i = 0; i < COUNT(expected); i++) assert_has(text, expected[i]);
    size_t rows, high, very_high;
    struct str risks = sheet_text(world, run(world, "risk-register", REPORT_XLSX), "Risk", &rows);
    assert_int_equal(rows, 4);
    assert_true(str_find(risks, S("RSK-2"), &very_high) && str_find(risks, S("RSK-1"), &high) && very_high < high);
    struct str matrix = sheet_text(world, run(world, "risk-register", REPORT_XLSX), "Risk matrix", &rows);
    assert_int_equal(rows, 26);
    assert_has(matrix, "Almost certain\x1fSevere\x1fVery high\x1f"
                       "1\x1f");
    assert_has(matrix, "Likely\x1fMajor\x1fHigh\x1f"
                       "1\x1f");
}

static void a_register_of_one_assessment_leaves_the_others_out(void **state)
{
    struct world *world = *state;
    size_t rows;
    world_make(world, "risk_assessment", "{'title': 'Another', 'unit': 1, 'methodology': 1}");
    world_make(world, "risk", "{'title': 'Elsewhere', 'unit': 1, 'assessment': 2}");
    struct parameter pair = {S("assessment"), S("RAS-2")};
    sheet_text(world, run_in(world, "risk-register", REPORT_XLSX, "en", pair), "Risk", &rows);
    assert_int_equal(rows, 2);
}

static void a_treatment_plan_tells_what_is_late(void **state)
{
    struct world *world = *state;
    size_t rows;
    struct str plan = sheet_text(world, run(world, "treatment-plan", REPORT_XLSX), "Treatment action", &rows);
    assert_int_equal(rows, 3);
    assert_has(plan, "RSK-1 Loss of position data  ·  Modify\x1fTRT-1\x1f"
                     "Encrypt the link\x1f"
                     "CTL-1 Supplier reviews\x1f"
                     "Marta Kowalczyk\x1f"
                     "2026-11-01\x1f\x1fOverdue");
    assert_has(plan, "2026-12-24\x1f\x1fPlanned");
    assert_has(text_of(world, run(world, "treatment-plan", REPORT_PDF)), "Encrypt the link");
}

static bool breaks(const struct trace *trace, enum trace_kind kind, const char *reg, int64_t id)
{
    for (size_t i = 0; i < trace->count; i++)
        if (trace->at[i].kind == kind && str_is(str_of(trace->at[i].record->reg->name), reg) &&
            record_id(trace->at[i].record) == id)
            return true;
    return false;
}

static struct trace find_breaks(struct world *world)
{
    struct labels *labels;
    struct trace trace;
    assert_ok(world, labels_of_assets(world->ctx, world->labels, 2, S("en"), &labels));
    assert_ok(world, trace_find(world->ctx, reading_new(world->ctx, labels), &trace));
    return trace;
}

static void each_kind_of_break_is_found_and_nothing_else(void **state)
{
    struct world *world = *state;
    approve(world);
    int64_t line = world_find(world, "soa_line", "requirement", 4); /* met by CTL-2 */
    world_change(world, "risk", 3, "{'controls': [2]}");
    world_change(world, "soa_line", line, "{'applicable': false, 'justification': 'Not here.'}");
    world_make(world, "control", "{'title': 'Nobody asked for it', 'unit': 1}");
    world_make(world, "evidence", "{'title': 'Loose', 'unit': 1}");
    world_move(world, "obligation", 1, "end", "{}");
    struct trace trace = find_breaks(world);
    int64_t cites = world_find(world, "soa_line", "requirement", 2);
    assert_true(breaks(&trace, RISK_WITHOUT_CONTROL, "risk", 2));
    assert_false(breaks(&trace, RISK_WITHOUT_CONTROL, "risk", 1));
    assert_true(breaks(&trace, LINE_WITHOUT_CONTROL, "soa_line", world_find(world, "soa_line", "requirement", 5)));
    assert_true(breaks(&trace, CONTROL_WITHOUT_PROOF, "control", 2));
    assert_false(breaks(&trace, CONTROL_WITHOUT_PROOF, "control", 1));
    assert_true(breaks(&trace, EVIDENCE_WITHOUT_USE, "evidence", 2));
    assert_false(breaks(&trace, EVIDENCE_WITHOUT_USE, "evidence", 1));
    assert_true(breaks(&trace, CONTROL_WITHOUT_USE, "control", 3));
    assert_true(breaks(&trace, EXCLUDED_BUT_NEEDED, "soa_line", line));
    assert_true(breaks(&trace, REASON_GONE, "soa_line", cites));
    assert_false(breaks(&trace, LINE_WITHOUT_REASON, "soa_line", cites));
    world_change(world, "soa_line", cites, "{'reasons': []}");
    trace = find_breaks(world);
    assert_true(breaks(&trace, LINE_WITHOUT_REASON, "soa_line", cites));
    assert_false(breaks(&trace, REASON_GONE, "soa_line", cites));
}

static void traceability_is_printed(void **state)
{
    struct world *world = *state;
    struct str text = text_of(world, run(world, "traceability", REPORT_PDF));
    static const char *const expected[] = {"From need to proof", "From what is there to why", "RSK-2", "To be mended",
                                           "Nothing found"};
    for (size_t i = 0; i < COUNT(expected); i++) assert_has(text, expected[i]);
}

static void wrong_parameters_are_refused(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *report;
        struct parameter pair;
        enum result result;
    } cases[] = {
        {"soa", {S("soa"), S("SOA-9")}, NOT_FOUND},
        {"soa", {S("soa"), S("RSK-1")}, INVALID},
        {"soa", {S("soa"), S("'; DROP")}, INVALID},
        {"soa", {S("nonsense"), S("1")}, INVALID},
        {"soa", {S("version"), S("SOV-7")}, NOT_FOUND},
        {"soa", {S("paper"), S("a3")}, INVALID},
        {"risk-register", {S("assessment"), S("-1")}, NOT_FOUND},
    };
    struct report_file file;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(try_report(world, cases[i].report, REPORT_PDF, "en", &cases[i].pair, 1, &file),
                         cases[i].result);
        assert_true(world->ctx->error.sentence.len > 0);
        ctx_clear_error(world->ctx);
    }
    enum report_format format;
    assert_int_equal(report_format_of(world->ctx, S("docx"), &format), INVALID);
    ctx_clear_error(world->ctx);
    assert_int_equal(report_format_of(world->ctx, S("xlsx"), &format), OK);
    assert_int_equal(format, REPORT_XLSX);
    assert_null(report_find(S("nonsense")));
}

static void a_stranger_is_shown_nothing(void **state)
{
    struct world *world = *state;
    struct report_file file;
    struct actor stranger = {.user = 9, .name = S("Nobody")};
    world->ctx->actor = &stranger;
    assert_int_equal(try_report(world, "soa", REPORT_PDF, "en", &(struct parameter){S("soa"), S("1")}, 1, &file),
                     NOT_FOUND);
    ctx_clear_error(world->ctx);
    assert_int_equal(try_report(world, "soa", REPORT_PDF, "en", NULL, 0, &file), NOT_FOUND);
    ctx_clear_error(world->ctx);
    assert_ok(world, try_report(world, "risk-register", REPORT_PDF, "en", NULL, 0, &file));
    struct str text = text_of(world, file.bytes);
    size_t at;
    assert_false(str_find(text, S("Loss of position"), &at));
    assert_false(str_find(text, S("Nordlicht"), &at));
    world->ctx->actor = &world->marta;
}

static void a_file_is_named_after_document_and_day(void **state)
{
    struct world *world = *state;
    struct report_file file;
    assert_ok(world, try_report(world, "soa", REPORT_XLSX, "en", NULL, 0, &file));
    assert_true(str_is(file.name, "SOA-1-2026-11-21.xlsx"));
    assert_true(str_is(str_of(file.content_type), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"));
    assert_ok(world, try_report(world, "traceability", REPORT_PDF, "en", NULL, 0, &file));
    assert_true(str_is(file.name, "traceability-2026-11-21.pdf"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_statement_has_every_control_and_its_approval),
        TEST(a_draft_says_so_in_german_too),
        TEST(as_of_a_day_it_is_what_was_exported_that_day),
        TEST(a_report_ends_with_the_head_of_the_ledger),
        TEST(a_report_says_what_is_not_as_the_ledger_says),
        TEST(a_report_names_what_was_taken_out_of_sight),
        TEST(an_entry_that_was_put_in_hides_no_record),
        TEST(what_one_may_not_read_is_not_named),
        TEST(who_approved_is_held_too),
        TEST(each_record_counts_once),
        TEST(an_approved_version_is_printed_the_same_for_ever),
        TEST(a_risk_register_has_method_matrix_and_risks),
        TEST(a_register_of_one_assessment_leaves_the_others_out),
        TEST(a_treatment_plan_tells_what_is_late),
        TEST(each_kind_of_break_is_found_and_nothing_else),
        TEST(traceability_is_printed),
        TEST(wrong_parameters_are_refused),
        TEST(a_stranger_is_shown_nothing),
        TEST(a_file_is_named_after_document_and_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
