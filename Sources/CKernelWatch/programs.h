#pragma once

#include "program.h"

void write_calls(struct program *p, uint64_t cgroup, int ring, int seen, int closely);
void write_capabilities(struct program *p, uint64_t cgroup, int ring, int seen, int closely);
void write_kills(struct program *p, uint64_t cgroup, int ring);
void write_executions(struct program *p, uint64_t cgroup, int ring);
void write_exits(struct program *p, uint64_t cgroup, int ring);
