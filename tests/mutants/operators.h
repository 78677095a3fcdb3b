/* What is changed: guards, rights, locks, cursors, escaping. How far a loop runs is not among it: that is the business
 * of the sanitizers, which no mutant is tried with. */
#ifndef MERLON_MUTANTS_OPERATORS_H
#define MERLON_MUTANTS_OPERATORS_H

#include <stdbool.h>
#include <stddef.h>

/* What stands in brackets in `find` is replaced by `by`; NULL drops the statement that begins there, "+1" counts up. */
static const struct operator
{
    const char *kind;
    bool quoted; /* looked for within quotes, not outside */
    const char *find, *by;
}
operators[] = {
    {"comparison", false, " (==) ", "!="},
    {"comparison", false, " (!=) ", "=="},
    {"comparison", false, " (<) ", "<="},
    {"comparison", false, " (<=) ", "<"},
    {"comparison", false, " (>) ", ">="},
    {"comparison", false, " (>=) ", ">"},
    {"logic", false, " (&&)", "||"},
    {"logic", false, " (\\|\\|)", "&&"},
    {"negation", false, "[ (](!)[a-z*(]", ""},
    {"returned", false, "return (true);", "false"},
    {"returned", false, "return (false);", "true"},
    {"returned", false, "return (DENIED|CONFLICT|INVALID|NOT_FOUND|BUSY|BROKEN);", "OK"},
    {"result", false, "fail\\(&?[a-z>.-]*ctx, (DENIED|CONFLICT|INVALID|NOT_FOUND),", "BROKEN"},
    {"constant", false, " [<>=!]=? ([0-9]+)[^0-9.]", "+1"},
    {"constant", false, " [+-] ([0-9]+)[]);, ]", "+1"},
    {"flag", false, "( \\| (FIXED|LOCKED|BY_TRANSITION|UNIQUE|FINAL|KEPT|NO_CHANGE|NO_CREATE|MINE|PERSONAL))[ ,;)}]",
     ""},
    {"check dropped", false, "^ *(if \\([^;{}]*\\)[ \n]+return )", NULL},
    {"check dropped", false, "^ *(if \\([^;{}]*\\)[ \n]+fail_field\\()", NULL},
    {"check dropped", false, "^ *(TRY\\([a-z_]*(demand|check|may|refuse|hold|held|lock|verify|bounds)[a-z_]*\\()",
     NULL},
    {"rule dropped", false, "[ {](\\.(guard|check|independent_of|demands) = (\\{[^}]*\\}|[a-z_]+),?)", ""},
    {"case dropped", false, "^ *(case [^;{}]*: [^;{}]*; (break;)?)$", ""},
    {"sql", true, "( AND )", " OR "},
    {"sql", true, "[a-z_](<)[?a-z]", "<="},
    {"sql", true, "[a-z_](<=)[?a-z]", "<"},
    {"sql", true, "[a-z_](>)[?a-z]", ">="},
    {"sql", true, "[a-z_](>=)[?a-z]", ">"},
    {"sql", true, "[a-z_](<>)[?a-z']", "="},
    {"sql", true, "( IS NULL)", " IS NOT NULL"},
    {"sql", true, "( IS NOT NULL)", " IS NULL"},
};

#endif
