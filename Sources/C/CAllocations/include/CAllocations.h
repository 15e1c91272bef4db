#pragma once
#include <stdbool.h>

/// How many blocks of memory this thread has asked for since it began: by malloc, calloc, realloc, memalign and their kin, whoever calls them.
unsigned long weir_allocations(void);

/// False under a sanitizer, which brings an allocator of its own.
bool weir_allocations_are_counted(void);
