// A command run inside a lab.

#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    NAMESPACES = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC
                 | CLONE_NEWCGROUP
};

static _Noreturn void refuse(const struct lab_command *order, int stage)
{
    struct lab_refusal refusal = {.stage = stage, .error = errno};
    ssize_t ignored = write(order->report, &refusal, sizeof refusal);

    (void)ignored;
    _exit(127);
}

// Everything else that is open here is the caller's.
static int arrange(const struct lab_command *order, int program, int supervisor)
{
    const int given[] = {order->standard[0], order->standard[1], order->standard[2],
                         order->report,      supervisor,         order->init,
                         order->cgroup_procs, program};
    int aside[ENTRY_UNUSED];

    for (int i = 0; i < ENTRY_UNUSED; i++)
        if ((aside[i] = fcntl(given[i], F_DUPFD_CLOEXEC, ENTRY_UNUSED)) < 0)
            return -1;
    for (int i = 0; i < ENTRY_UNUSED; i++)
        if (i == ENTRY_PROGRAM ? dup3(aside[i], i, O_CLOEXEC) < 0 : dup2(aside[i], i) < 0)
            return -1;
    return close_range(ENTRY_UNUSED, ~0U, 0);
}

// Before it is in the lab, see entry.c.
static _Noreturn void become_entry(const struct lab_command *order, int program, int supervisor)
{
    static char *const nothing[] = {NULL};
    static char *const name[] = {"temper-entry", NULL};

    if (lab_withhold_capabilities() < 0)
        refuse(order, LAB_COMMAND_CONFINE);
    if (arrange(order, program, supervisor) == 0)
        syscall(SYS_execveat, ENTRY_PROGRAM, "", name, nothing, AT_EMPTY_PATH);
    refuse(order, LAB_COMMAND_ENTER);
}

enum { CALLER, CHANGES, LIFE, CGROUP_KILL, FIRST_UNUSED };

// The caller waits for the ends of its pipes, so the supervisor keeps nothing but what it needs.
static int keep_only(int caller, int changes, int life, int cgroup_kill)
{
    const int needed[] = {caller, changes, life, cgroup_kill};
    int aside[FIRST_UNUSED];

    for (int i = 0; i < FIRST_UNUSED; i++)
        if ((aside[i] = fcntl(needed[i], F_DUPFD, FIRST_UNUSED)) < 0 && needed[i] >= 0)
            return -1;
    for (int i = 0; i < FIRST_UNUSED; i++)
        if (aside[i] < 0 ? close(i) < 0 && errno != EBADF : dup2(aside[i], i) < 0)
            return -1;
    return close_range(FIRST_UNUSED, ~0U, 0);
}

// The command's status, or why it did not come to be; -1 while one of the two lives.
static int reap(pid_t entry, int *status)
{
    int end;
    pid_t pid;

    while ((pid = waitpid(-1, &end, WNOHANG)) != 0) {
        if (pid < 0 && errno == ECHILD)
            return *status;
        // What entered ends first; nobody asks how unless it is all that there was.
        if (pid > 0 && (pid != entry || *status < 0))
            *status = end;
    }
    return -1;
}

// When the caller dies, the command is killed here and reaped here. A command that lost its
// supervisor is a child of the machine's pid 1, not the lab's: as long as that one does not reap it,
// the lab cannot power off.
static int wait_for(pid_t entry)
{
    struct pollfd ends[] = {{.fd = CALLER, .events = POLLIN}, {.fd = CHANGES, .events = POLLIN}};
    struct signalfd_siginfo change;
    int status = -1, result;
    ssize_t ignored;

    while ((result = reap(entry, &status)) < 0) {
        if (poll(ends, 2, -1) <= 0)
            continue;
        if (ends[0].revents) {
            // Before Linux 5.14 there is no such file: the command dies with its supervisor.
            if (write(CGROUP_KILL, "1", 1) != 1)
                _exit(128 + SIGKILL);
            ends[0].fd = -1;
        }
        if (ends[1].revents)
            ignored = read(CHANGES, &change, sizeof change);
    }
    (void)ignored;
    return result;
}

static _Noreturn void supervise(const struct lab_command *order, int program, int caller)
{
    sigset_t changes;
    int life[2], status;
    pid_t entry;

    sigemptyset(&changes);
    sigaddset(&changes, SIGCHLD);
    if (lab_pipe(life) < 0)
        refuse(order, LAB_COMMAND_ENTER);
    // Signals stay blocked: Ctrl-C is the command's.
    entry = _Fork();
    if (entry == 0)
        become_entry(order, program, life[0]);
    if (entry < 0
        || keep_only(caller, signalfd(-1, &changes, SFD_CLOEXEC | SFD_NONBLOCK), life[1],
                     order->cgroup_kill)
               < 0)
        refuse(order, LAB_COMMAND_ENTER);
    status = wait_for(entry);
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

pid_t lab_run(const struct lab_command *order)
{
    sigset_t all, before;
    int program = lab_make_entry(order, NAMESPACES | (order->is_caged ? CLONE_NEWUSER : 0));
    int caller = program < 0 ? -1 : lab_pidfd_open(getpid());
    pid_t pid;

    if (caller < 0) {
        lab_close(program);
        return -errno;
    }
    fcntl(caller, F_SETFD, FD_CLOEXEC);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid = _Fork();
    if (pid == 0) {
        lab_reset_signals();
        supervise(order, program, caller);
    }
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(caller);
    close(program);
    return pid < 0 ? -error : pid;
}
