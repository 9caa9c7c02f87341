#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int write_text(const char *path, const char *text, int flags, mode_t mode)
{
    size_t length = strlen(text), written = 0;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode);

    if (fd < 0)
        return -1;
    while (written < length) {
        ssize_t n = write(fd, text + written, length - written);
        if (n < 0 && errno != EINTR) {
            lab_close(fd);
            return -1;
        }
        if (n > 0)
            written += (size_t)n;
    }
    return close(fd);
}

static int clear_the_way(const char *path)
{
    return unlink(path) < 0 && errno != ENOENT ? -1 : 0;
}

static int attach(int tree, const struct lab_step *step)
{
    return move_mount(tree, "", AT_FDCWD, step->target, MOVE_MOUNT_F_EMPTY_PATH);
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
        return mount(step->source, step->target, step->type, step->flags, step->text);
    case LAB_STEP_BIND:
        return bind(*host, step);
    case LAB_STEP_TREE:
        return attach(tree, step);
    case LAB_STEP_DIRECTORY:
        return mkdir(step->target, step->mode) < 0 && errno != EEXIST ? -1 : 0;
    case LAB_STEP_FILE:
        if (clear_the_way(step->target) < 0)
            return -1;
        return write_text(step->target, step->text, O_EXCL, step->mode);
    case LAB_STEP_APPEND:
        return write_text(step->target, step->text, O_APPEND, step->mode);
    case LAB_STEP_SYMLINK:
        if (clear_the_way(step->target) < 0)
            return -1;
        return symlink(step->source, step->target);
    case LAB_STEP_DEVICE:
        return mknod(step->target, S_IFCHR | step->mode, makedev(step->major, step->minor));
    case LAB_STEP_REMOVE:
        return unlink(step->target);
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
