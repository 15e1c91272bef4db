#pragma once
#include <stdint.h>

/// What has happened to a descriptor that is watched.
enum {
    WEIR_READABLE = 1,
    WEIR_WRITABLE = 2,
    WEIR_ENDED = 4,   // the peer has sent FIN, or both sides have
    WEIR_FAILED = 8,  // an error waits to be asked for
    WEIR_URGENT = 16, // a byte is marked urgent: one reading ends before it, whatever lies behind
};

struct weir_event {
    uint64_t tag;
    uint32_t what;
};

/// A close-on-exec epoll set; -1 and errno on failure.
int weir_poll_open(void);

/// Watches a descriptor for everything, and tells of changes only (edge-triggered). 0, or -1 and errno.
int weir_poll_add(int set, int descriptor, uint64_t tag);

/// Watches a descriptor for being readable, and tells of it for as long as it is. 0, or -1 and errno.
int weir_poll_add_level(int set, int descriptor, uint64_t tag);

/// Watches no more. 0, or -1 and errno.
int weir_poll_remove(int set, int descriptor);

/// Waits for at most so many milliseconds (-1: without end). How many events there are, at most 256, or -1 and errno.
int weir_poll_wait(int set, struct weir_event *events, int most, int milliseconds);

/// The next connection, nonblocking and close-on-exec; -1 and errno.
/// - peer: room for a `sockaddr_storage`.
int weir_accept(int listener, void *peer);

/// A nonblocking, close-on-exec TCP socket without Nagle's delay, its connection begun or made; -1 and errno on failure.
/// - address: 4 or 16 bytes in network order.
int weir_connect(const void *address, int is_v4, uint16_t port);

/// A nonblocking, close-on-exec TCP socket; -1 and errno on failure.
int weir_stream(int is_v4);

/// The error that waits, which is taken away; 0 for none.
int weir_socket_error(int descriptor);

/// Makes a listening socket's connections send without Nagle's delay.
void weir_set_nodelay(int descriptor);
