// The compiled fixtures (cmake/fixtures.cmake), temporary copies of them, and how each is run.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "elf/judges/run.h"
#include "elfwheel/base/bytes.h"

namespace elfwheel::test {

struct Fixture {
  std::string name;
  std::string kind;    // "library", "program", "static"
  std::string target;  // "glibc", "musl", "aarch64", "arm", "riscv64", "s390x"
  std::string path;

  // Where libbase.so, libanother.so, libextra.so and `load` of its target are.
  std::string dependencies() const;
  friend void PrintTo(const Fixture& fixture, std::ostream* out) { *out << fixture.name; }
};

// All fixtures, in the manifest's order. kinds: those of these kinds.
std::vector<Fixture> fixtures_of(const std::vector<std::string>& kinds);
const Fixture& fixture(const std::string& name);

// Runs `file`, an edited copy of `fixture`: programs directly, libraries through dlopen, those of
// other machines under qemu-user. Works when it prints "42\n" and exits 0. With `library_path`,
// LD_LIBRARY_PATH names the dependencies; without, the file's own rpath must find them.
Finished run_fixture(const Fixture& fixture, const std::string& file, bool library_path);

// A directory that is removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::vector<std::byte> read_file(const std::string& path);
// Writes an executable file.
void write_file(const std::string& path, Bytes bytes);

}  // namespace elfwheel::test
