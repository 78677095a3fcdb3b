/* What is wrong with the declarations of registers. The compiler takes any text for a state, a field or a register;
 * this finds names that lead nowhere and members that contradict each other, before a database is made of them. The
 * program asks when it starts, and `make check` does (docs/adding-a-register.md). */
#ifndef MERLON_SCHEMA_LINT_H
#define MERLON_SCHEMA_LINT_H

#include "base/ctx.h"
#include "schema/reg.h"

/* INVALID with everything that is wrong as field errors of the ctx. They point to where in the declaration it is,
 * "/lesson/fields/kind" or "/lesson/transitions/finish", and say what to write instead. `follows` is a list as
 * follow_list, or NULL. Not looked at here, as other rooms know: whether `room` is one that roles grant rights for, and
 * whether the name is that of a table or an address of the program's own (app/registers_check.h). */
enum result registers_lint(struct ctx *ctx, const struct reg *const *registers, size_t count,
                           const struct follow *const *follows) MUST_USE;

#endif
