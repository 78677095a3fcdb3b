/* The data directory as a place: what lies in it, and that one program at a time writes it. */
#ifndef MERLON_APP_DIRECTORY_H
#define MERLON_APP_DIRECTORY_H

#include "app/program.h"

enum result directory_make(struct program *program) MUST_USE;
/* Is there a database? An empty file is none. Always true for PostgreSQL. */
bool directory_has_database(struct program *program);
/* INVALID with what to do when there is none: a mistyped directory must not be filled with a new one. */
enum result directory_demand_database(struct program *program) MUST_USE;
/* INVALID where a new database would be made beside what an earlier one has left: its log would be lost, and its keys
 * would sign another history. `keys`: these count too. */
enum result directory_demand_unused(struct program *program, bool keys) MUST_USE;
/* After a first start that failed in a directory that held nothing: what it made goes, so that it can be repeated. */
void directory_clear(struct program *program);

/* A restore fills the SQLite database under the name merlon.db.restoring; its last step renames it. So merlon.db is
 * whole wherever a restore is cut off, and none ever removes it. CONFLICT with what to do where one has not come to its
 * end; beside a merlon.db, where no restore leaves it, that is logged as a warning. On PostgreSQL all of these are OK.
 */
enum result directory_demand_restored(struct program *program) MUST_USE;
/* With the lock held, before anything is made: CONFLICT where there is a database; INVALID where what bears one of the
 * names is a link, another's file, or what an earlier database has left. *unfinished: of a restore that was cut off
 * something is there, to be cleared before the next. */
enum result directory_begin_restore(struct program *program, bool *unfinished) MUST_USE;
enum result directory_clear_restore(struct program *program) MUST_USE; /* the database is closed */
enum result directory_end_restore(struct program *program) MUST_USE;   /* the same */

/* Nobody else writes from here to program_close. Waits five seconds for another program to end; BUSY, naming it. */
enum result directory_hold(struct program *program) MUST_USE;
/* The same without waiting: program->lock.held says whether it was to be had. */
enum result directory_try_hold(struct program *program, struct lock_holder *holder) MUST_USE;

#endif
