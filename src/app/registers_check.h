/* Are the registers of this program declared as they should be? What schema/lint.h finds, and what only the program as
 * a whole can know: that roles grant rights for the room, and that no table or address has the name already. Asked
 * before anything is made of the registers. */
#ifndef MERLON_APP_REGISTERS_CHECK_H
#define MERLON_APP_REGISTERS_CHECK_H

#include "base/ctx.h"
#include "schema/reg.h"

/* INVALID with everything that is wrong as field errors of the ctx. */
enum result registers_check(struct ctx *ctx, const struct reg *const *registers, size_t count,
                            const struct follow *const *follows) MUST_USE;

#endif
