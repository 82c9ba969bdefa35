// The result of an edit written from its first byte to its last, for outputs that are no regular
// files: devices, pipes, /dev/stdout.
#pragma once

#include <optional>
#include <string>

#include "base/descriptor.h"
#include "base/mapped_file.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::elf {

// The output opened for that, when `path` is such a one; nothing when a file can take its place.
// A path that names a descriptor of this process (/dev/stdout, /dev/fd/3) is written to where that
// stands, whatever it is. Opening a FIFO waits for its reader. Error kIo "cannot write: ...".
std::optional<Descriptor> open_sequential_output(const std::string& path);

void write_sequentially(const MappedFile& source, const Rewrite& rewrite, int output);

}  // namespace elfwheel::elf
