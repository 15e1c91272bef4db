#define _GNU_SOURCE
#include "CNeighbours.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int weir_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

// struct sched_attr as the kernel has it: not every C library does.
struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

void weir_hasten_thread(void) {
    struct attributes attributes = {.size = sizeof attributes, .policy = SCHED_OTHER, .runtime = 100000};
    errno = 0;
    attributes.nice = getpriority(PRIO_PROCESS, 0);
    if (errno == 0) syscall(SYS_sched_setattr, 0, &attributes, 0);
}

void weir_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int weir_link_open(void) {
    int s = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (s < 0) return -1;
    struct sockaddr_nl local = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
    int size = 1 << 20;
    setsockopt(s, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);  // fewer lost messages; a lost one leads to a new dump
    if (bind(s, (struct sockaddr *)&local, sizeof local) != 0) {
        int error = errno;
        close(s);
        errno = error;
        return -1;
    }
    return s;
}

static int ask(int s, uint16_t type, const void *body, size_t count) {
    char request[NLMSG_SPACE(sizeof(struct ndmsg) > sizeof(struct ifaddrmsg) ? sizeof(struct ndmsg) : sizeof(struct ifaddrmsg))];
    memset(request, 0, sizeof request);
    struct nlmsghdr *head = (struct nlmsghdr *)request;
    head->nlmsg_len = NLMSG_LENGTH(count);
    head->nlmsg_type = type;
    head->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    memcpy(NLMSG_DATA(head), body, count);
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    ssize_t sent = sendto(s, request, head->nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel);
    return sent < 0 ? -1 : 0;
}

int weir_link_dump_neighbours(int s) {
    struct ndmsg body = {.ndm_family = AF_UNSPEC};
    return ask(s, RTM_GETNEIGH, &body, sizeof body);
}

int weir_link_dump_addresses(int s) {
    struct ifaddrmsg body = {.ifa_family = AF_UNSPEC};
    return ask(s, RTM_GETADDR, &body, sizeof body);
}

/// Fills in the address of an attribute; 0 where its length does not fit its family.
static int take_address(struct weir_link_event *event, int family, const struct rtattr *attribute) {
    size_t count = RTA_PAYLOAD(attribute);
    if (family == AF_INET && count == 4) event->is_v4 = 1;
    else if (family == AF_INET6 && count == 16) event->is_v4 = 0;
    else return 0;
    memcpy(event->address, RTA_DATA(attribute), count);
    return 1;
}

static int read_neighbour(const struct nlmsghdr *head, struct weir_link_event *event) {
    if (head->nlmsg_len < NLMSG_LENGTH(sizeof(struct ndmsg))) return 0;
    const struct ndmsg *body = NLMSG_DATA(head);
    int left = (int)(head->nlmsg_len - NLMSG_LENGTH(sizeof *body));
    int has_address = 0, has_mac = 0;
    for (const struct rtattr *a = (const struct rtattr *)((const char *)body + NLMSG_ALIGN(sizeof *body)); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
        if (a->rta_type == NDA_DST) has_address = take_address(event, body->ndm_family, a);
        if (a->rta_type == NDA_LLADDR && RTA_PAYLOAD(a) == 6) {
            memcpy(event->mac, RTA_DATA(a), 6);
            has_mac = 1;
        }
    }
    int usable = body->ndm_state & (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT);
    event->interface = body->ndm_ifindex;
    event->kind = head->nlmsg_type == RTM_NEWNEIGH && usable && has_mac ? WEIR_LINK_NEIGHBOUR : WEIR_LINK_NEIGHBOUR_GONE;
    return has_address;
}

static int read_address(const struct nlmsghdr *head, struct weir_link_event *event) {
    if (head->nlmsg_len < NLMSG_LENGTH(sizeof(struct ifaddrmsg))) return 0;
    const struct ifaddrmsg *body = NLMSG_DATA(head);
    int left = (int)(head->nlmsg_len - NLMSG_LENGTH(sizeof *body));
    int has_local = 0, has_address = 0;
    for (const struct rtattr *a = IFA_RTA(body); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
        // On a point-to-point link IFA_ADDRESS is the other end; IFA_LOCAL, where given, is ours.
        if (a->rta_type == IFA_LOCAL) has_local = take_address(event, body->ifa_family, a);
        if (a->rta_type == IFA_ADDRESS && !has_local) has_address = take_address(event, body->ifa_family, a);
    }
    event->interface = (int)body->ifa_index;
    event->kind = head->nlmsg_type == RTM_NEWADDR ? WEIR_LINK_ADDRESS : WEIR_LINK_ADDRESS_GONE;
    return has_local || has_address;
}

int weir_link_read(int s, void (*call)(void *, const struct weir_link_event *), void *context) {
    char buffer[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct sockaddr_nl from;
    socklen_t from_size = sizeof from;
    ssize_t count = recvfrom(s, buffer, sizeof buffer, MSG_TRUNC, (struct sockaddr *)&from, &from_size);
    struct weir_link_event event;
    if (count < 0) {
        if (errno == EAGAIN || errno == EINTR) return 0;
        if (errno != ENOBUFS) return -1;
        memset(&event, 0, sizeof event);
        event.kind = WEIR_LINK_LOST;
        call(context, &event);
        return 1;
    }
    if (from_size < sizeof from || from.nl_pid != 0) return 1;  // only the kernel is believed
    if ((size_t)count > sizeof buffer) {
        memset(&event, 0, sizeof event);
        event.kind = WEIR_LINK_LOST;
        call(context, &event);
        return 1;
    }
    int left = (int)count;
    for (const struct nlmsghdr *head = (const struct nlmsghdr *)buffer; NLMSG_OK(head, left); head = NLMSG_NEXT(head, left)) {
        memset(&event, 0, sizeof event);
        switch (head->nlmsg_type) {
        case NLMSG_DONE:
        case NLMSG_ERROR:
            event.kind = WEIR_LINK_DONE;
            call(context, &event);
            break;
        case RTM_NEWNEIGH:
        case RTM_DELNEIGH:
            if (read_neighbour(head, &event)) call(context, &event);
            break;
        case RTM_NEWADDR:
        case RTM_DELADDR:
            if (read_address(head, &event)) call(context, &event);
            break;
        default:
            break;
        }
    }
    return 1;
}
