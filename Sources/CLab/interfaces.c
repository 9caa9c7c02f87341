// Interfaces, addresses and routes, as rtnetlink(7) takes them.

#include "private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
    struct nlmsghdr header;
    union {
        struct ifinfomsg link;
        struct ifaddrmsg address;
        struct rtmsg route;
    } body;
    char attributes[256];
};

static struct request begin(int type, int flags, size_t body)
{
    return (struct request){.header = {
                                .nlmsg_len = NLMSG_LENGTH(body),
                                .nlmsg_type = (uint16_t)type,
                                .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags)}};
}

static struct rtattr *put(struct request *request, int type, const void *data, size_t length)
{
    uint32_t end = NLMSG_ALIGN(request->header.nlmsg_len);
    struct rtattr *attribute = (struct rtattr *)((char *)request + end);

    attribute->rta_type = (uint16_t)type;
    attribute->rta_len = (uint16_t)RTA_LENGTH(length);
    if (length)
        memcpy(RTA_DATA(attribute), data, length);
    request->header.nlmsg_len = end + RTA_ALIGN(attribute->rta_len);
    return attribute;
}

// What was put since `attribute` is inside it.
static void close_nest(struct request *request, struct rtattr *attribute)
{
    attribute->rta_len =
        (uint16_t)((char *)request + request->header.nlmsg_len - (char *)attribute);
}

static int carry_out(int socket, const struct request *request)
{
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char request[sizeof *request]; // a refusal repeats it
    } answer;

    if (send(socket, request, request->header.nlmsg_len, 0) < 0)
        return -1;
    if (recv(socket, &answer, sizeof answer, 0) < (ssize_t)NLMSG_LENGTH(sizeof answer.error))
        return -1;
    errno = -answer.error.error;
    return errno ? -1 : 0;
}

int lab_routing_socket(void)
{
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

int lab_network_of_socket(int socket)
{
    return ioctl(socket, SIOCGSKNS);
}

int lab_add_pair(int socket, int own, int other, int network)
{
    const struct ifinfomsg peer = {.ifi_index = other};
    struct request request =
        begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof request.body.link);
    struct rtattr *about, *of_kind, *end;

    request.body.link.ifi_index = own;
    put(&request, IFLA_IFNAME, LAB_INTERFACE, sizeof LAB_INTERFACE);
    about = put(&request, IFLA_LINKINFO, NULL, 0);
    put(&request, IFLA_INFO_KIND, "veth", 4);
    of_kind = put(&request, IFLA_INFO_DATA, NULL, 0);
    end = put(&request, VETH_INFO_PEER, &peer, sizeof peer);
    put(&request, IFLA_IFNAME, LAB_INTERFACE, sizeof LAB_INTERFACE);
    put(&request, IFLA_NET_NS_FD, &network, sizeof network);
    close_nest(&request, end);
    close_nest(&request, of_kind);
    close_nest(&request, about);
    return carry_out(socket, &request);
}

int lab_without_own_addresses(int socket, int index)
{
    const uint8_t none = IN6_ADDR_GEN_MODE_NONE;
    struct request request = begin(RTM_SETLINK, 0, sizeof request.body.link);
    struct rtattr *families, *family;

    request.body.link.ifi_index = index;
    families = put(&request, IFLA_AF_SPEC, NULL, 0);
    family = put(&request, AF_INET6, NULL, 0);
    put(&request, IFLA_INET6_ADDR_GEN_MODE, &none, sizeof none);
    close_nest(&request, family);
    close_nest(&request, families);
    return carry_out(socket, &request);
}

int lab_bring_up(int socket, int index)
{
    struct request request = begin(RTM_NEWLINK, 0, sizeof request.body.link);

    request.body.link =
        (struct ifinfomsg){.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    return carry_out(socket, &request);
}

static size_t read_address(const char *text, uint8_t bytes[16], uint8_t *family)
{
    *family = strchr(text, ':') ? AF_INET6 : AF_INET;
    inet_pton(*family, text, bytes);
    return *family == AF_INET ? 4 : 16;
}

static int is_link_local(const uint8_t bytes[16])
{
    return bytes[0] == 0xfe && bytes[1] == 0x80;
}

int lab_add_address(int socket, int index, const char *text, int prefix)
{
    // Usable at once: nobody else is there who could have it.
    const uint32_t flags = IFA_F_PERMANENT | IFA_F_NODAD | IFA_F_NOPREFIXROUTE;
    uint8_t bytes[16], family;
    size_t length = read_address(text, bytes, &family);
    struct request request =
        begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof request.body.address);

    request.body.address = (struct ifaddrmsg){
        .ifa_family = family, .ifa_prefixlen = (uint8_t)prefix, .ifa_index = (uint32_t)index};
    if (is_link_local(bytes) && family == AF_INET6)
        request.body.address.ifa_scope = RT_SCOPE_LINK;
    put(&request, IFA_LOCAL, bytes, length);
    put(&request, IFA_ADDRESS, bytes, length);
    put(&request, IFA_FLAGS, &flags, sizeof flags);
    return carry_out(socket, &request);
}

int lab_add_route(int socket, const struct lab_route *route)
{
    const int index = route->interface;
    uint8_t bytes[16], family;
    size_t length = read_address(route->to, bytes, &family);
    struct request request =
        begin(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof request.body.route);

    request.body.route = (struct rtmsg){
        .rtm_family = family,
        .rtm_dst_len = (uint8_t)route->prefix,
        .rtm_table = route->is_local_table ? RT_TABLE_LOCAL : RT_TABLE_MAIN,
        .rtm_protocol = RTPROT_BOOT,
        .rtm_type = route->is_own ? RTN_LOCAL : RTN_UNICAST,
        .rtm_scope = route->is_own ? RT_SCOPE_HOST
                     : route->via  ? RT_SCOPE_UNIVERSE
                                   : RT_SCOPE_LINK};
    if (route->prefix)
        put(&request, RTA_DST, bytes, length);
    if (route->via) {
        length = read_address(route->via, bytes, &family);
        put(&request, RTA_GATEWAY, bytes, length);
    }
    put(&request, RTA_OIF, &index, sizeof index);
    return carry_out(socket, &request);
}
