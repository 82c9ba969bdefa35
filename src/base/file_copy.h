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

// Copies `length` bytes at `from_offset` of `from` to `to_offset` of `to`, another file that is
// still empty there; holes stay holes, also at the end, where the file is not extended. Moves the
// file offset of `from`. Errors: kIo as above, kTruncated when `from` is shorter as far as that is
// seen.
void copy_range(int from, uint64_t from_offset, int to, uint64_t to_offset, uint64_t length);

// copy_range of bytes [0, length) to the same place; `to` has that length afterwards.
void copy_data(int from, int to, uint64_t length);

// As memmove, within one file. Adds to `moved` what has arrived, which is at the end that moves
// first: [length - moved, length) upwards, [0, moved) downwards; an error leaves all else as it
// was. Errors: as copy_range.
void move_range(int file, uint64_t from, uint64_t to, uint64_t length, uint64_t& moved);

}  // namespace elfwheel
