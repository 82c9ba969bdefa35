// The judge: what the loaders of this machine say that they would load, and ours beside it.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "elfwheel/loader/link_map.h"
#include "support/elf_builder.h"
#include "support/temporary_directory.h"

namespace elfwheel::test {

// A loader's answer. `loaded` has "NAME => PATH" in the loader's order, only "PATH" where the name
// is the path and for the loader itself; `missing` the names not found, sorted, none twice.
struct Answer {
  std::vector<std::string> loaded;
  std::vector<std::string> missing;
  bool gave_up = false;  // "error while loading shared libraries"; the lists are empty then
  bool hung = false;     // no answer within seconds: ld.so 2.36 can spoil its list with filtees
  friend bool operator==(const Answer&, const Answer&) = default;
};
std::ostream& operator<<(std::ostream& out, const Answer& answer);

// What a process is started with.
struct Start {
  std::optional<std::string> library_path = {};
  std::optional<std::string> preload = {};
};

// glibc: started by the kernel when `file` is a program, given to ld.so otherwise (as ldd does).
Answer ask_glibc(const std::string& file, const Start& start = {});
// What a program that is really started prints, with LD_DEBUG=files. Programs of ElfSpec have no
// code: if the loader does not end the start, the kernel does.
std::string start_glibc(const std::string& program, const Start& start = {});
// musl's loader with --list.
Answer ask_musl(const std::string& file, const Start& start = {});
// resolve() on the host's file system.
Answer ask_elfwheel(const std::string& file, const Start& start = {});

inline constexpr const char* kGlibcLoader = "/lib64/ld-linux-x86-64.so.2";
inline constexpr const char* kMuslLoader = "/lib/ld-musl-x86_64.so.1";

// A directory of small libraries. "@" in any string of a spec or a start stands for its path.
class LibraryTree : public TemporaryDirectory {
 public:
  std::string at(std::string text) const;
  void library(const std::string& name, ElfSpec spec) const;
  // With glibc's loader as PT_INTERP unless the spec has one, and the x bit.
  void program(const std::string& name, ElfSpec spec) const;

  // Expects of resolve() what the real loader answers, and returns that.
  Answer expect_as_glibc(const std::string& name, Start start = {}) const;
  Answer expect_as_musl(const std::string& name, Start start = {}) const;

 private:
  ElfSpec filled_in(ElfSpec spec) const;
};

}  // namespace elfwheel::test
