// What answers in the world around a lab: a listener that takes connections to any address and port
// and reads what comes, a socket that takes any datagram, and a name server that knows every name.

#include "private.h"

#include <errno.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// discard(9) of RFC 863, for what is steered to these sockets without ever naming their port.
enum { PORT_DISCARD = 9, PORT_NAMES = 53 };

// The kernel steers by a program for socket look-ups (Linux 5.9): the sockets need not be bound to
// what they take, and netfilter need not be there.
static int make_program(int sockets)
{
    enum { RELEASE = 7, KEY = -4 };
    const struct bpf_insn code[] = {
        {BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_6, BPF_REG_1, 0, 0},
        // Datagrams for the name server are left to it.
        {BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, KEY, 0},
        {BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, BPF_REG_6,
         offsetof(struct bpf_sk_lookup, protocol), 0},
        {BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_2, 0, 3, IPPROTO_TCP},
        {BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, KEY, 1},
        {BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, BPF_REG_6,
         offsetof(struct bpf_sk_lookup, local_port), 0},
        {BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_2, 0, 13, PORT_NAMES},
        {BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, sockets},
        {0, 0, 0, 0, 0},
        {BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10, 0, 0},
        {BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, KEY},
        {BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem},
        {BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, RELEASE, 0},
        {BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_7, BPF_REG_0, 0, 0},
        {BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_6, 0, 0},
        {BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_7, 0, 0},
        {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_3, 0, 0, 0},
        {BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_sk_assign},
        {BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_7, 0, 0},
        {BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_sk_release},
        {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, SK_PASS},
        {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
    };
    union bpf_attr attributes;

    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_SK_LOOKUP;
    attributes.expected_attach_type = BPF_SK_LOOKUP;
    attributes.insns = (uintptr_t)code;
    attributes.insn_cnt = sizeof code / sizeof *code;
    attributes.license = (uintptr_t) "MIT";
    return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes);
}

static int make_map(const int sockets[2])
{
    union bpf_attr attributes = {
        .map_type = BPF_MAP_TYPE_SOCKMAP, .key_size = 4, .value_size = 8, .max_entries = 2};
    int map = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes);

    for (uint32_t key = 0; map >= 0 && key < 2; key++) {
        const uint64_t value = (uint64_t)sockets[key];
        memset(&attributes, 0, sizeof attributes);
        attributes.map_fd = (uint32_t)map;
        attributes.key = (uintptr_t)&key;
        attributes.value = (uintptr_t)&value;
        if (syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &attributes, sizeof attributes) < 0)
            return -1;
    }
    return map;
}

// In force as long as the descriptor of the link is open, which nobody closes.
static int steer(int network, int listener, int datagrams)
{
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    union bpf_attr attributes;
    int map, program;

    // Maps and programs counted as locked memory before Linux 5.11.
    setrlimit(RLIMIT_MEMLOCK, &unlimited);
    if ((map = make_map((int[]){listener, datagrams})) < 0 || (program = make_program(map)) < 0)
        return -1;
    memset(&attributes, 0, sizeof attributes);
    attributes.link_create.prog_fd = (uint32_t)program;
    attributes.link_create.target_fd = (uint32_t)network;
    attributes.link_create.attach_type = BPF_SK_LOOKUP;
    return (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof attributes);
}

// For both families, or for IPv4 where the kernel has no other.
static int open_socket(int type, in_port_t port)
{
    const struct sockaddr_in6 any_six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    const struct sockaddr_in any_four = {.sin_family = AF_INET, .sin_port = htons(port)};
    const int off = 0, on = 1;
    int six = socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), four;

    if (six >= 0) {
        // An answer comes from the address that was asked, which only a route makes ours.
        setsockopt(six, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
        setsockopt(six, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof on);
        setsockopt(six, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
        return bind(six, (const struct sockaddr *)&any_six, sizeof any_six) < 0 ? -1 : six;
    }
    if ((four = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0)
        return -1;
    setsockopt(four, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    return bind(four, (const struct sockaddr *)&any_four, sizeof any_four) < 0 ? -1 : four;
}

int lab_make_sink(int network, struct lab_world *world)
{
    const struct rlimit descriptors = {LAB_MOST_CONNECTIONS + 24, LAB_MOST_CONNECTIONS + 24};
    // Nobody reads the datagrams: what its queue does not hold is dropped, and no sender knows.
    int datagrams = open_socket(SOCK_DGRAM, PORT_DISCARD);

    world->listener = open_socket(SOCK_STREAM, PORT_DISCARD);
    world->names = open_socket(SOCK_DGRAM, PORT_NAMES);
    setrlimit(RLIMIT_NOFILE, &descriptors);
    if (datagrams < 0 || world->listener < 0 || world->names < 0
        || listen(world->listener, SOMAXCONN) < 0)
        return -1;
    return steer(network, world->listener, datagrams) < 0 ? -1 : 0;
}

static void watch(int set, int descriptor)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};

    epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event);
}

// Its half of the connection ends at once: who asks something and waits is told that no answer
// comes, and who only sends may do so for as long as he likes.
static void accept_one(int set, int listener)
{
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (connection < 0)
        return;
    if (connection >= LAB_MOST_CONNECTIONS) {
        close(connection);
        return;
    }
    shutdown(connection, SHUT_WR);
    watch(set, connection);
}

static void swallow(int connection)
{
    char data[16384];
    ssize_t n = recv(connection, data, sizeof data, 0);

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        close(connection);
}

static void answer_one(int names)
{
    uint8_t message[512];
    char control[256];
    struct sockaddr_storage asker;
    struct iovec data = {message, sizeof message};
    struct msghdr header = {.msg_name = &asker,
                            .msg_namelen = sizeof asker,
                            .msg_iov = &data,
                            .msg_iovlen = 1,
                            .msg_control = control,
                            .msg_controllen = sizeof control};
    ssize_t n = recvmsg(names, &header, 0);

    if (n <= 0 || (data.iov_len = lab_answer_query(message, (size_t)n, sizeof message)) == 0)
        return;
    // With what told the address that was asked: sendmsg(2) takes it for the one to answer from.
    sendmsg(names, &header, MSG_DONTWAIT);
}

_Noreturn void lab_serve_world(const struct lab_world *world)
{
    int set = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event;

    watch(set, world->listener);
    watch(set, world->names);
    for (;;) {
        if (epoll_wait(set, &event, 1, -1) < 1) {
            if (errno != EINTR)
                _exit(1);
        } else if (event.data.fd == world->listener) {
            accept_one(set, world->listener);
        } else if (event.data.fd == world->names) {
            answer_one(world->names);
        } else {
            swallow(event.data.fd);
        }
    }
}
