// A command run inside a lab.

#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
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

static int take_standard_streams(const struct lab_command *order)
{
    int aside[3];

    for (int i = 0; i < 3; i++)
        if ((aside[i] = fcntl(order->standard[i], F_DUPFD_CLOEXEC, 3)) < 0)
            return -1;
    for (int i = 0; i < 3; i++)
        if (dup2(aside[i], i) < 0)
            return -1;
    return close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
}

static _Noreturn void become_command(const struct lab_command *order, int supervisor)
{
    sigset_t none;

    lab_die_with(supervisor);
    // Opened by the caller outside: the right to move across cgroup namespaces is the opener's.
    if (write(order->cgroup_procs, "0", 1) != 1)
        refuse(order, LAB_COMMAND_CGROUP);
    if (take_standard_streams(order) < 0)
        refuse(order, LAB_COMMAND_EXEC);
    if (lab_confine(&order->filter) < 0)
        refuse(order, LAB_COMMAND_CONFINE);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    // execvp looks in the PATH of `environ`, which must be the lab's.
    environ = (char **)order->envp;
    execvp(order->argv[0], (char *const *)order->argv);
    refuse(order, LAB_COMMAND_EXEC);
}

enum { CALLER, COMMAND, CGROUP_KILL, FIRST_UNUSED };

// The caller waits for the ends of its pipes, so the supervisor keeps nothing but what it needs.
static int keep_only(int caller, int command, int cgroup_kill)
{
    const int needed[] = {caller, command, cgroup_kill};
    int aside[FIRST_UNUSED];

    for (int i = 0; i < FIRST_UNUSED; i++)
        if ((aside[i] = fcntl(needed[i], F_DUPFD, FIRST_UNUSED)) < 0 && needed[i] >= 0)
            return -1;
    for (int i = 0; i < FIRST_UNUSED; i++)
        if (aside[i] < 0 ? close(i) < 0 && errno != EBADF : dup2(aside[i], i) < 0)
            return -1;
    return close_range(FIRST_UNUSED, ~0U, 0);
}

static void kill_command(pid_t command)
{
    ssize_t ignored = write(CGROUP_KILL, "1", 1);

    (void)ignored;
    kill(command, SIGKILL);
}

// When the caller dies, the command is killed here and reaped here. A command that lost its
// supervisor is a child of the machine's pid 1, not the lab's: as long as that one does not reap it,
// the lab cannot power off.
static int wait_for(pid_t command)
{
    int status = 0;
    struct pollfd ends[] = {{.fd = CALLER, .events = POLLIN}, {.fd = COMMAND, .events = POLLIN}};

    while (!ends[1].revents)
        if (poll(ends, 2, -1) > 0 && ends[0].revents && !ends[1].revents) {
            kill_command(command);
            break;
        }
    while (waitpid(command, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

// As the root of the lab, whoever that is on the machine.
static int enter(const struct lab_command *order)
{
    if (!order->is_caged)
        return setns(order->init, NAMESPACES);
    return setns(order->init, NAMESPACES | CLONE_NEWUSER) < 0 ? -1 : lab_become_root();
}

// A pid namespace is entered by one's children only, so somebody has to stand at the door.
static _Noreturn void supervise(const struct lab_command *order, int caller)
{
    int self = lab_pidfd_open(getpid());
    int status;
    pid_t command;

    if (enter(order) < 0)
        refuse(order, LAB_COMMAND_ENTER);
    command = _Fork();
    if (command == 0)
        become_command(order, self);
    if (command < 0)
        refuse(order, LAB_COMMAND_ENTER);
    // Signals stay blocked: Ctrl-C is the command's.
    if (keep_only(caller, lab_pidfd_open(command), order->cgroup_kill) < 0) {
        kill(command, SIGKILL);
        refuse(order, LAB_COMMAND_ENTER);
    }
    status = wait_for(command);
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

pid_t lab_run(const struct lab_command *order)
{
    sigset_t all, before;
    int caller = lab_pidfd_open(getpid());
    pid_t pid;

    if (caller < 0)
        return -errno;
    fcntl(caller, F_SETFD, FD_CLOEXEC);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid = _Fork();
    if (pid == 0) {
        lab_reset_signals();
        supervise(order, caller);
    }
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(caller);
    return pid < 0 ? -error : pid;
}
