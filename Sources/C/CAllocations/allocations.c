// Stands before glibc's allocator in programs that link it (tests and benchmarks, never the proxy) and counts what each thread asks for.
#include "CAllocations.h"
#include <errno.h>
#include <stddef.h>

static _Thread_local unsigned long asked;

unsigned long weir_allocations(void) { return asked; }

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define WEIR_OTHER_ALLOCATOR 1
#endif
#endif

#ifdef WEIR_OTHER_ALLOCATOR
bool weir_allocations_are_counted(void) { return false; }
#else
bool weir_allocations_are_counted(void) { return true; }

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
    asked++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    asked++;
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
    asked++;
    return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
    asked++;
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **block, size_t alignment, size_t size) {
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
    void *made = memalign(alignment, size);
    if (made == NULL) return ENOMEM;
    *block = made;
    return 0;
}
#endif
