// What Swift cannot do itself: run code between fork and exec.
//
// A multi-threaded process that forks gets a child in which any lock may be held for ever, malloc's
// among them. Everything here that runs after a fork therefore calls the kernel and nothing else;
// strings, arrays and paths are computed by Swift beforehand and only read.

#ifndef CLAB_H
#define CLAB_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum lab_step_kind {
    LAB_STEP_MOUNT,     // mount(source, target, type, flags, text)
    LAB_STEP_BIND,      // the host's directory `source` appears at `target`
    LAB_STEP_TREE,      // the cage's tree appears at `target`
    LAB_STEP_DIRECTORY, // mkdir(target, mode); one that is there already will do
    LAB_STEP_FILE,      // a new file `target` with `text`, replacing what was there
    LAB_STEP_APPEND,    // `text` at the end of `target`
    LAB_STEP_SYMLINK,   // `target` points to `source`, replacing what was there
    LAB_STEP_DEVICE,    // a character device `target` with major and minor
    LAB_STEP_REMOVE,    // unlink(target)
    LAB_STEP_HOSTNAME,  // sethostname(text)
    LAB_STEP_ENTER,     // `target` becomes the root; the host's tree stays reachable for binds
    LAB_STEP_LEAVE,     // the host's tree is let go
};

struct lab_step {
    int32_t kind;
    int32_t optional; // a failure is passed over
    const char *source;
    const char *target;
    const char *type;
    const char *text;
    uint64_t flags;
    uint32_t mode;
    uint32_t major;
    uint32_t minor;
};

// Stages that are no step; they share the number space of steps, which count from 0.
enum lab_stage {
    LAB_STAGE_KEEPER = -1,
    LAB_STAGE_CGROUP = -2,
    LAB_STAGE_NAMESPACES = -3,
    LAB_STAGE_OPEN_CGROUP = -4,
    LAB_STAGE_CGROUP_NAMESPACE = -5,
    LAB_STAGE_INIT = -6,
    LAB_STAGE_WORLD_NAMESPACE = -7,
    LAB_STAGE_WORLD_PAIR = -8,
    LAB_STAGE_WORLD_ADDRESSES = -9,
    LAB_STAGE_WORLD_SINK = -10,
    LAB_STAGE_PASTA_NAMESPACE = -11,
    LAB_STAGE_PASTA = -12,
    LAB_STAGE_DEVICES = -13,
    LAB_STAGE_CONFINE = -14,
    LAB_STAGE_CAGE_NAMESPACES = -15,
    LAB_STAGE_CAGE_USERS = -16,
    LAB_STAGE_CAGE_TREE = -17,
};

// What is behind the lab's network interface.
enum lab_network {
    LAB_NETWORK_NONE,  // nothing, there is none but loopback
    LAB_NETWORK_WORLD, // a neighbour that takes whatever is sent to anybody
    LAB_NETWORK_HOST,  // the machine's network
};

// The addresses of a world: RFC 5737 and RFC 3849 keep them free for documentation.
#define LAB_INTERFACE "eth0"
#define LAB_LINK_4 "192.0.2.0"
#define LAB_ADDRESS_4 "192.0.2.2"
#define LAB_NEIGHBOUR_4 "192.0.2.1"
#define LAB_ADDRESS_6 "2001:db8::2"
#define LAB_LINK_ADDRESS_6 "fe80::2"
#define LAB_NEIGHBOUR_LINK_6 "fe80::1"
// Of every name.
#define LAB_ANSWER_4 "198.51.100.1"
#define LAB_ANSWER_6 "2001:db8:1::1"

// A seccomp program of lab_make_filter's.
struct lab_filter {
    const void *code;
    size_t size; // in bytes
};

enum { LAB_MOST_DEVICES = 256 };
#define LAB_ANY_MINOR UINT32_MAX

struct lab_device {
    int32_t is_block; // a character device otherwise
    uint32_t major;
    uint32_t minor; // or LAB_ANY_MINOR
};

struct lab_cage {
    uint32_t first_user; // the machine's number of the lab's root, user and group; 0: no cage
    uint32_t user_count; // the lab's users and groups are 0 to one less
    const char *root;    // the tree that the lab is made from
};

struct lab_orders {
    struct lab_cage cage;
    const struct lab_step *steps;
    size_t step_count;
    struct lab_filter filter;
    const struct lab_device *devices; // the only ones that can be made or opened
    size_t device_count;              // at most LAB_MOST_DEVICES
    const char *memory;          // how many bytes it may have, in decimal digits
    const char *processes;       // how many processes and threads, likewise
    const char *cgroup;          // the lab's cgroup, a name beneath `cgroup_root`
    const char *const *argv;     // argv[0] is the path of systemd inside
    const char *const *envp;
    const char *state_directory; // absolute; the keeper removes it at the end
    int owner;                   // socket to the owner, SOCK_SEQPACKET
    int lock;                    // the open, locked lock file: held as long as the keeper lives
    int cgroup_root;             // directory of the cgroup2 tree
    int log;                     // standard output and error of systemd
    int null;                    // /dev/null, opened for reading and writing
    uint32_t patience_ms;        // from asking systemd to power off until SIGKILL
    int32_t network;             // a lab_network
    // For LAB_NETWORK_HOST: the command, which goes to the background when it is ready; an empty
    // directory to mount on; and a path in it where the command finds the lab's namespace.
    const char *const *pasta;
    const char *pasta_stage;
    const char *pasta_network;
};

// What the keeper tells its owner, one datagram each.
enum lab_news { LAB_NEWS_STARTED, LAB_NEWS_FAILED, LAB_NEWS_KEPT, LAB_NEWS_ENDED };

struct lab_message {
    int32_t news;
    int32_t keeper; // STARTED: pid of the keeper
    int32_t pid;    // STARTED: pid of the lab's pid 1, in the keeper's pid namespace
    int32_t stage;  // FAILED: index of the step, or a lab_stage
    int32_t error;  // FAILED: errno
};

// What the owner tells the keeper, one byte each. The end of the socket without LAB_WORD_KEEP
// before it means that the owner died: the lab is killed.
enum lab_word { LAB_WORD_KEEP = 'k', LAB_WORD_END = 'e' };

// Writes the seccomp program that everything in a lab runs under. Its size in bytes, or a negative
// errno.
ssize_t lab_make_filter(void *buffer, size_t room);

// The capabilities that nothing in a lab can have, as a mask, and the calls that are refused to
// everybody in it, by their names; NULL behind the last one.
uint64_t lab_withheld_capabilities(void);
const char *lab_withheld_call(size_t index);

// Lets what is in the cgroup, a directory, and below it make and open these devices only, or any
// while the guard is lifted. It takes the place of the guard that was there. 0, or -1 with errno set.
int lab_guard_devices(int cgroup, const struct lab_device *devices, size_t count, int is_lifted);

// Starts a keeper, which is no child of the caller. 0 or a negative errno.
int lab_start(const struct lab_orders *orders);

struct lab_command {
    const char *const *argv; // argv[0] is looked up in envp's PATH, inside the lab
    const char *const *envp;
    int32_t is_caged; // its lab is
    int init;         // pidfd of the lab's pid 1
    int cgroup_procs; // `cgroup.procs` of the cgroup to run in, open for writing
    int cgroup_kill;  // `cgroup.kill` there; -1 before Linux 5.14
    int standard[3];
    int report;       // pipe: gets a lab_refusal if the command could not be started
    struct lab_filter filter; // that of its lab
};

enum lab_command_stage {
    LAB_COMMAND_ENTER,
    LAB_COMMAND_CGROUP,
    LAB_COMMAND_CONFINE,
    LAB_COMMAND_EXEC
};

struct lab_refusal {
    int32_t stage;
    int32_t error;
};

// Runs a command inside a lab. Returns the pid of its supervisor, a child of the caller that exits
// with the command's status (128+n for signal n), or a negative errno. When the calling process
// dies, the supervisor kills the command.
pid_t lab_run(const struct lab_command *order);

// Turns a query of `length` bytes into its answer, in the same place. The answer's length, at most
// `room`; 0 where there is none to give.
size_t lab_answer_query(uint8_t *message, size_t length, size_t room);

// Kills what is left in the cgroup `name` beneath `root` and removes it with all its children;
// tries again for about two seconds while the kernel calls it busy. 0 or a negative errno.
int lab_remove_cgroup(int root, const char *name);

// Lets what is in the cgroup, a directory, have no more than `most`, in decimal digits, of what the
// file `limit` is about, such as "memory.max", where its controller is there. 0, or -1 with errno set.
int lab_bound(int cgroup, const char *limit, const char *most);

// A cgroup2 tree attached nowhere, for machines that mount none: a descriptor or a negative errno.
int lab_open_cgroup_tree(void);

// Whether an open directory is in a cgroup2 tree.
int lab_is_cgroup_tree(int directory);

// What Glibc's Swift module leaves out.
int lab_pipe(int ends[2]); // pipe2 with O_CLOEXEC
uint32_t lab_major(dev_t device);
uint32_t lab_minor(dev_t device);
int lab_pidfd_open(pid_t pid);
int lab_pidfd_send_signal(int pidfd, int signal);

#endif
