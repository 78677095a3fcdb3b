/* Threads that no signal is delivered to: those are for whoever waits for them. */
#ifndef MERLON_BASE_THREAD_H
#define MERLON_BASE_THREAD_H

#include "base/result.h"

#include <pthread.h>

/* 0, or what pthread_create says. For every thread that may start before the program has blocked its signals. */
int thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg) MUST_USE;

#endif
