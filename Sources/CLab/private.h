#ifndef CLAB_PRIVATE_H
#define CLAB_PRIVATE_H

#include "CLab.h"

// Runs the steps in order. 0, or -1 with errno set and the index of the failed step in `failed`.
int lab_take_steps(const struct lab_step *steps, size_t count, int32_t *failed);

// Default dispositions for all signals, as a fresh process has them; the mask is left alone.
void lab_reset_signals(void);

// SIGKILL when the process behind `parent` (a pidfd) ends, and at once if it already has.
// The pidfd closes the gap between fork and prctl; getppid() cannot: it is 0 across pid namespaces.
void lab_die_with(int parent);

#endif
