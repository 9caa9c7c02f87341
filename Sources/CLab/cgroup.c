#include "private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

enum { DEPTH = 32, ATTEMPTS = 400, PAUSE_NS = 5 * 1000 * 1000 };

// glibc's readdir allocates; getdents64 does not.
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

static int is_child(const struct entry *entry)
{
    const char *name = entry->name;

    return entry->type == DT_DIR && !(name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])));
}

static int remove_tree(int parent, const char *name, int depth)
{
    _Alignas(struct entry) char buffer[4096];
    int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (directory < 0)
        return errno == ENOENT ? 0 : -errno;
    for (;;) {
        long filled = depth ? syscall(SYS_getdents64, directory, buffer, sizeof buffer) : 0;
        if (filled <= 0)
            break;
        for (long at = 0; at < filled;) {
            const struct entry *entry = (const struct entry *)(buffer + at);
            if (is_child(entry))
                remove_tree(directory, entry->name, depth - 1);
            at += entry->length;
        }
    }
    close(directory);
    return unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

// cgroup.kill came with Linux 5.14; before that the death of the lab's pid 1 has to be enough.
static void kill_members(int root, const char *name)
{
    int directory = openat(root, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int kill = directory < 0 ? -1 : openat(directory, "cgroup.kill", O_WRONLY | O_CLOEXEC);

    if (kill >= 0) {
        // A refusal shows in the rmdir that follows.
        ssize_t ignored = write(kill, "1", 1);
        (void)ignored;
        close(kill);
    }
    if (directory >= 0)
        close(directory);
}

int lab_remove_cgroup(int root, const char *name)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    int result = remove_tree(root, name, DEPTH);

    for (int attempt = 0; result == -EBUSY && attempt < ATTEMPTS; attempt++) {
        if (attempt % 20 == 0)
            kill_members(root, name);
        nanosleep(&pause, NULL);
        result = remove_tree(root, name, DEPTH);
    }
    return result;
}

int lab_bound(int cgroup, const char *limit, const char *most)
{
    int file = openat(cgroup, limit, O_WRONLY | O_CLOEXEC);
    ssize_t written;

    // Without the controller there is no such file.
    if (file < 0)
        return errno == ENOENT ? 0 : -1;
    written = write(file, most, strlen(most));
    lab_close(file);
    return written < 0 ? -1 : 0;
}

int lab_open_cgroup_tree(void)
{
    int context = fsopen("cgroup2", FSOPEN_CLOEXEC);
    int tree, error;

    if (context < 0)
        return -errno;
    tree = fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
    if (tree == 0)
        tree = fsmount(context, FSMOUNT_CLOEXEC, 0);
    error = errno;
    close(context);
    return tree < 0 ? -error : tree;
}

int lab_is_cgroup_tree(int directory)
{
    struct statfs about;

    return fstatfs(directory, &about) == 0 && about.f_type == CGROUP2_SUPER_MAGIC;
}
