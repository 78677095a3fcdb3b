/* The least a handler could do, to compare with: libmicrohttpd and SQLite called directly, in a process of its own.
 *   GET  anything: the list of world_list from LIST_DIRECTORY, the same SQL and the same bytes
 *   POST anything: a row of the same columns into the risks of INSERT_DIRECTORY, durable, committed in groups
 * No rights, no checks, no ledger, no search, no links, no history. */
#ifndef MERLON_BENCH_BARE_H
#define MERLON_BENCH_BARE_H

/* Prints the address, answers until SIGTERM. The exit status of the program. */
int bare_serve(const char *list_directory, const char *insert_directory);

#endif
