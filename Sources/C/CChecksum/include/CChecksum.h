#pragma once
#include <stddef.h>
#include <stdint.h>

/// Whether this processor has instructions for CRC-32C that weir_crc32c() knows: 1 or 0.
int weir_crc32c_is_there(void);

/// CRC-32C (Castagnoli) of some bytes by the processor's instruction. Only where weir_crc32c_is_there() says 1.
uint32_t weir_crc32c(const void *bytes, size_t count);
