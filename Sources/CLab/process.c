#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

void lab_reset_signals(void)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};

    for (int number = 1; number < _NSIG; number++)
        sigaction(number, &standard, NULL);
}

void lab_die_with(int parent)
{
    struct pollfd gone = {.fd = parent, .events = POLLIN};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (poll(&gone, 1, 0) != 0)
        _exit(1);
}

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#define MFD_EXEC 0x0010U
#endif

int lab_new_file(const char *name, int is_program)
{
    const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int file = memfd_create(name, flags | (is_program ? MFD_EXEC : MFD_NOEXEC_SEAL));

    // Before Linux 6.3 every one could be executed, and nothing was said of it.
    return file < 0 && errno == EINVAL ? memfd_create(name, flags) : file;
}

void lab_close(int descriptor)
{
    int error = errno;

    close(descriptor);
    errno = error;
}

int lab_pipe(int ends[2])
{
    return pipe2(ends, O_CLOEXEC);
}

uint32_t lab_major(dev_t device)
{
    return major(device);
}

uint32_t lab_minor(dev_t device)
{
    return minor(device);
}

int lab_pidfd_open(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

int lab_pidfd_send_signal(int pidfd, int signal)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}
