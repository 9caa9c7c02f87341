#ifndef CLAB_PRIVATE_H
#define CLAB_PRIVATE_H

#include "CLab.h"

// Runs the steps in order. 0, or -1 with errno set and the index of the failed step in `failed`.
// `tree` is what LAB_STEP_TREE mounts, -1 where there is no such step.
int lab_take_steps(const struct lab_step *steps, size_t count, int tree, int32_t *failed);

// A file in memory, which can be sealed, and executed where it is a program. -1 with errno set: EACCES
// where the machine forbids such programs.
int lab_new_file(const char *name, int is_program);

// close(2) that leaves errno as it was.
void lab_close(int descriptor);

// Makes the user namespace of the process `init` what the cage says, gives it the cgroup, a
// directory, and sends it its tree. 0, or -1 with errno set and the stage in `failed`.
int lab_furnish_cage(const struct lab_cage *cage, pid_t init, int cgroup, int socket,
                     int32_t *failed);
// What `init` does meanwhile: it waits and becomes the root of its namespace. The tree, or -1 with
// errno set. Signals of lab_die_with are to be asked for again.
int lab_enter_cage(int socket);

// Default dispositions for all signals, as a fresh process has them; the mask is left alone.
void lab_reset_signals(void);

// SIGKILL when the process behind `parent` (a pidfd) ends, and at once if it already has.
// The pidfd closes the gap between fork and prctl; getppid() cannot: it is 0 across pid namespaces.
void lab_die_with(int parent);

// The descriptors of the program that enters a lab, besides the standard streams; all but the first
// two are closed before anybody in the lab can see it.
enum { ENTRY_REPORT = 3, ENTRY_SUPERVISOR, ENTRY_INIT, ENTRY_MEMBERS, ENTRY_PROGRAM, ENTRY_UNUSED };

// Writes that program for a command. An executable file that nobody can change, or -1 with errno set.
int lab_make_entry(const struct lab_command *order, uint64_t namespaces);

// The part of lab_confine that is lost in a new user namespace. 0, or -1 with errno set.
int lab_withhold_capabilities(void);

// Takes from the caller, for what it executes next, what reaches the machine. 0, or -1 with errno set.
int lab_confine(const struct lab_filter *filter);

struct lab_route {
    const char *to;
    int prefix;
    const char *via; // a gateway; NULL where `to` is on the link
    int interface;
    int is_local_table; // in the table that is asked first, which holds the addresses of one's own
    int is_own;         // all of `to` is an address of one's own
};

// rtnetlink(7), each 0 or -1 with errno set. `socket` is one of lab_routing_socket's, and what is
// done is done in the network namespace that it was made in.
int lab_routing_socket(void);
// A pair of virtual Ethernet interfaces, the other one in the namespace `network`.
int lab_add_pair(int socket, int own, int other, int network);
// No link-local address of the kernel's making: it would be another one in every lab.
int lab_without_own_addresses(int socket, int interface);
int lab_bring_up(int socket, int interface);
int lab_add_address(int socket, int interface, const char *address, int prefix);
int lab_add_route(int socket, const struct lab_route *route);

// The network namespace that a socket is in, as a descriptor.
int lab_network_of_socket(int socket);
// A routing socket in the network namespace of the process `init` (a pidfd). The caller is in the
// namespace `own` before and afterwards.
int lab_routing_socket_in(int init, int own);

enum { LAB_MOST_CONNECTIONS = 1000 };

// The sockets of the neighbour.
struct lab_world {
    int listener;
    int names;
};

// Makes the caller the neighbour of the lab whose pid 1 is `init` (a pidfd). 0, or -1 with errno
// set and the stage in `failed`.
int lab_make_world(int init, struct lab_world *world, int32_t *failed);
// Sockets that take whatever reaches the caller's network namespace `network`. 0 or -1.
int lab_make_sink(int network, struct lab_world *world);
_Noreturn void lab_serve_world(const struct lab_world *world);

// Joins the lab whose pid 1 is `init` (a pidfd) with the caller's network. 0, or -1 with errno set
// and the stage in `failed`.
int lab_attach_pasta(const struct lab_orders *orders, int init, int log, int32_t *failed);
_Noreturn void lab_stay_with_pasta(void);

#endif
