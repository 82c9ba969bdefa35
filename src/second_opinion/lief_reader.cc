// Reads with LIEF, in a program that this library carries along as bytes.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "base/descriptor.h"
#include "elfwheel/base/error.h"
#include "second_opinion/child_program.h"
#include "second_opinion/facts.h"
#include "second_opinion/facts_coding.h"

extern "C" const std::byte elfwheel_lief_program_begin[], elfwheel_lief_program_end[];

namespace elfwheel::second_opinion {
namespace {

#ifndef MFD_EXEC
constexpr unsigned MFD_EXEC = 0x10;  // memfd_create(2), since Linux 6.3
#endif

// A file without a name that holds the program, open as long as this process lives.
Descriptor program_file() {
  int number = memfd_create("elfwheel_lief", MFD_CLOEXEC | MFD_EXEC);
  if (number < 0 && errno == EINVAL) number = memfd_create("elfwheel_lief", MFD_CLOEXEC);
  if (number < 0) throw io_error("memfd_create", errno);
  Descriptor file(number);
  const std::byte* at = elfwheel_lief_program_begin;
  while (at != elfwheel_lief_program_end) {
    const ssize_t written = write(number, at, static_cast<size_t>(elfwheel_lief_program_end - at));
    if (written < 0 && errno != EINTR) throw io_error("writing LIEF's program", errno);
    if (written > 0) at += written;
  }
  // Whoever has it open for writing keeps it from being run.
  Descriptor readable(
      open(("/proc/self/fd/" + std::to_string(number)).c_str(), O_RDONLY | O_CLOEXEC));
  if (!readable.is_open()) throw io_error("opening LIEF's program", errno);
  return readable;
}

// LIEF reads a megabyte in milliseconds; this is for machines that are busy with other things.
unsigned time_limit(size_t bytes) { return 60 + static_cast<unsigned>(bytes >> 21); }

}  // namespace

Facts read_with_lief(Bytes bytes, SymbolCount count) {
  static const Descriptor program = program_file();
  const unsigned seconds = time_limit(bytes.size());
  const ChildAnswer answer = run_child_program(
      program.number(),
      {"elfwheel_lief", std::to_string(static_cast<int>(count)), std::to_string(seconds)}, bytes,
      seconds);
  if (!answer.failure.empty()) throw Error(ErrorCode::kCorrupt, answer.failure);
  return decode(answer.text);
}

Facts read_with_lief(Bytes bytes, const Facts& own) {
  Facts facts = read_with_lief(bytes, SymbolCount::kBySections);
  for (const SymbolCount other : {SymbolCount::kByHash, SymbolCount::kByRelocations}) {
    if (facts.symbols == own.symbols) return facts;
    Facts again = read_with_lief(bytes, other);
    if (again.symbols == own.symbols) return again;
  }
  return facts;
}

}  // namespace elfwheel::second_opinion
