// The machine's network for a lab: pasta(1) of the package passt, attached to the lab's namespace.

#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// pasta gives up the right to look at other processes before it opens the namespace, and closes
// what it inherits, so it is given a path. In a mount namespace of our own: nobody else sees it.
static int show_network(int network, const char *stage, const char *path)
{
    char source[32];
    int file;

    snprintf(source, sizeof source, "/proc/self/fd/%d", network);
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0
        || mount("tmpfs", stage, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=64k") < 0)
        return -1;
    file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return -1;
    close(file);
    return mount(source, path, NULL, MS_BIND, NULL);
}

static _Noreturn void become_pasta(const struct lab_orders *orders, int log)
{
    sigset_t none;

    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(orders->pasta[0], (char *const *)orders->pasta, (char *const *)orders->envp);
    _exit(127);
}

int lab_attach_pasta(const struct lab_orders *orders, int init, int log, int32_t *failed)
{
    int here = lab_routing_socket(), own, there, network, status;
    pid_t pasta;

    *failed = LAB_STAGE_PASTA_NAMESPACE;
    if (here < 0 || (own = lab_network_of_socket(here)) < 0
        || (there = lab_routing_socket_in(init, own)) < 0
        || (network = lab_network_of_socket(there)) < 0)
        return -1;
    if (show_network(network, orders->pasta_stage, orders->pasta_network) < 0)
        return -1;
    *failed = LAB_STAGE_PASTA;
    pasta = _Fork();
    if (pasta == 0)
        become_pasta(orders, log);
    if (pasta < 0)
        return -1;
    // It goes to the background when the lab's interface is there.
    while (waitpid(pasta, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    errno = ENETUNREACH;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

// As pid 1 of its pid namespace: what is in the background ends with us, and we with the keeper.
_Noreturn void lab_stay_with_pasta(void)
{
    for (;;)
        if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD)
            _exit(1);
}
