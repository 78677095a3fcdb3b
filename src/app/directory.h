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
/* The same for the database alone, which is closed: after a restore that failed. */
void directory_clear_database(struct program *program);

/* While a restore fills a SQLite database that was not there before, and after one that was cut off, a file in the
 * directory says so: the database may lack all, or its verification, and the next restore takes its place. CONFLICT
 * with what to do. */
bool directory_restore_is_unfinished(struct program *program);
enum result directory_demand_restored(struct program *program) MUST_USE;
enum result directory_begin_restore(struct program *program) MUST_USE;
enum result directory_end_restore(struct program *program) MUST_USE;

/* Nobody else writes from here to program_close. Waits five seconds for another program to end; BUSY, naming it. */
enum result directory_hold(struct program *program) MUST_USE;
/* The same without waiting: program->lock.held says whether it was to be had. */
enum result directory_try_hold(struct program *program, struct lock_holder *holder) MUST_USE;

#endif
