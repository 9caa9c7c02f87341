#ifndef CLAB_ENTRY_H
#define CLAB_ENTRY_H

#include "cprogram.h"
#include "private.h"

#include <linux/filter.h>
#include <poll.h>
#include <time.h>

// All that the program knows. It is loaded at PROGRAM_DATA, so that pointers in it hold.
struct knowledge {
    struct sock_fprog filter;
    uint64_t withheld; // capabilities
    uint64_t namespaces;
    uint64_t no_signals;
    struct timespec no_time;
    struct pollfd supervisor;
    struct lab_refusal refusal;
    int32_t is_caged;
    const char *zero; // "0": who writes it to a cgroup.procs moves itself
    const char *shell;
    const char *const *places; // paths at which the command may be
    const char **arguments;    // behind a free place
    const char *const *environment;
};

// Where the program begins: alone in its section, which is copied.
void lab_way_in(void);
extern const uint8_t lab_code_start[] __asm__("__start_lab_entry");
extern const uint8_t lab_code_end[] __asm__("__stop_lab_entry");

#endif
