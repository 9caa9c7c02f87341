// libsystemd as Swift sees it. Swift cannot import its variadic functions
// (sd_bus_message_append, sd_bus_call_method); the ones that take one value at a time do it all.
#pragma once

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#include <systemd/sd-login.h>
#include <unistd.h>

// prctl is variadic as well. At most 15 characters; debuggers and /proc show them.
static inline void csystemd_name_this_thread(const char *name) {
        prctl(PR_SET_NAME, name);
}

// How many BPF programs of a type (enum bpf_attach_type) are attached to the control group that is
// open as `directory`, those of its parents not counted; a negative error number where the kernel
// does not tell. bpf(2) has no wrapper in glibc, and syscall() is variadic.
static inline int csystemd_count_programs(int directory, unsigned type) {
        union bpf_attr query;
        memset(&query, 0, sizeof query);
        query.query.target_fd = (unsigned) directory;
        query.query.attach_type = type;
        if (syscall(SYS_bpf, BPF_PROG_QUERY, &query, sizeof query) < 0)
                return -errno;
        return (int) query.query.prog_cnt;
}
