// The way into a lab: a program of a few hundred bytes, which a sealed file of its own holds with all
// that it is told.
//
// Whoever is root in a lab sees in its /proc each process that enters, from the moment on that it is
// there until it is what it came for: its memory, its descriptors, and its program, which could be
// opened for writing as in CVE-2019-5736. So the caller executes this program before it enters. There
// is nothing of the caller's in it, no environment, no library, and no descriptor but those it needs.

#include "entry.h"

#include "call.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

// The calls of this program have five arguments at most.
PROGRAM_INLINE long ask(long number, long a, long b, long c, long d, long e)
{
    return program_call(number, a, b, c, d, e, 0);
}

PROGRAM_INLINE void refuse(struct knowledge *known, int stage, long result)
{
    known->refusal.stage = stage;
    known->refusal.error = (int32_t)-result;
    ask(SYS_write, ENTRY_REPORT, (long)&known->refusal, sizeof known->refusal, 0, 0);
    for (;;)
        ask(SYS_exit_group, 127, 0, 0, 0, 0);
}

// Into all namespaces of the lab, as its root, whoever that is on the machine.
PROGRAM_INLINE long enter(const struct knowledge *known)
{
    long result = ask(SYS_setns, ENTRY_INIT, (long)known->namespaces, 0, 0, 0);

    if (result < 0 || !known->is_caged)
        return result;
    if ((result = ask(SYS_setgroups, 0, 0, 0, 0, 0)) < 0
        || (result = ask(SYS_setresgid, 0, 0, 0, 0, 0)) < 0)
        return result;
    return ask(SYS_setresuid, 0, 0, 0, 0, 0);
}

// A new user namespace gave back what the caller had taken away.
PROGRAM_INLINE long confine(const struct knowledge *known)
{
    for (long capability = 0; capability < 64; capability++)
        if (known->withheld >> capability & 1)
            ask(SYS_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);
    return ask(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (long)&known->filter, 0, 0);
}

// As execvp(3) does it.
PROGRAM_INLINE long execute(struct knowledge *known)
{
    long result = -ENOENT;

    for (const char *const *place = known->places; *place; place++) {
        long trouble = ask(SYS_execve, (long)*place, (long)known->arguments,
                           (long)known->environment, 0, 0);

        if (trouble == -ENOEXEC) {
            known->arguments[0] = *place;
            known->arguments[-1] = known->shell;
            trouble = ask(SYS_execve, (long)known->shell, (long)(known->arguments - 1),
                          (long)known->environment, 0, 0);
        }
        if (trouble != -ENOENT && trouble != -ENOTDIR)
            result = trouble;
        if (trouble != -ENOENT && trouble != -ENOTDIR && trouble != -EACCES)
            break;
    }
    return result;
}

PROGRAM_INLINE void become_command(struct knowledge *known)
{
    ask(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    // The supervisor, whose child this is, may have died before.
    if (ask(SYS_ppoll, (long)&known->supervisor, 1, (long)&known->no_time, 0, 0) != 0)
        for (;;)
            ask(SYS_exit_group, 1, 0, 0, 0, 0);
    ask(SYS_rt_sigprocmask, SIG_SETMASK, (long)&known->no_signals, 0, sizeof known->no_signals, 0);
    refuse(known, LAB_COMMAND_EXEC, execute(known));
}

PROGRAM_FUNCTION("lab_entry") void
lab_way_in(void)
{
    struct knowledge *known = (struct knowledge *)PROGRAM_DATA;
    long result;

    // By a descriptor that was opened outside: the right to move across cgroup namespaces is the
    // opener's.
    if ((result = ask(SYS_write, ENTRY_MEMBERS, (long)known->zero, 1, 0, 0)) != 1)
        refuse(known, LAB_COMMAND_CGROUP, result);
    if ((result = enter(known)) < 0)
        refuse(known, LAB_COMMAND_ENTER, result);
    // From now on nobody in the lab who is root only there can look into it, ptrace(2).
    ask(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
    if ((result = confine(known)) < 0)
        refuse(known, LAB_COMMAND_CONFINE, result);
    ask(SYS_close, ENTRY_INIT, 0, 0, 0, 0);
    ask(SYS_close, ENTRY_MEMBERS, 0, 0, 0, 0);
    ask(SYS_fcntl, ENTRY_REPORT, F_SETFD, FD_CLOEXEC, 0, 0);
    ask(SYS_fcntl, ENTRY_SUPERVISOR, F_SETFD, FD_CLOEXEC, 0, 0);
    // A pid namespace is entered by one's children only. This one is the supervisor's child.
    if ((result = ask(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0)) < 0)
        refuse(known, LAB_COMMAND_ENTER, result);
    if (result == 0)
        become_command(known);
    for (;;)
        ask(SYS_exit_group, 0, 0, 0, 0, 0);
}
