/* Lines on standard error, in JSON or as text. Never a secret, never personal data: ids and references only. */
#ifndef MERLON_BASE_LOG_H
#define MERLON_BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* Pairs of (const char *name, int64_t number), closed by NULL:
 *     log_line(LOG_INFO, "listening", "port", (int64_t)8080, NULL); */
void log_line(enum log_level level, const char *what, ...) __attribute__((sentinel));
/* The same with one text value, escaped. */
void log_text(enum log_level level, const char *what, const char *name, struct str value);
void log_threshold(enum log_level least); /* once, before threads start; default LOG_INFO */
/* Once, before threads start: lines as a person reads them, like what a command says:
 *     merlon: warning: checkpoint failed (code 5) */
void log_as_text(bool text);

#endif
