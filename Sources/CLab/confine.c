// What keeps a lab from the machine where no namespace stands between the two: the kernel's clock,
// its modules and log, its devices, and handles of files that are nowhere in the lab's tree.

#include "private.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Calls that reach the machine whatever the namespaces of the caller are. Those that also read what
// everybody may know (adjtimex, syslog) are left to the capability that their dangerous half wants.
static const char *const withheld_calls[] = {
    "open_by_handle_at", // any file of a file system of which one directory is seen
    "init_module",       "finit_module",    "delete_module", "kexec_load", "kexec_file_load",
    "clock_settime",     "clock_settime64", "settimeofday",  "stime",      "swapon",
    "swapoff",           "iopl",            "ioperm",        "quotactl",   "quotactl_fd",
    "acct",              NULL,
};

const char *lab_withheld_call(size_t index)
{
    return withheld_calls[index];
}

static const int withheld_capabilities[] = {
    CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_TIME, CAP_SYSLOG, CAP_SYS_BOOT,
};

uint64_t lab_withheld_capabilities(void)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < sizeof withheld_capabilities / sizeof *withheld_capabilities; i++)
        mask |= UINT64_C(1) << withheld_capabilities[i];
    return mask;
}

static int add_rules(scmp_filter_ctx filter)
{
    int result;

#if defined(__x86_64__)
    // A program of another architecture makes the same calls under other numbers.
    if ((result = seccomp_arch_add(filter, SCMP_ARCH_X86)) < 0 && result != -EEXIST)
        return result;
    if ((result = seccomp_arch_add(filter, SCMP_ARCH_X32)) < 0 && result != -EEXIST)
        return result;
#elif defined(__aarch64__)
    if ((result = seccomp_arch_add(filter, SCMP_ARCH_ARM)) < 0 && result != -EEXIST)
        return result;
#endif
    for (const char *const *name = withheld_calls; *name; name++) {
        int number = seccomp_syscall_resolve_name(*name);
        if (number == __NR_SCMP_ERROR)
            continue; // younger than this library
        result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0);
        if (result < 0)
            return result;
    }
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
                            SCMP_A0_32(SCMP_CMP_EQ, AF_VSOCK));
}

ssize_t lab_make_filter(void *buffer, size_t room)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int file = lab_new_file("temper-filter", 0);
    ssize_t length = -ENOMEM;

    if (filter && file >= 0) {
        // A tree instead of a list, where the library knows it: most calls are in none of the rules.
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
        length = add_rules(filter);
        if (length == 0)
            length = seccomp_export_bpf(filter, file);
        if (length == 0 && (length = pread(file, buffer, room, 0)) < 0)
            length = -errno;
        if (length == (ssize_t)room)
            length = -E2BIG;
    }
    if (file >= 0)
        close(file);
    if (filter)
        seccomp_release(filter);
    return length;
}

int lab_withhold_capabilities(void)
{
    for (size_t i = 0; i < sizeof withheld_capabilities / sizeof *withheld_capabilities; i++)
        // Who started us may lack it already.
        if (prctl(PR_CAPBSET_DROP, withheld_capabilities[i], 0, 0, 0) < 0 && errno != EINVAL)
            return -1;
    return 0;
}

int lab_confine(const struct lab_filter *filter)
{
    const struct sock_fprog program = {
        .len = (unsigned short)(filter->size / sizeof(struct sock_filter)),
        .filter = (struct sock_filter *)filter->code,
    };

    if (lab_withhold_capabilities() < 0)
        return -1;
    // The next execve(2) takes from root what the bounding set lacks, capabilities(7).
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

enum { PER_DEVICE = 5, MOST_INSTRUCTIONS = 16 + PER_DEVICE * LAB_MOST_DEVICES };

static struct bpf_insn unless(uint8_t reg, uint32_t value, int16_t skipped)
{
    return (struct bpf_insn){BPF_JMP | BPF_JNE | BPF_K, reg, 0, skipped, (int32_t)value};
}

static struct bpf_insn load(uint8_t reg, size_t member)
{
    return (struct bpf_insn){BPF_LDX | BPF_MEM | BPF_W, reg, BPF_REG_1, (int16_t)member, 0};
}

static struct bpf_insn *answer(struct bpf_insn *at, int is_granted)
{
    *at++ = (struct bpf_insn){BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, is_granted};
    *at++ = (struct bpf_insn){BPF_JMP | BPF_EXIT, 0, 0, 0, 0};
    return at;
}

enum { MAJOR = BPF_REG_3, MINOR = BPF_REG_4, TYPE = BPF_REG_5 };

// Grants what has this type and these numbers, and goes on where it has not.
static struct bpf_insn *grant(struct bpf_insn *at, const struct lab_device *device)
{
    const int is_any = device->minor == LAB_ANY_MINOR;

    *at++ = unless(TYPE, device->is_block ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR,
                   is_any ? 3 : 4);
    *at++ = unless(MAJOR, device->major, is_any ? 2 : 3);
    if (!is_any)
        *at++ = unless(MINOR, device->minor, 2);
    return answer(at, 1);
}

static int load_guard(const struct lab_device *devices, size_t count, int is_lifted)
{
    struct bpf_insn code[MOST_INSTRUCTIONS], *at = code;
    union bpf_attr attributes;

    // The lower half is the type, the upper one what is to be done, which is all the same here.
    *at++ = load(TYPE, offsetof(struct bpf_cgroup_dev_ctx, access_type));
    *at++ = (struct bpf_insn){BPF_ALU | BPF_AND | BPF_K, TYPE, 0, 0, 0xffff};
    *at++ = load(MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
    *at++ = load(MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor));
    for (size_t i = 0; i < count && i < LAB_MOST_DEVICES; i++)
        at = grant(at, &devices[i]);
    at = answer(at, is_lifted);

    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attributes.insns = (uintptr_t)code;
    attributes.insn_cnt = (uint32_t)(at - code);
    attributes.license = (uintptr_t) "MIT";
    return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes);
}

static int load_unlimited(const struct lab_device *devices, size_t count, int is_lifted)
{
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    struct rlimit before;
    int program;

    // Programs counted as locked memory before Linux 5.11.
    getrlimit(RLIMIT_MEMLOCK, &before);
    setrlimit(RLIMIT_MEMLOCK, &unlimited);
    program = load_guard(devices, count, is_lifted);
    int error = errno;
    setrlimit(RLIMIT_MEMLOCK, &before);
    errno = error;
    return program;
}

static int attach(int cgroup, int program)
{
    union bpf_attr attributes;

    memset(&attributes, 0, sizeof attributes);
    attributes.target_fd = (uint32_t)cgroup;
    attributes.attach_bpf_fd = (uint32_t)program;
    attributes.attach_type = BPF_CGROUP_DEVICE;
    // Beside those of the lab's own systemd, further down: all of them have to agree.
    attributes.attach_flags = BPF_F_ALLOW_MULTI;
    return (int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attributes, sizeof attributes);
}

static int detach(int cgroup, uint32_t id)
{
    union bpf_attr attributes;
    int program, result;

    memset(&attributes, 0, sizeof attributes);
    attributes.prog_id = id;
    program = (int)syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &attributes, sizeof attributes);
    if (program < 0)
        return -1;
    memset(&attributes, 0, sizeof attributes);
    attributes.target_fd = (uint32_t)cgroup;
    attributes.attach_bpf_fd = (uint32_t)program;
    attributes.attach_type = BPF_CGROUP_DEVICE;
    result = (int)syscall(SYS_bpf, BPF_PROG_DETACH, &attributes, sizeof attributes);
    close(program);
    return result;
}

int lab_guard_devices(int cgroup, const struct lab_device *devices, size_t count, int is_lifted)
{
    enum { MOST = 8 };
    uint32_t before[MOST];
    union bpf_attr attributes;
    int program, result;

    memset(&attributes, 0, sizeof attributes);
    attributes.query.target_fd = (uint32_t)cgroup;
    attributes.query.attach_type = BPF_CGROUP_DEVICE;
    attributes.query.prog_ids = (uintptr_t)before;
    attributes.query.prog_cnt = MOST;
    if (syscall(SYS_bpf, BPF_PROG_QUERY, &attributes, sizeof attributes) < 0
        || (program = load_unlimited(devices, count, is_lifted)) < 0)
        return -1;
    result = attach(cgroup, program);
    // The new one first: at no moment is there none.
    for (uint32_t i = 0; result == 0 && i < attributes.query.prog_cnt; i++)
        result = detach(cgroup, before[i]);
    lab_close(program);
    return result;
}
