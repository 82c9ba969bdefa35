// A build machine in memory, a wheel made on it, and what a repair makes of the two.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "elfwheel/repair/repair.h"
#include "repair/audited_wheel.h"
#include "support/elf_builder.h"
#include "support/temporary_directory.h"
#include "support/wheel_builder.h"

namespace elfwheel::test {

// A shared object that needs `needed`, as text for WheelSpec::files.
std::string library(const std::vector<std::string>& needed, const std::string& soname = "",
                    const std::string& runpath = "", const std::string& payload = "");
std::string elf_text(const ElfSpec& spec);

// The same with notes as payload; dlopen_note() makes one whose description is `json`.
std::string library_with_notes(const std::vector<std::string>& needed, const std::string& notes,
                               const std::string& runpath = "", const std::string& soname = "");
std::string dlopen_note(const std::string& json);

// The dynamic section of one entry of a wheel.
struct Dynamic {
  std::string soname;
  std::vector<std::string> needed;
  std::string rpath;
  std::string runpath;
};

class Scene {
 public:
  Scene();

  // A library on the build machine; the machine has /usr/lib/libc.so.6 from the start.
  void add(const std::string& path, const std::string& content);
  void link(const std::string& path, const std::string& target);

  // Writes wheel.files and all of `wheel` into the directory "in"; returns its path.
  std::string write_wheel();
  repair::RepairReport repair();  // write_wheel() into output_directory()
  std::string output_directory() const { return directory_ / "out"; }
  // Names of the files in output_directory(); empty when there is none.
  std::vector<std::string> outputs() const;

  WheelSpec wheel;
  repair::RepairOptions options;
  const TemporaryDirectory& directory() const { return directory_; }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<MemoryFileSystem> machine_;
  std::deque<std::string> contents_;
};

// "libdep-" + first eight digits of the content's SHA-256 + ".so.1".
std::string hash_of(const std::string& content);

std::vector<std::string> entries_of(const std::string& wheel_path);
std::string read_entry(const std::string& wheel_path, const std::string& entry);
Dynamic dynamic_of(const std::string& wheel_path, const std::string& entry);

}  // namespace elfwheel::test
