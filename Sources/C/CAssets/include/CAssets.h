#pragma once
#include <stddef.h>

/// One file compiled into the binary: its path below the repository's top level, and its bytes.
struct weir_asset {
    const char *path;
    const unsigned char *bytes;
    size_t count;
};

/// Every embedded file, ended by one whose path is NULL.
extern const struct weir_asset weir_assets[];
