#include "programs.h"

#include <errno.h>
#include <linux/ptrace.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "CKernelWatch.h"

// Register use: r6 the tracepoint's arguments, r7 the event, r8 and r9 short-lived.

#if defined(__x86_64__)
// struct pt_regs of <asm/ptrace.h>: di, si, dx, r10, and the number in orig_ax.
static const int argument_offsets[4] = {112, 104, 96, 56};
static const int fifth_offset = 72;  // r8
static const int number_offset = 120;
#elif defined(__aarch64__)
// x0 holds the result by then; its old value and the number follow the user_pt_regs.
static const int argument_offsets[4] = {272, 8, 16, 24};
static const int fifth_offset = 32;
static const int number_offset = 280;
#else
#error "the layout of pt_regs on this architecture is not known here"
#endif

enum { SCRATCH = -8, KEY = -24, SEEN = -32, POINTER = -40, PEER = -72 };

// sizeof (struct sockaddr_in6), the longest address of which all is told. The shorter ones lie in
// a sockaddr_storage or on a stack, with as much behind them.
enum { ADDRESS = 28 };

// Leaves unless the current process is below the watched control group, which may be nested.
static void only_below(struct program *p, uint64_t cgroup) {
    enum { DEEPEST = KERNEL_WATCH_LEVELS };
    int found[DEEPEST];
    set_wide(p, BPF_REG_9, 0, cgroup);
    for (int level = 0; level < DEEPEST; level++) {
        set(p, BPF_REG_1, level);
        call(p, BPF_FUNC_get_current_ancestor_cgroup_id);
        found[level] = jump_equal(p, BPF_REG_0, BPF_REG_9);
    }
    leave(p, BPF_JA, 0, 0);
    for (int level = 0; level < DEEPEST; level++) land(p, found[level]);
}

// Reads `size` bytes of the process at the address that is at POINTER. Zeroes where there is none.
static void read_user(struct program *p, int at, int size) {
    move(p, BPF_REG_1, BPF_REG_10);
    add(p, BPF_REG_1, at);
    set(p, BPF_REG_2, size);
    load(p, BPF_DW, BPF_REG_3, BPF_REG_10, POINTER);
    call(p, BPF_FUNC_probe_read_user);
}

// The calls that send to whom they name.
enum { SENDTO, SENDMSG, SENDMMSG, SENDING };
static const int sending[SENDING] = {SYS_sendto, SYS_sendmsg, SYS_sendmmsg};

// To whom a call sends, to PEER; its number is in r8, the registers are where r6 points. Of many
// messages the first one counts. Zeroes for another call.
static void read_peer(struct program *p) {
    int sends[SENDING];
    for (int at = 0; at < 32; at += 8) store_value(p, BPF_DW, BPF_REG_10, PEER + at, 0);
    for (int i = 0; i < SENDING; i++) sends[i] = jump(p, BPF_JEQ, BPF_REG_8, sending[i]);
    int other = jump(p, BPF_JA, 0, 0);
    for (int i = 0; i < SENDING; i++) land(p, sends[i]);
    load(p, BPF_DW, BPF_REG_3, BPF_REG_6, 0);
    move(p, BPF_REG_1, BPF_REG_10);
    add(p, BPF_REG_1, POINTER);
    set(p, BPF_REG_2, 8);
    int has_message = jump(p, BPF_JNE, BPF_REG_8, SYS_sendto);
    // The address is the fifth argument.
    add(p, BPF_REG_3, fifth_offset);
    call(p, BPF_FUNC_probe_read_kernel);
    int found = jump(p, BPF_JA, 0, 0);
    land(p, has_message);
    // struct msghdr and struct mmsghdr begin with a pointer to it.
    add(p, BPF_REG_3, argument_offsets[1]);
    call(p, BPF_FUNC_probe_read_kernel);
    read_user(p, POINTER, 8);
    land(p, found);
    read_user(p, PEER, ADDRESS);
    land(p, other);
}

// Adds to r8 what differs between the addresses that are sent to: each is told of once then,
// however often.
static void tell_peers_apart(struct program *p) {
    load(p, BPF_H, BPF_REG_9, BPF_REG_10, PEER);
    int four = jump(p, BPF_JEQ, BPF_REG_9, AF_INET);
    int other = jump(p, BPF_JNE, BPF_REG_9, AF_INET6);
    load(p, BPF_DW, BPF_REG_1, BPF_REG_10, PEER + 8);
    load(p, BPF_DW, BPF_REG_2, BPF_REG_10, PEER + 16);
    put(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_1, BPF_REG_2, 0, 0);
    int six = jump(p, BPF_JA, 0, 0);
    land(p, four);
    load(p, BPF_W, BPF_REG_1, BPF_REG_10, PEER + 4);
    land(p, six);
    put(p, BPF_ALU64 | BPF_LSH | BPF_K, BPF_REG_1, 0, 0, 16);
    put(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_8, BPF_REG_1, 0, 0);
    land(p, other);
}

// Remembers (control group, what) and leaves when it was known already; `what` is in r8.
static void only_first(struct program *p, int seen) {
    call(p, BPF_FUNC_get_current_cgroup_id);
    store(p, BPF_DW, BPF_REG_10, KEY, BPF_REG_0);
    store(p, BPF_DW, BPF_REG_10, KEY + 8, BPF_REG_8);
    store_value(p, BPF_DW, BPF_REG_10, SEEN, 1);
    set_wide(p, BPF_REG_1, BPF_PSEUDO_MAP_FD, (uint32_t)seen);
    move(p, BPF_REG_2, BPF_REG_10);
    add(p, BPF_REG_2, KEY);
    move(p, BPF_REG_3, BPF_REG_10);
    add(p, BPF_REG_3, SEEN);
    set(p, BPF_REG_4, BPF_NOEXIST);
    call(p, BPF_FUNC_map_update_elem);
    leave(p, BPF_JNE, BPF_REG_0, 0);
}

static void begin_event(struct program *p, int ring, int kind) {
    set_wide(p, BPF_REG_1, BPF_PSEUDO_MAP_FD, (uint32_t)ring);
    set(p, BPF_REG_2, sizeof(struct kernel_watch_event));
    set(p, BPF_REG_3, 0);
    call(p, BPF_FUNC_ringbuf_reserve);
    leave(p, BPF_JEQ, BPF_REG_0, 0);
    move(p, BPF_REG_7, BPF_REG_0);
    call(p, BPF_FUNC_get_current_cgroup_id);
    store(p, BPF_DW, BPF_REG_7, offsetof(struct kernel_watch_event, cgroup), BPF_REG_0);
    for (int level = 0; level < KERNEL_WATCH_LEVELS; level++) {
        set(p, BPF_REG_1, level);
        call(p, BPF_FUNC_get_current_ancestor_cgroup_id);
        int at = offsetof(struct kernel_watch_event, ancestors) + 8 * level;
        store(p, BPF_DW, BPF_REG_7, at, BPF_REG_0);
    }
    call(p, BPF_FUNC_ktime_get_ns);
    store(p, BPF_DW, BPF_REG_7, offsetof(struct kernel_watch_event, nanoseconds), BPF_REG_0);
    call(p, BPF_FUNC_get_current_pid_tgid);
    store(p, BPF_W, BPF_REG_7, offsetof(struct kernel_watch_event, thread), BPF_REG_0);
    put(p, BPF_ALU64 | BPF_RSH | BPF_K, BPF_REG_0, 0, 0, 32);
    store(p, BPF_W, BPF_REG_7, offsetof(struct kernel_watch_event, process), BPF_REG_0);
    store_value(p, BPF_W, BPF_REG_7, offsetof(struct kernel_watch_event, kind), kind);
    move(p, BPF_REG_1, BPF_REG_7);
    add(p, BPF_REG_1, offsetof(struct kernel_watch_event, command));
    set(p, BPF_REG_2, 16);
    call(p, BPF_FUNC_get_current_comm);
    for (int i = 0; i < 4; i++) {
        int at = offsetof(struct kernel_watch_event, arguments) + 8 * i;
        store_value(p, BPF_DW, BPF_REG_7, at, 0);
    }
    store_value(p, BPF_B, BPF_REG_7, offsetof(struct kernel_watch_event, first), 0);
    store_value(p, BPF_B, BPF_REG_7, offsetof(struct kernel_watch_event, second), 0);
}

static void end_event(struct program *p) {
    move(p, BPF_REG_1, BPF_REG_7);
    set(p, BPF_REG_2, 0);
    call(p, BPF_FUNC_ringbuf_submit);
}

// Copies kernel memory at `from`[offset] to the event.
static void copy_to_event(struct program *p, int at, int size, int from, int offset) {
    move(p, BPF_REG_1, BPF_REG_7);
    add(p, BPF_REG_1, at);
    set(p, BPF_REG_2, size);
    move(p, BPF_REG_3, from);
    add(p, BPF_REG_3, offset);
    call(p, BPF_FUNC_probe_read_kernel);
}

// Of the call whose registers are where r6 points.
static void copy_arguments(struct program *p) {
    load(p, BPF_DW, BPF_REG_9, BPF_REG_6, 0);
    for (int i = 0; i < 4; i++) {
        int at = offsetof(struct kernel_watch_event, arguments) + 8 * i;
        copy_to_event(p, at, 8, BPF_REG_9, argument_offsets[i]);
    }
}

static void copy_text(struct program *p, int at, int argument) {
    move(p, BPF_REG_1, BPF_REG_7);
    add(p, BPF_REG_1, at);
    set(p, BPF_REG_2, KERNEL_WATCH_TEXT);
    load(
        p, BPF_DW, BPF_REG_3, BPF_REG_7,
        offsetof(struct kernel_watch_event, arguments) + 8 * argument);
    call(p, BPF_FUNC_probe_read_user_str);
}

// The calls whose arguments tell something each time, not only the first.
static const int telling[] = {
    SYS_openat, SYS_openat2, SYS_mkdirat, SYS_unlinkat, SYS_renameat2, SYS_linkat, SYS_symlinkat,
    SYS_mknodat, SYS_fchownat, SYS_fchmodat, SYS_truncate, SYS_socket, SYS_bind, SYS_connect,
    SYS_execve, SYS_chdir,
#if defined(__x86_64__)
    SYS_open, SYS_creat, SYS_mkdir, SYS_rmdir, SYS_unlink, SYS_rename, SYS_link, SYS_symlink,
    SYS_mknod, SYS_chown, SYS_lchown, SYS_chmod,
#endif
};

// The calls that fail with EINVAL for an id that the user namespace does not map.
static const int identifying[] = {
    SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setgroups,
    SYS_fchown, SYS_fchownat,
#if defined(__x86_64__)
    SYS_chown, SYS_lchown,
#endif
};

// What a register has in its lower 32 bits, as a signed number.
static void sign_extend(struct program *p, int reg) {
    put(p, BPF_ALU64 | BPF_LSH | BPF_K, reg, 0, 0, 32);
    put(p, BPF_ALU64 | BPF_ARSH | BPF_K, reg, 0, 0, 32);
}

// raw_tracepoint/sys_exit: (struct pt_regs *, long result). A call that a filter answers with an
// errno passes here too; one that is killed does not.
void write_calls(struct program *p, uint64_t cgroup, int ring, int seen, int closely) {
    static const int refusals[] = {EPERM, EACCES, EROFS, ENOENT, ENOSYS, EAFNOSUPPORT, ENXIO,
                                   ENODEV, EADDRNOTAVAIL, ENETUNREACH, EINVAL, ECONNREFUSED};
    enum { COUNT = sizeof refusals / sizeof *refusals };
    int wanted[COUNT];
    move(p, BPF_REG_6, BPF_REG_1);
    load(p, BPF_DW, BPF_REG_8, BPF_REG_6, 8);
    for (int i = 0; i < COUNT; i++) wanted[i] = jump(p, BPF_JEQ, BPF_REG_8, -refusals[i]);
    if (!closely) leave(p, BPF_JA, 0, 0);
    // A connection that is on its way was granted.
    int begun = closely ? jump(p, BPF_JEQ, BPF_REG_8, -EINPROGRESS) : 0;
    if (closely) leave(p, BPF_JSLT, BPF_REG_8, 0);
    if (closely) land(p, begun);
    for (int i = 0; i < COUNT; i++) land(p, wanted[i]);
    only_below(p, cgroup);
    // The number, to r8.
    move(p, BPF_REG_1, BPF_REG_10);
    add(p, BPF_REG_1, SCRATCH);
    set(p, BPF_REG_2, 8);
    load(p, BPF_DW, BPF_REG_3, BPF_REG_6, 0);
    add(p, BPF_REG_3, number_offset);
    call(p, BPF_FUNC_probe_read_kernel);
    load(p, BPF_DW, BPF_REG_8, BPF_REG_10, SCRATCH);
    // It has 32 bits; on arm64 something else follows.
    sign_extend(p, BPF_REG_8);
    // What returns from a signal's handler is no call any more (rt_sigreturn(2) takes the number
    // away), and its result is what a register held when the signal came.
    leave(p, BPF_JSLT, BPF_REG_8, 0);
    load(p, BPF_DW, BPF_REG_9, BPF_REG_6, 8);
    int other = jump(p, BPF_JNE, BPF_REG_9, -EINVAL);
    enum { IDENTIFYING = sizeof identifying / sizeof *identifying };
    int about_ids[IDENTIFYING];
    for (int i = 0; i < IDENTIFYING; i++) {
        about_ids[i] = jump(p, BPF_JEQ, BPF_REG_8, identifying[i]);
    }
    leave(p, BPF_JA, 0, 0);
    for (int i = 0; i < IDENTIFYING; i++) land(p, about_ids[i]);
    land(p, other);
    // Only who connects may find a socket that was closed.
    int elsewhere = jump(p, BPF_JNE, BPF_REG_9, -ECONNREFUSED);
    leave(p, BPF_JNE, BPF_REG_8, SYS_connect);
    land(p, elsewhere);
    read_peer(p);
    if (closely) {
        enum { TELLING = sizeof telling / sizeof *telling };
        int every[TELLING + 1];
        load(p, BPF_DW, BPF_REG_9, BPF_REG_6, 8);
        every[TELLING] = jump(p, BPF_JSLT, BPF_REG_9, 0);
        for (int i = 0; i < TELLING; i++) {
            every[i] = jump(p, BPF_JEQ, BPF_REG_8, telling[i]);
        }
        tell_peers_apart(p);
        only_first(p, seen);
        load(p, BPF_DW, BPF_REG_8, BPF_REG_10, SCRATCH);
        sign_extend(p, BPF_REG_8);
        for (int i = 0; i <= TELLING; i++) land(p, every[i]);
    }
    begin_event(p, ring, KERNEL_WATCH_CALL);
    store(p, BPF_W, BPF_REG_7, offsetof(struct kernel_watch_event, number), BPF_REG_8);
    load(p, BPF_DW, BPF_REG_9, BPF_REG_6, 8);
    store(p, BPF_DW, BPF_REG_7, offsetof(struct kernel_watch_event, result), BPF_REG_9);
    copy_arguments(p);
    copy_text(p, offsetof(struct kernel_watch_event, first), 0);
    // An address is no text: it holds zeroes.
    int address[2], sends[SENDING], done[2];
    for (int i = 0; i < SENDING; i++) sends[i] = jump(p, BPF_JEQ, BPF_REG_8, sending[i]);
    address[0] = jump(p, BPF_JEQ, BPF_REG_8, SYS_bind);
    address[1] = jump(p, BPF_JEQ, BPF_REG_8, SYS_connect);
    copy_text(p, offsetof(struct kernel_watch_event, second), 1);
    done[0] = jump(p, BPF_JA, 0, 0);
    for (int i = 0; i < SENDING; i++) land(p, sends[i]);
    copy_to_event(p, offsetof(struct kernel_watch_event, second), ADDRESS, BPF_REG_10, PEER);
    done[1] = jump(p, BPF_JA, 0, 0);
    land(p, address[0]);
    land(p, address[1]);
    move(p, BPF_REG_1, BPF_REG_7);
    add(p, BPF_REG_1, offsetof(struct kernel_watch_event, second));
    set(p, BPF_REG_2, ADDRESS);
    load(
        p, BPF_DW, BPF_REG_3, BPF_REG_7, offsetof(struct kernel_watch_event, arguments) + 8);
    call(p, BPF_FUNC_probe_read_user);
    // The path of a unix socket follows the family.
    move(p, BPF_REG_1, BPF_REG_7);
    add(p, BPF_REG_1, offsetof(struct kernel_watch_event, first));
    set(p, BPF_REG_2, KERNEL_WATCH_TEXT);
    load(
        p, BPF_DW, BPF_REG_3, BPF_REG_7, offsetof(struct kernel_watch_event, arguments) + 8);
    add(p, BPF_REG_3, 2);
    call(p, BPF_FUNC_probe_read_user_str);
    for (int i = 0; i < 2; i++) land(p, done[i]);
    end_event(p);
    finish(p);
}

// raw_tracepoint/sys_enter: (struct pt_regs *, long number). What execve(2) is to run is told before:
// when it returns, the memory with the path is gone, and its arguments.
void write_executions(struct program *p, uint64_t cgroup, int ring) {
    move(p, BPF_REG_6, BPF_REG_1);
    load(p, BPF_DW, BPF_REG_8, BPF_REG_6, 8);
    int executes[2];
    executes[0] = jump(p, BPF_JEQ, BPF_REG_8, SYS_execve);
    executes[1] = jump(p, BPF_JEQ, BPF_REG_8, SYS_execveat);
    leave(p, BPF_JA, 0, 0);
    for (int i = 0; i < 2; i++) land(p, executes[i]);
    only_below(p, cgroup);
    begin_event(p, ring, KERNEL_WATCH_EXECUTION);
    store(p, BPF_W, BPF_REG_7, offsetof(struct kernel_watch_event, number), BPF_REG_8);
    store_value(p, BPF_DW, BPF_REG_7, offsetof(struct kernel_watch_event, result), 0);
    copy_arguments(p);
    copy_text(p, offsetof(struct kernel_watch_event, first), 0);
    copy_text(p, offsetof(struct kernel_watch_event, second), 1);
    end_event(p);
    finish(p);
}

// raw_tracepoint/cap_capable (Linux 6.14): (cred, target namespace, namespace, capability, result).
void write_capabilities(struct program *p, uint64_t cgroup, int ring, int seen, int closely) {
    move(p, BPF_REG_6, BPF_REG_1);
    if (!closely) {
        load(p, BPF_W, BPF_REG_8, BPF_REG_6, 32);
        leave(p, BPF_JEQ, BPF_REG_8, 0);
    }
    only_below(p, cgroup);
    if (closely) {
        // Numbers of capabilities are kept apart from those of calls, failures from passes.
        load(p, BPF_W, BPF_REG_8, BPF_REG_6, 24);
        add(p, BPF_REG_8, 1 << 20);
        load(p, BPF_W, BPF_REG_9, BPF_REG_6, 32);
        int passes = jump(p, BPF_JEQ, BPF_REG_9, 0);
        add(p, BPF_REG_8, 1 << 20);
        land(p, passes);
        only_first(p, seen);
    }
    begin_event(p, ring, KERNEL_WATCH_CAPABILITY);
    load(p, BPF_W, BPF_REG_8, BPF_REG_6, 24);
    store(p, BPF_W, BPF_REG_7, offsetof(struct kernel_watch_event, number), BPF_REG_8);
    load(p, BPF_DW, BPF_REG_8, BPF_REG_6, 32);
    sign_extend(p, BPF_REG_8);
    store(p, BPF_DW, BPF_REG_7, offsetof(struct kernel_watch_event, result), BPF_REG_8);
    end_event(p);
    finish(p);
}

// raw_tracepoint/signal_generate: (signal, struct kernel_siginfo *, task, ...). A filter that kills
// sends SIGSYS with the number of the call (struct kernel_siginfo: si_code at 8, _syscall at 24).
void write_kills(struct program *p, uint64_t cgroup, int ring) {
    enum { SIGNAL_SYS = 31 };
    move(p, BPF_REG_6, BPF_REG_1);
    load(p, BPF_DW, BPF_REG_8, BPF_REG_6, 0);
    leave(p, BPF_JNE, BPF_REG_8, SIGNAL_SYS);
    only_below(p, cgroup);
    begin_event(p, ring, KERNEL_WATCH_KILL);
    store_value(p, BPF_W, BPF_REG_7, offsetof(struct kernel_watch_event, number), -1);
    store_value(p, BPF_DW, BPF_REG_7, offsetof(struct kernel_watch_event, result), 0);
    load(p, BPF_DW, BPF_REG_9, BPF_REG_6, 8);
    copy_to_event(p, offsetof(struct kernel_watch_event, number), 4, BPF_REG_9, 24);
    end_event(p);
    finish(p);
}

// raw_tracepoint/sched_process_exit: in the context of the thread that ends. Only its name is of
// interest, which nobody can ask for afterwards.
void write_exits(struct program *p, uint64_t cgroup, int ring) {
    only_below(p, cgroup);
    begin_event(p, ring, KERNEL_WATCH_EXIT);
    store_value(p, BPF_W, BPF_REG_7, offsetof(struct kernel_watch_event, number), 0);
    store_value(p, BPF_DW, BPF_REG_7, offsetof(struct kernel_watch_event, result), 0);
    end_event(p);
    finish(p);
}
