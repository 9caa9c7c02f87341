// The world around a lab: a machine beside it to which every address of the internet belongs.

#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

// Numbers of interfaces. The two ends of a pair must not have the same: the kernel takes such an
// interface for one without a peer, and waits up to a second before it calls the link up.
enum { LOOPBACK = 1, LABS = 2, NEIGHBOURS = 3 };

// A socket belongs to the network namespace that it was made in, wherever its holder goes.
int lab_routing_socket_in(int init, int own)
{
    int socket, error;

    if (setns(init, CLONE_NEWNET) < 0)
        return -1;
    socket = lab_routing_socket();
    error = errno;
    if (setns(own, CLONE_NEWNET) < 0)
        _exit(1); // Neither here nor there: nothing may be done.
    errno = error;
    return socket;
}

// Made in the neighbour's network namespace, with one end in the lab's: the machine's never sees it.
static int join(int neighbour, int lab, int network)
{
    if (lab_add_pair(neighbour, NEIGHBOURS, LABS, network) < 0)
        return -1;
    // Where the kernel has no IPv6 there is nothing to forgo.
    lab_without_own_addresses(neighbour, NEIGHBOURS);
    lab_without_own_addresses(lab, LABS);
    // The lab's end last: its link is up at once then.
    if (lab_bring_up(neighbour, LOOPBACK) < 0 || lab_bring_up(neighbour, NEIGHBOURS) < 0)
        return -1;
    return lab_bring_up(lab, LOOPBACK) < 0 || lab_bring_up(lab, LABS) < 0 ? -1 : 0;
}

// Every address is the neighbour's own but those of the lab. Both in the table that is asked first,
// where the longer prefix wins.
static int own_everything(int socket, const char *but, int prefix, const char *all)
{
    const struct lab_route to_lab = {
        .to = but, .prefix = prefix, .interface = NEIGHBOURS, .is_local_table = 1};
    const struct lab_route own = {
        .to = all, .interface = LOOPBACK, .is_local_table = 1, .is_own = 1};

    return lab_add_route(socket, &to_lab) < 0 || lab_add_route(socket, &own) < 0 ? -1 : 0;
}

static int address_four(int neighbour, int lab)
{
    const struct lab_route link = {.to = LAB_LINK_4, .prefix = 24, .interface = LABS};
    const struct lab_route rest = {.to = "0.0.0.0", .via = LAB_NEIGHBOUR_4, .interface = LABS};

    if (lab_add_address(neighbour, NEIGHBOURS, LAB_NEIGHBOUR_4, 32) < 0
        || own_everything(neighbour, LAB_ADDRESS_4, 32, "0.0.0.0") < 0)
        return -1;
    if (lab_add_address(lab, LABS, LAB_ADDRESS_4, 24) < 0)
        return -1;
    return lab_add_route(lab, &link) < 0 || lab_add_route(lab, &rest) < 0 ? -1 : 0;
}

// All but the neighbour's link-local address is reached through it, also what has the lab's own
// prefix: nobody answers neighbour solicitations for addresses that are only routes.
static int address_six(int neighbour, int lab)
{
    const struct lab_route link = {.to = "fe80::", .prefix = 64, .interface = LABS};
    const struct lab_route back = {
        .to = LAB_LINK_ADDRESS_6, .prefix = 128, .interface = NEIGHBOURS, .is_local_table = 1};
    const struct lab_route rest = {.to = "::", .via = LAB_NEIGHBOUR_LINK_6, .interface = LABS};

    if (lab_add_address(neighbour, NEIGHBOURS, LAB_NEIGHBOUR_LINK_6, 64) < 0
        || lab_add_route(neighbour, &back) < 0
        || own_everything(neighbour, LAB_ADDRESS_6, 128, "::") < 0)
        return -1;
    if (lab_add_address(lab, LABS, LAB_LINK_ADDRESS_6, 64) < 0
        || lab_add_address(lab, LABS, LAB_ADDRESS_6, 64) < 0 || lab_add_route(lab, &link) < 0)
        return -1;
    return lab_add_route(lab, &rest);
}

int lab_make_world(int init, struct lab_world *world, int32_t *failed)
{
    int neighbour, lab, own, network;

    *failed = LAB_STAGE_WORLD_NAMESPACE;
    if (unshare(CLONE_NEWNET) < 0 || (neighbour = lab_routing_socket()) < 0)
        return -1;
    if ((own = lab_network_of_socket(neighbour)) < 0
        || (lab = lab_routing_socket_in(init, own)) < 0
        || (network = lab_network_of_socket(lab)) < 0)
        return -1;
    *failed = LAB_STAGE_WORLD_PAIR;
    if (join(neighbour, lab, network) < 0)
        return -1;
    *failed = LAB_STAGE_WORLD_ADDRESSES;
    if (address_four(neighbour, lab) < 0)
        return -1;
    // A machine without IPv6 has a world without it.
    address_six(neighbour, lab);
    *failed = LAB_STAGE_WORLD_SINK;
    if (lab_make_sink(own, world) < 0)
        return -1;
    close(neighbour);
    close(lab);
    close(own);
    close(network);
    return 0;
}
