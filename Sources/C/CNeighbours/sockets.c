#define _GNU_SOURCE
#include "sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

int weir_poll_open(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int add(int set, int descriptor, uint64_t tag, uint32_t events) {
    struct epoll_event event = {.events = events, .data.u64 = tag};
    return epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event);
}

int weir_poll_add(int set, int descriptor, uint64_t tag) {
    return add(set, descriptor, tag, EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

int weir_poll_add_level(int set, int descriptor, uint64_t tag) { return add(set, descriptor, tag, EPOLLIN); }

int weir_poll_remove(int set, int descriptor) {
    struct epoll_event event = {0};
    return epoll_ctl(set, EPOLL_CTL_DEL, descriptor, &event);
}

int weir_poll_wait(int set, struct weir_event *events, int most, int milliseconds) {
    struct epoll_event raw[256];
    int count = epoll_wait(set, raw, most < 256 ? most : 256, milliseconds);
    for (int i = 0; i < count; i++) {
        uint32_t what = raw[i].events;
        events[i].tag = raw[i].data.u64;
        events[i].what = (what & EPOLLIN ? WEIR_READABLE : 0) | (what & EPOLLOUT ? WEIR_WRITABLE : 0) |
                         (what & (EPOLLRDHUP | EPOLLHUP) ? WEIR_ENDED : 0) | (what & EPOLLERR ? WEIR_FAILED : 0) |
                         (what & EPOLLPRI ? WEIR_URGENT : 0);
    }
    return count;
}

int weir_accept(int listener, void *peer) {
    socklen_t length = sizeof(struct sockaddr_storage);
    return accept4(listener, peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int weir_stream(int is_v4) { return socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

int weir_connect(const void *address, int is_v4, uint16_t port) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    memcpy(is_v4 ? (void *)&v4.sin_addr : (void *)&v6.sin6_addr, address, is_v4 ? 4 : 16);
    int descriptor = weir_stream(is_v4);
    if (descriptor < 0) return -1;
    weir_set_nodelay(descriptor);
    int result = is_v4 ? connect(descriptor, (struct sockaddr *)&v4, sizeof v4) : connect(descriptor, (struct sockaddr *)&v6, sizeof v6);
    if (result == 0 || errno == EINPROGRESS || errno == EINTR) return descriptor;
    int why = errno;
    close(descriptor);
    errno = why;
    return -1;
}

int weir_socket_error(int descriptor) {
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

void weir_set_nodelay(int descriptor) {
    int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}
