// What the kernel is asked by the processes below one control group, and what it refuses: five
// small BPF programs on raw tracepoints, loaded through bpf(2) without any library.
#pragma once

#include <stdint.h>

enum {
    KERNEL_WATCH_CALL = 0,        // a system call returned
    KERNEL_WATCH_CAPABILITY = 1,  // a capability was checked
    KERNEL_WATCH_KILL = 2,        // a system call filter killed
    KERNEL_WATCH_EXIT = 3,        // a thread ended
    KERNEL_WATCH_EXECUTION = 4,   // execve(2) or execveat(2) begins; only where looked at closely
};

enum { KERNEL_WATCH_TEXT = 160, KERNEL_WATCH_LEVELS = 8 };

struct kernel_watch_event {
    uint64_t cgroup;  // the inode of its directory
    // Those that it is below, from the top; systemd runs a unit's further commands in one below
    // the unit's. 0 for none.
    uint64_t ancestors[KERNEL_WATCH_LEVELS];
    uint64_t nanoseconds;  // CLOCK_MONOTONIC
    uint32_t process;  // in the initial PID namespace
    uint32_t thread;
    int32_t kind;
    int32_t number;  // of the system call, or the capability
    int64_t result;  // -errno, or what the call returned
    uint64_t arguments[4];
    char command[16];
    // What the first two arguments point at, as far as they point at anything; of a socket's
    // address what follows its family, and the whole.
    char first[KERNEL_WATCH_TEXT];
    char second[KERNEL_WATCH_TEXT];
};

struct kernel_watch;

// Watches the processes below the control group with this inode number; with `closely`, also the
// first of each kind of call that succeeds, every one that names a path or an address, and the first
// that sends to an address.
// Returns 0, or -errno; `missing` gets a bit (1 << kind) for what this kernel cannot tell.
int kernel_watch_open(
    uint64_t cgroup, int closely, struct kernel_watch **watch, unsigned *missing);

// Copies the oldest event that was not taken yet; 0 when there is none.
int kernel_watch_take(struct kernel_watch *watch, struct kernel_watch_event *event);

void kernel_watch_close(struct kernel_watch *watch);

// The name of a system call of this machine's architecture, such as "openat"; 0 if it has none.
int kernel_watch_call_name(int32_t number, char name[static 64]);
