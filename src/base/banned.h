/* Calls that have caused more damage than they have saved typing. Using one does not compile. Instead: struct str and
 * struct buf (base/str.h, base/buf.h), parse_number (base/str.h), memcpy with a checked length. */
#ifndef MERLON_BASE_BANNED_H
#define MERLON_BASE_BANNED_H

/* The system headers that declare these must come first, or poisoning would break them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef sprintf /* a macro where clang meets _FORTIFY_SOURCE */
#pragma GCC poison strcpy strcat strncpy strncat stpcpy sprintf vsprintf gets strtok atoi atol atoll atof
#pragma GCC poison localtime gmtime ctime asctime tmpnam mktemp rand srand

#endif
