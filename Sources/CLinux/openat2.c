#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

int linux_open_in_root(int top, const char *path, uint64_t flags, uint64_t mode)
{
    struct open_how how = {
        .flags = flags | O_CLOEXEC,
        .mode = mode,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    int result;

    // EAGAIN: a directory was moved meanwhile, and the kernel cannot tell where `..` leads.
    for (int tries = 0; tries < 100; tries++) {
        result = (int)syscall(SYS_openat2, top, path, &how, sizeof how);
        if (result >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return result < 0 ? -errno : result;
}

int64_t linux_file_system(int descriptor)
{
    struct statfs about;

    return fstatfs(descriptor, &about) < 0 ? -errno : (int64_t)about.f_type;
}
