#pragma once
#include <stddef.h>

/// One file compiled into the binary: its path below the repository's top level, and its bytes.
struct weir_asset {
    const char *path;
    const unsigned char *bytes;
    size_t count;
};

/// The file of that number from 0; behind the last comes one whose path is NULL.
const struct weir_asset *weir_asset_at(size_t number);
