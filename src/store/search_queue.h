/* Inside this room only: what a group of writes on SQLite still has to tell the full-text index before it commits.
 * Savepoints that are rolled back take their part of the queue with them. */
#ifndef MERLON_STORE_SEARCH_QUEUE_H
#define MERLON_STORE_SEARCH_QUEUE_H

#include "store/driver.h"

struct search_queue *search_queue_new(void); /* NULL without memory */
void search_queue_free(struct search_queue *queue);

/* The words of a row, "" for none. False without memory, or where the connection has no queue. */
bool search_queue_add(struct db *db, int64_t row, struct str before, struct str after) MUST_USE;
size_t search_queue_length(const struct db *db);
void search_queue_cut(struct db *db, size_t length); /* back to what it was */
void search_queue_empty(struct db *db);

/* The numbers of registers, once read, until something is rolled back; 0 for one that is not known. */
int64_t search_queue_register(const struct db *db, struct str name);
void search_queue_learn(struct db *db, struct str name, int64_t number);

/* Writes it all to the index and empties the queue. */
enum result search_queue_flush(struct db *db) MUST_USE;

#endif
