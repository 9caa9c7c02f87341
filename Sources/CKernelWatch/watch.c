#include <errno.h>
#include <linux/bpf.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CKernelWatch.h"
#include "programs.h"

enum { KINDS = 5, RING = 8 << 20, SEEN_ENTRIES = 65536 };

struct kernel_watch {
    int ring, seen;
    int attached[KINDS];
    size_t page;
    volatile uint64_t *taken;  // the consumer's position
    const volatile uint64_t *filled;  // the producer's
    const char *data;
};

static int bpf(int command, union bpf_attr *attributes) {
    int result = (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
    return result < 0 ? -errno : result;
}

static int make_map(uint32_t type, uint32_t key, uint32_t value, uint32_t entries) {
    union bpf_attr attributes = {
        .map_type = type, .key_size = key, .value_size = value, .max_entries = entries};
    return bpf(BPF_MAP_CREATE, &attributes);
}

static int attach(const char *tracepoint, struct program *p) {
    // The helpers that read memory are for programs under licences like the kernel's only.
    static const char licence[] = "Dual MIT/GPL";
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT;
    attributes.insns = (uint64_t)(uintptr_t)p->code;
    attributes.insn_cnt = (uint32_t)p->length;
    attributes.license = (uint64_t)(uintptr_t)licence;
    int program = bpf(BPF_PROG_LOAD, &attributes);
    if (program < 0) return program;
    memset(&attributes, 0, sizeof attributes);
    attributes.raw_tracepoint.name = (uint64_t)(uintptr_t)tracepoint;
    attributes.raw_tracepoint.prog_fd = (uint32_t)program;
    int attached = bpf(BPF_RAW_TRACEPOINT_OPEN, &attributes);
    close(program);
    return attached;
}

// The ring: a page that we write, then the producer's page and the data, twice in a row so that
// no record is ever torn (Documentation/bpf/ringbuf.rst).
static int map_ring(struct kernel_watch *watch) {
    watch->page = (size_t)sysconf(_SC_PAGESIZE);
    void *own = mmap(
        NULL, watch->page, PROT_READ | PROT_WRITE, MAP_SHARED, watch->ring, 0);
    if (own == MAP_FAILED) return -errno;
    watch->taken = own;
    void *rest = mmap(
        NULL, watch->page + 2 * (size_t)RING, PROT_READ, MAP_SHARED, watch->ring,
        (off_t)watch->page);
    if (rest == MAP_FAILED) return -errno;
    watch->filled = rest;
    watch->data = (const char *)rest + watch->page;
    return 0;
}

int kernel_watch_open(
    uint64_t cgroup, int closely, struct kernel_watch **result, unsigned *missing) {
    struct kernel_watch *watch = calloc(1, sizeof *watch);
    struct program *programs = calloc(KINDS, sizeof *programs);
    if (!watch || !programs) {
        free(watch);
        free(programs);
        return -ENOMEM;
    }
    for (int kind = 0; kind < KINDS; kind++) watch->attached[kind] = -1;
    watch->seen = make_map(BPF_MAP_TYPE_HASH, 16, 8, SEEN_ENTRIES);
    watch->ring = make_map(BPF_MAP_TYPE_RINGBUF, 0, 0, RING);
    int problem = watch->seen < 0 ? watch->seen : watch->ring < 0 ? watch->ring : 0;
    if (problem == 0) problem = map_ring(watch);
    if (problem < 0) goto fail;

    write_calls(
        &programs[KERNEL_WATCH_CALL], cgroup, watch->ring, watch->seen, closely);
    write_capabilities(
        &programs[KERNEL_WATCH_CAPABILITY], cgroup, watch->ring, watch->seen, closely);
    write_kills(&programs[KERNEL_WATCH_KILL], cgroup, watch->ring);
    write_exits(&programs[KERNEL_WATCH_EXIT], cgroup, watch->ring);
    write_executions(&programs[KERNEL_WATCH_EXECUTION], cgroup, watch->ring);
    // What a refused one was to run is still there when it returns.
    int kinds = closely ? KINDS : KERNEL_WATCH_EXECUTION;
    static const char *const tracepoints[KINDS] = {
        "sys_exit", "cap_capable", "signal_generate", "sched_process_exit", "sys_enter"};
    *missing = 0;
    for (int kind = 0; kind < kinds; kind++) {
        watch->attached[kind] = attach(tracepoints[kind], &programs[kind]);
        if (watch->attached[kind] >= 0) continue;
        *missing |= 1u << kind;
        problem = watch->attached[kind];
    }
    if (*missing == (1u << kinds) - 1) goto fail;
    free(programs);
    *result = watch;
    return 0;
fail:
    free(programs);
    kernel_watch_close(watch);
    return problem;
}

int kernel_watch_take(struct kernel_watch *watch, struct kernel_watch_event *event) {
    uint64_t taken = *watch->taken;
    while (taken < __atomic_load_n(watch->filled, __ATOMIC_ACQUIRE)) {
        const char *record = watch->data + (taken & (RING - 1));
        uint32_t length = __atomic_load_n((const uint32_t *)record, __ATOMIC_ACQUIRE);
        if (length & BPF_RINGBUF_BUSY_BIT) return 0;
        uint32_t size = length & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
        int isEvent = !(length & BPF_RINGBUF_DISCARD_BIT) && size == sizeof *event;
        if (isEvent) memcpy(event, record + BPF_RINGBUF_HDR_SZ, sizeof *event);
        taken += (size + BPF_RINGBUF_HDR_SZ + 7) & ~(uint64_t)7;
        __atomic_store_n(watch->taken, taken, __ATOMIC_RELEASE);
        if (isEvent) return 1;
    }
    return 0;
}

void kernel_watch_close(struct kernel_watch *watch) {
    for (int kind = 0; kind < KINDS; kind++) {
        if (watch->attached[kind] >= 0) close(watch->attached[kind]);
    }
    if (watch->filled) munmap((void *)watch->filled, watch->page + 2 * (size_t)RING);
    if (watch->taken) munmap((void *)watch->taken, watch->page);
    if (watch->ring >= 0) close(watch->ring);
    if (watch->seen >= 0) close(watch->seen);
    free(watch);
}

int kernel_watch_call_name(int32_t number, char name[static 64]) {
    char *found = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
    if (!found) return 0;
    strncpy(name, found, 63);
    name[63] = 0;
    free(found);
    return 1;
}
