// What makes root in a lab nobody on the machine: a user namespace with numbers of its own, over a
// tree of which each owner is seen under the number that the lab has for it.

#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static char *decimal(char *at, uint64_t number)
{
    char digits[20];
    size_t count = 0;

    do
        digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count)
        *at++ = digits[--count];
    *at = 0;
    return at;
}

static int open_of_process(pid_t process, const char *name, int flags)
{
    char path[64] = "/proc/";
    char *end = decimal(path + strlen(path), (uint64_t)process);

    strcpy(end, name);
    return open(path, flags | O_CLOEXEC);
}

// A map of one line, user_namespaces(7).
static int map(pid_t process, const char *name, const struct lab_cage *cage)
{
    char line[64] = "0 ";
    char *end = decimal(line + strlen(line), cage->first_user);
    int file = open_of_process(process, name, O_WRONLY);
    ssize_t written;

    *end++ = ' ';
    end = decimal(end, cage->user_count);
    written = file < 0 ? -1 : write(file, line, (size_t)(end - line));
    if (file >= 0)
        lab_close(file);
    return written < 0 ? -1 : 0;
}

// The mount of a directory, attached nowhere, whose owners are those of a process's user namespace.
static int tree_of_owners(const char *root, pid_t process)
{
    int users = open_of_process(process, "/ns/user", O_RDONLY);
    int tree = users < 0 ? -1 : open_tree(AT_FDCWD, root, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)users};

    if (tree >= 0 && mount_setattr(tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes) < 0) {
        lab_close(tree);
        tree = -1;
    }
    if (users >= 0)
        lab_close(users);
    return tree;
}

union rights {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
};

static int send_descriptor(int socket, int descriptor)
{
    union rights rights = {.header = {.cmsg_len = CMSG_LEN(sizeof descriptor),
                                      .cmsg_level = SOL_SOCKET,
                                      .cmsg_type = SCM_RIGHTS}};
    struct iovec word = {.iov_base = (char[]){0}, .iov_len = 1};
    struct msghdr message = {.msg_iov = &word,
                             .msg_iovlen = 1,
                             .msg_control = &rights,
                             .msg_controllen = sizeof rights};

    memcpy(CMSG_DATA(&rights.header), &descriptor, sizeof descriptor);
    return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static int receive_descriptor(int socket)
{
    union rights rights;
    char byte;
    struct iovec word = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {.msg_iov = &word,
                             .msg_iovlen = 1,
                             .msg_control = &rights,
                             .msg_controllen = sizeof rights};
    int descriptor;

    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1
        || message.msg_controllen < sizeof rights.header)
        return -1;
    memcpy(&descriptor, CMSG_DATA(&rights.header), sizeof descriptor);
    return descriptor;
}

static int give_cgroup(int cgroup, uint32_t owner)
{
    // What a subtree's owner has to have, by the kernel's cgroup-v2 documentation ("Delegation").
    static const char *const files[] = {"cgroup.procs", "cgroup.threads", "cgroup.subtree_control"};
    int result = fchown(cgroup, owner, owner);

    for (size_t i = 0; result == 0 && i < sizeof files / sizeof *files; i++)
        result = fchownat(cgroup, files[i], owner, owner, AT_SYMLINK_NOFOLLOW);
    return result;
}

int lab_furnish_cage(const struct lab_cage *cage, pid_t init, int cgroup, int socket,
                     int32_t *failed)
{
    int tree, result;

    *failed = LAB_STAGE_CAGE_USERS;
    if (map(init, "/uid_map", cage) < 0 || map(init, "/gid_map", cage) < 0
        || give_cgroup(cgroup, cage->first_user) < 0)
        return -1;
    *failed = LAB_STAGE_CAGE_TREE;
    if ((tree = tree_of_owners(cage->root, init)) < 0)
        return -1;
    result = send_descriptor(socket, tree);
    lab_close(tree);
    return result;
}

static int become_root(void)
{
    // The calls themselves: glibc's would change threads that the child of a fork does not have.
    return syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, 0, 0, 0) < 0
                   || syscall(SYS_setresuid, 0, 0, 0) < 0
               ? -1
               : 0;
}

int lab_enter_cage(int socket)
{
    int tree = receive_descriptor(socket);

    // Who was to send it has told what went wrong.
    if (tree < 0)
        _exit(1);
    return become_root() < 0 ? -1 : tree;
}
