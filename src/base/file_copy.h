// Moving bytes between open files: whole writes, and copies that keep holes and, where the file
// system can, share the blocks.
#pragma once

#include <cstdint>

#include "elfwheel/base/bytes.h"

namespace elfwheel {

// pwrite(2) and write(2) until all is written. Error kIo "cannot write: No space left on device".
void write_at(int descriptor, uint64_t offset, Bytes bytes);
void write_next(int descriptor, Bytes bytes);

// Fills `buffer` from `offset`; the number of bytes that there were. Error kIo "cannot read: ...".
size_t read_at(int descriptor, uint64_t offset, std::byte* buffer, size_t size);

// Copies bytes [0, length) of `from` to the same place of `to`, which is empty; its holes stay
// holes. Moves the file offset of `from`. Errors: kIo as above, kTruncated when `from` is shorter.
void copy_data(int from, int to, uint64_t length);

}  // namespace elfwheel
