// libsystemd as Swift sees it. Swift cannot import its variadic functions
// (sd_bus_message_append, sd_bus_call_method); the ones that take one value at a time do it all.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#include <systemd/sd-login.h>
#include <unistd.h>

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

// From here on this thread meets files as this user does, and what it makes is the user's
// (setfsuid(2)): root must not write where a user's links lead. The system calls themselves are
// made, which change this thread alone.
static inline void csystemd_meet_files_as(uid_t user, gid_t group) {
        syscall(SYS_setfsgid, group);
        syscall(SYS_setfsuid, user);
}

// A connection to a unix socket that the other side takes for the user's (SO_PEERCRED, unix(7)):
// what counts is the effective user at connect(2). The system call itself changes this thread
// alone, where the C library's seteuid changes all. `place` is the socket, opened with O_PATH by
// root, since the user may not see it. Negative errno on failure.
static inline int csystemd_connect_as(int place, uid_t user) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", place);
        int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int result = connection < 0 ? -errno : connection;
        if (connection >= 0) {
                if (syscall(SYS_setresuid, -1, user, -1) < 0 ||
                    connect(connection, (struct sockaddr *) &address, sizeof(address)) < 0)
                        result = -errno;
                // A thread that stayed another user would be a danger to all that follows.
                if (syscall(SYS_setresuid, -1, getuid(), -1) < 0)
                        abort();
                if (result < 0)
                        close(connection);
        }
        return result;
}

// Whether who listens at the other end is in the pid namespace that a file of /proc/PID/ns stands
// for. A listener's process is that which called listen(2).
static inline int csystemd_peer_is_in(int connection, const char *namespace) {
        // struct ucred of unix(7), which the C library keeps for GNU programs.
        struct { pid_t pid; uid_t uid; gid_t gid; } peer;
        socklen_t length = sizeof peer;
        struct stat theirs, wanted;
        char path[64];
        if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
                return 0;
        snprintf(path, sizeof path, "/proc/%d/ns/pid", (int) peer.pid);
        return stat(path, &theirs) == 0 && stat(namespace, &wanted) == 0 &&
                theirs.st_ino == wanted.st_ino && theirs.st_dev == wanted.st_dev;
}
