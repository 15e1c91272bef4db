#pragma once
#include <stdint.h>
#include "sockets.h"

/// A nonblocking, close-on-exec eventfd with count 0; -1 and errno on failure.
int weir_eventfd(void);

/// Names the calling thread: at most 15 bytes.
void weir_name_thread(const char *name);

/// Asks the kernel to run the calling thread soon after it wakes, in turns of a tenth of a millisecond (Linux 6.12; before that it means nothing).
/// Where the kernel will not, everything stays as it is.
void weir_hasten_thread(void);

/// What a message of the kernel's routing socket tells of.
enum {
    WEIR_LINK_NEIGHBOUR = 1,       // address has hardware address mac
    WEIR_LINK_NEIGHBOUR_GONE = 2,  // address has none any more
    WEIR_LINK_ADDRESS = 3,         // address is the machine's own
    WEIR_LINK_ADDRESS_GONE = 4,
    WEIR_LINK_DONE = 5,            // a dump is complete
    WEIR_LINK_LOST = 6,            // messages were lost: dump again
};

struct weir_link_event {
    int kind;
    int interface;
    int is_v4;            // address holds 4 bytes, else 16
    uint8_t address[16];  // network order
    uint8_t mac[6];
};

/// A nonblocking, close-on-exec routing socket that hears of changes of neighbours and own addresses, both families; -1 and errno on failure.
int weir_link_open(void);

/// Asks for a dump of all neighbours, or of all own addresses; ends with WEIR_LINK_DONE. One dump at a time. 0, or -1 and errno.
int weir_link_dump_neighbours(int socket);
int weir_link_dump_addresses(int socket);

/// Reads one datagram and calls `event` for what is in it. 1: read; 0: nothing there; -1: errno.
int weir_link_read(int socket, void (*event)(void *context, const struct weir_link_event *event), void *context);
