#include "CChecksum.h"

#include <string.h>

#if defined(__x86_64__)

#include <cpuid.h>

int weir_crc32c_is_there(void) {
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_2) ? 1 : 0;
}

__attribute__((target("sse4.2"))) uint32_t weir_crc32c(const void *bytes, size_t count) {
    const unsigned char *at = bytes;
    uint64_t remainder = 0xffffffff;
    for (; count >= 8; count -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        remainder = __builtin_ia32_crc32di(remainder, word);
    }
    uint32_t last = (uint32_t)remainder;
    for (; count > 0; count--, at++) last = __builtin_ia32_crc32qi(last, *at);
    return ~last;
}

#else

int weir_crc32c_is_there(void) { return 0; }

// Never called: the caller asks first.
uint32_t weir_crc32c(const void *bytes, size_t count) {
    (void)bytes;
    (void)count;
    return 0;
}

#endif
