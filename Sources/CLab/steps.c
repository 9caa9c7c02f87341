#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

// The tree of a lab is anybody's, and while the host's is still open here, a link in it to
// /proc/self/fd would lead there: those of the kernel's are never followed.
static int open_plainly(const char *path, int flags, mode_t mode)
{
    struct open_how how = {
        .flags = (uint64_t)flags | O_CLOEXEC,
        .mode = mode,
        .resolve = RESOLVE_NO_MAGICLINKS,
    };

    return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

// The directory that a path is in, and the path's last name.
static int open_parent(const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');
    char parent[PATH_MAX];
    size_t length = slash ? (size_t)(slash - path) : 0;

    if (!slash || length >= sizeof parent) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(parent, path, length);
    strcpy(parent + length, length ? "" : "/");
    *name = slash + 1;
    return open_plainly(parent, O_PATH | O_DIRECTORY, 0);
}

static int write_and_close(int file, const char *text)
{
    size_t length = strlen(text), written = 0;

    if (file < 0)
        return -1;
    while (written < length) {
        ssize_t n = write(file, text + written, length - written);
        if (n < 0 && errno != EINTR) {
            lab_close(file);
            return -1;
        }
        if (n > 0)
            written += (size_t)n;
    }
    return close(file);
}

static int clear_the_way(int parent, const char *name)
{
    return unlinkat(parent, name, 0) < 0 && errno != ENOENT ? -1 : 0;
}

static int open_new(int parent, const char *name, mode_t mode)
{
    if (clear_the_way(parent, name) == 0)
        return openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    // What the kernel shows as a file nobody takes away.
    return errno == EPERM || errno == EACCES ? openat(parent, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
                                             : -1;
}

// What is made in a directory by a name that is no link then.
static int make(int parent, const char *name, const struct lab_step *step)
{
    switch (step->kind) {
    case LAB_STEP_DIRECTORY:
        return mkdirat(parent, name, step->mode) < 0 && errno != EEXIST ? -1 : 0;
    case LAB_STEP_FILE:
        return write_and_close(open_new(parent, name, step->mode), step->text);
    case LAB_STEP_SYMLINK:
        return clear_the_way(parent, name) < 0 ? -1 : symlinkat(step->source, parent, name);
    case LAB_STEP_DEVICE:
        return mknodat(parent, name, S_IFCHR | step->mode, makedev(step->major, step->minor));
    case LAB_STEP_REMOVE:
        return unlinkat(parent, name, 0);
    }
    errno = EINVAL;
    return -1;
}

static int make_in_parent(const struct lab_step *step)
{
    const char *name;
    int parent = open_parent(step->target, &name);
    int result = parent < 0 ? -1 : make(parent, name, step);

    if (parent >= 0)
        lab_close(parent);
    return result;
}

// mount(2) takes a path. One that names a file is below a directory that was mounted here before.
static int mount_there(const struct lab_step *step)
{
    int place = open_plainly(step->target, O_PATH, 0), result;
    int isDirectory = place >= 0 && fchdir(place) == 0;

    if (place < 0)
        return -1;
    result = mount(step->source, isDirectory ? "." : step->target, step->type, step->flags,
                   step->text);
    lab_close(place);
    return isDirectory && chdir("/") < 0 ? -1 : result;
}

static int attach(int tree, const struct lab_step *step)
{
    int place = open_plainly(step->target, O_PATH, 0), result;

    if (place < 0)
        return -1;
    result = move_mount(tree, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
    lab_close(place);
    return result;
}

// The host's tree is off every path once the root is changed: absolute symbolic links of a foreign
// tree then lead inside the lab. Its own directories are still reached through `host`.
static int bind(int host, const struct lab_step *step)
{
    const char *source = step->source + strspn(step->source, "/");
    int tree = open_tree(host, *source ? source : ".",
                         OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    int result;

    if (tree < 0)
        return -1;
    result = attach(tree, step);
    lab_close(tree);
    return result;
}

static int enter(int *host, const char *root)
{
    *host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*host < 0 || chdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
        return -1;
    return chdir("/");
}

static int leave(int *host)
{
    if (fchdir(*host) < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        return -1;
    close(*host);
    *host = -1;
    return 0;
}

static int take(const struct lab_step *step, int tree, int *host)
{
    switch (step->kind) {
    case LAB_STEP_MOUNT:
        return mount_there(step);
    case LAB_STEP_BIND:
        return bind(*host, step);
    case LAB_STEP_TREE:
        return attach(tree, step);
    case LAB_STEP_DIRECTORY:
    case LAB_STEP_FILE:
    case LAB_STEP_SYMLINK:
    case LAB_STEP_DEVICE:
    case LAB_STEP_REMOVE:
        return make_in_parent(step);
    case LAB_STEP_APPEND:
        // A pipe in its place would never be opened.
        return write_and_close(
            open_plainly(step->target, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY,
                         step->mode),
            step->text);
    case LAB_STEP_HOSTNAME:
        return sethostname(step->text, strlen(step->text));
    case LAB_STEP_ENTER:
        return enter(host, step->target);
    case LAB_STEP_LEAVE:
        return leave(host);
    }
    errno = EINVAL;
    return -1;
}

int lab_take_steps(const struct lab_step *steps, size_t count, int tree, int32_t *failed)
{
    int host = -1;

    for (size_t i = 0; i < count; i++)
        if (take(&steps[i], tree, &host) < 0 && !steps[i].optional) {
            *failed = (int32_t)i;
            return -1;
        }
    return 0;
}
