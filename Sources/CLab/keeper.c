// The keeper: the parent of a lab's pid 1, and the only process that outlives the owner.

#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Where the keeper's descriptors are after `arrange`; every other one is closed.
enum { OWNER = 3, LOCK, CGROUP_ROOT, LOG, SIGNALS, SELF, CGROUP, FIRST_UNUSED };

static void tell(struct lab_message message)
{
    send(OWNER, &message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void fail(int32_t stage)
{
    tell((struct lab_message){.news = LAB_NEWS_FAILED, .stage = stage, .error = errno});
}

// An inherited descriptor would keep somebody's pipe open for as long as the lab lives.
static int arrange(const struct lab_orders *orders)
{
    const int given[] = {orders->null, orders->null,        orders->null, orders->owner,
                         orders->lock, orders->cgroup_root, orders->log};
    enum { COUNT = sizeof given / sizeof *given };
    int aside[COUNT];

    for (int i = 0; i < COUNT; i++)
        if ((aside[i] = fcntl(given[i], F_DUPFD_CLOEXEC, FIRST_UNUSED + COUNT)) < 0)
            return -1;
    for (int i = 0; i < COUNT; i++)
        if (dup3(aside[i], i, i < 3 ? 0 : O_CLOEXEC) < 0)
            return -1;
    return close_range(LOG + 1, ~0U, 0);
}

static int watch_signals(void)
{
    sigset_t watched;
    int signals, self;

    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigaddset(&watched, SIGTERM);
    signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
    self = lab_pidfd_open(getpid());
    // `arrange` left the numbers after LOG free, and the kernel hands out the lowest.
    return signals == SIGNALS && self == SELF ? 0 : -1;
}

static int make_cgroup(const char *name)
{
    int result;

    if (mkdirat(CGROUP_ROOT, name, 0755) == 0)
        return 0;
    if (errno != EEXIST)
        return -1;
    // The name is locked: what is there was left behind.
    if ((result = lab_remove_cgroup(CGROUP_ROOT, name)) < 0) {
        errno = -result;
        return -1;
    }
    return mkdirat(CGROUP_ROOT, name, 0755);
}


// A gate between two processes: one waits until the other opens it, or is gone without having.
enum { WAITS, OPENS };

static void await(int gate[2])
{
    char word;

    close(gate[OPENS]);
    // Who was to open it has told what went wrong.
    if (read(gate[WAITS], &word, 1) != 1)
        _exit(1);
}

static _Noreturn void become_init(const struct lab_orders *orders, int gate[2], int cage)
{
    int32_t failed = LAB_STAGE_CAGE_USERS;
    int tree = -1;
    sigset_t none;

    lab_die_with(SELF);
    close(LOCK);
    if (orders->cage.first_user) {
        if ((tree = lab_enter_cage(cage)) < 0)
            goto failure;
        // The change of user took it away.
        lab_die_with(SELF);
    }
    // The cgroup one is in at this moment becomes the root that the lab sees.
    failed = LAB_STAGE_CGROUP_NAMESPACE;
    if (unshare(CLONE_NEWCGROUP) < 0)
        goto failure;
    umask(0);
    if (lab_take_steps(orders->steps, orders->step_count, tree, &failed) < 0)
        goto failure;
    umask(022);
    // The network is made meanwhile; no service may start before it is there.
    if (orders->network != LAB_NETWORK_NONE)
        await(gate);
    failed = LAB_STAGE_INIT;
    if (dup2(LOG, STDOUT_FILENO) < 0 || dup2(LOG, STDERR_FILENO) < 0)
        goto failure;
    failed = LAB_STAGE_CONFINE;
    if (lab_confine(&orders->filter) < 0)
        goto failure;
    failed = LAB_STAGE_INIT;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(orders->argv[0], (char *const *)orders->argv, (char *const *)orders->envp);
failure:
    fail(failed);
    _exit(1);
}

// A child in new namespaces, and in the cgroup of an open directory unless that is -1.
static pid_t clone_into(uint64_t namespaces, int cgroup)
{
    struct clone_args arguments = {.flags = namespaces, .exit_signal = SIGCHLD};

    if (cgroup >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = (uint64_t)cgroup;
    }
    return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

// What it serves may be hostile: it is nobody, and has nothing open of the machine.
static void give_up_rights(void)
{
    enum { NOBODY = 65534 };

    close(OWNER);
    // The calls themselves: glibc's would change threads that this process does not have.
    if (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, NOBODY, NOBODY, NOBODY) < 0
        || syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY) < 0)
        _exit(1);
    // The change took it away.
    lab_die_with(SELF);
    close(SELF);
}

// What is behind the lab's network interface.
static _Noreturn void become_network(const struct lab_orders *orders, int init, int gate[2])
{
    const int isWorld = orders->network == LAB_NETWORK_WORLD;
    struct lab_world world;
    int32_t failed;
    ssize_t ignored;

    lab_die_with(SELF);
    prctl(PR_SET_NAME, "temper-world");
    close(gate[WAITS]);
    close(LOCK);
    close(CGROUP_ROOT);
    close(CGROUP);
    close(SIGNALS);
    if ((isWorld ? lab_make_world(init, &world, &failed)
                 : lab_attach_pasta(orders, init, LOG, &failed))
        < 0) {
        fail(failed);
        _exit(1);
    }
    close(LOG);
    close(init);
    ignored = write(gate[OPENS], "", 1);
    (void)ignored;
    close(gate[OPENS]);
    if (!isWorld)
        lab_stay_with_pasta();
    give_up_rights();
    lab_serve_world(&world);
}

// The lab's pid 1, in the lab's cgroup. 0, or -1 with errno set and the stage in `failed`.
static int start_init(const struct lab_orders *orders, int gate[2], pid_t *init, int32_t *failed)
{
    const int is_caged = orders->cage.first_user != 0;
    uint64_t labs = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET;
    int ends[2] = {-1, -1}, result = 0;

    *failed = is_caged ? LAB_STAGE_CAGE_NAMESPACES : LAB_STAGE_NAMESPACES;
    if (is_caged) {
        labs |= CLONE_NEWUSER;
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
            return -1;
    }
    *init = clone_into(labs, CGROUP);
    if (*init == 0) {
        if (is_caged)
            close(ends[OPENS]);
        become_init(orders, gate, ends[WAITS]);
    }
    if (*init < 0)
        result = -1;
    else if (is_caged)
        result = lab_furnish_cage(&orders->cage, *init, CGROUP, ends[OPENS], failed);
    for (int i = 0; i < 2; i++)
        if (is_caged)
            lab_close(ends[i]);
    return result;
}

// The two processes of a lab at work: its pid 1, and its network's where it has one.
static int start_both(const struct lab_orders *orders, pid_t *init, pid_t *network,
                      int32_t *failed)
{
    int gate[2], started, result;

    *failed = LAB_STAGE_NAMESPACES;
    if (lab_pipe(gate) < 0)
        return -1;
    result = start_init(orders, gate, init, failed);
    if (result == 0 && orders->network != LAB_NETWORK_NONE) {
        *failed = LAB_STAGE_NAMESPACES;
        started = lab_pidfd_open(*init);
        // A pid namespace for pasta: it leaves its parent, and must end all the same.
        *network = clone_into(orders->network == LAB_NETWORK_HOST ? CLONE_NEWPID : 0, -1);
        if (*network == 0)
            become_network(orders, started, gate);
        lab_close(started);
        result = *network < 0 ? -1 : 0;
    }
    lab_close(gate[WAITS]);
    lab_close(gate[OPENS]);
    return result;
}

static void kill_and_reap(pid_t pid)
{
    if (pid <= 0)
        return;
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct vigil {
    pid_t pid;
    int owner; // -1 once the owner let go
    int detached;
    int64_t deadline; // when patience ends; 0 while nobody asked for the end
};

static void begin_end(struct vigil *vigil, uint32_t patience_ms)
{
    if (vigil->deadline)
        return;
    // systemd(1): SIGRTMIN+4 starts poweroff.target.
    kill(vigil->pid, SIGRTMIN + 4);
    vigil->deadline = now_ms() + patience_ms;
}

static void hear_owner(struct vigil *vigil, uint32_t patience_ms)
{
    char word;
    ssize_t n = recv(vigil->owner, &word, 1, MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        if (!vigil->detached)
            kill(vigil->pid, SIGKILL);
        vigil->owner = -1;
    } else if (word == LAB_WORD_KEEP) {
        vigil->detached = 1;
        tell((struct lab_message){.news = LAB_NEWS_KEPT});
    } else if (word == LAB_WORD_END) {
        begin_end(vigil, patience_ms);
    }
}

static int asked_to_end(void)
{
    struct signalfd_siginfo signal;
    int asked = 0;

    while (read(SIGNALS, &signal, sizeof signal) == sizeof signal)
        asked |= signal.ssi_signo == SIGTERM;
    return asked;
}

static void stay_until_the_end(struct vigil *vigil, uint32_t patience_ms)
{
    for (;;) {
        struct pollfd ready[] = {{.fd = SIGNALS, .events = POLLIN},
                                 {.fd = vigil->owner, .events = POLLIN}};
        int64_t left = vigil->deadline ? vigil->deadline - now_ms() : -1;

        if (vigil->deadline && left <= 0) {
            kill(vigil->pid, SIGKILL);
            left = 100;
        }
        poll(ready, 2, (int)left);
        if (ready[0].revents && asked_to_end())
            begin_end(vigil, patience_ms);
        // By waitpid and not by SIGCHLD: signals of one kind are merged.
        if (waitpid(vigil->pid, NULL, WNOHANG) == vigil->pid)
            return;
        if (ready[1].revents)
            hear_owner(vigil, patience_ms);
    }
}

// The lock goes last, with the directory: until then nobody may take the name.
static void tidy(const struct lab_orders *orders)
{
    if (lab_remove_cgroup(CGROUP_ROOT, orders->cgroup) < 0)
        return; // The state stays, so that the next sweep knows about the cgroup.
    if (chdir(orders->state_directory) < 0)
        return;
    unlink("state.new");
    unlink("state");
    rmdir("stage");
    unlink("lock");
    chdir("/");
    rmdir(orders->state_directory);
}

static _Noreturn void keep(const struct lab_orders *orders)
{
    struct vigil vigil = {.owner = OWNER};
    pid_t network = 0;
    int32_t failed = LAB_STAGE_KEEPER;

    lab_reset_signals();
    prctl(PR_SET_NAME, "temper-lab");
    if (arrange(orders) < 0)
        _exit(1); // Nothing can be told and nothing was made; the owner sees its socket end.
    if (chdir("/") < 0 || watch_signals() < 0)
        goto failure;
    failed = LAB_STAGE_CGROUP;
    if (make_cgroup(orders->cgroup) < 0)
        goto failure;
    failed = LAB_STAGE_OPEN_CGROUP;
    // The lowest number that is free, as before.
    if (openat(CGROUP_ROOT, orders->cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC) != CGROUP)
        goto failure;
    if (lab_bound(CGROUP, "memory.max", orders->memory) < 0
        || lab_bound(CGROUP, "pids.max", orders->processes) < 0)
        goto failure;
    // Before anything is in it.
    failed = LAB_STAGE_DEVICES;
    if (lab_guard_devices(CGROUP, orders->devices, orders->device_count, 0) < 0
        || start_both(orders, &vigil.pid, &network, &failed) < 0)
        goto failure;
    close(CGROUP);
    tell((struct lab_message){
        .news = LAB_NEWS_STARTED, .keeper = getpid(), .pid = vigil.pid});
    stay_until_the_end(&vigil, orders->patience_ms);
    kill_and_reap(network);
    tidy(orders);
    tell((struct lab_message){.news = LAB_NEWS_ENDED});
    _exit(0);
failure:
    fail(failed);
    kill_and_reap(vigil.pid);
    kill_and_reap(network);
    tidy(orders);
    _exit(1);
}

int lab_start(const struct lab_orders *orders)
{
    sigset_t all, before;
    pid_t between;

    // A handler of the caller's must not run in the children.
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    between = _Fork();
    if (between == 0) {
        // Twice, so that the keeper is nobody's child: who starts a lab need not reap anything.
        setsid();
        pid_t keeper = _Fork();
        if (keeper == 0)
            keep(orders);
        _exit(keeper < 0 ? errno : 0);
    }
    int error = errno, status = 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (between < 0)
        return -error;
    while (waitpid(between, &status, 0) < 0)
        if (errno != EINTR)
            return 0; // Reaped for us where SIGCHLD is ignored; the owner's socket tells the rest.
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}
