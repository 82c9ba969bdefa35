// A machine in memory: a file system of small libraries, and resolve() on it.
#pragma once

#include <list>
#include <string>
#include <vector>

#include "elfwheel/loader/resolve.h"
#include "support/elf_builder.h"

namespace elfwheel::test {

class MemoryMachine {
 public:
  MemoryMachine() : files_(make_memory_file_system()) {
    environment.default_directories = {"/lib", "/usr/lib"};
  }

  void library(const std::string& path, const ElfSpec& spec) { add(path, build_elf(spec), 0644); }
  void program(const std::string& path, ElfSpec spec) {
    if (!spec.interp) {
      spec.interp = "/lib64/ld-linux-x86-64.so.2";
      // Its content is never looked at.
      if (files_->status(*spec.interp).error != 0) text(*spec.interp, "");
    }
    add(path, build_elf(spec), 0755);
  }
  void text(const std::string& path, const std::string& content) {
    const Bytes bytes(content);
    add(path, {bytes.data(), bytes.data() + bytes.size()}, 0644);
  }
  void bytes(const std::string& path, std::vector<std::byte> content) {
    add(path, std::move(content), 0644);
  }
  void link(const std::string& path, const std::string& target) {
    files_->add_symlink(path, target);
  }

  const MemoryFileSystem& files() const { return *files_; }
  loader::LinkMap resolve(const std::string& path) const {
    return loader::resolve(*files_, path, environment);
  }
  // The paths of the load order.
  std::vector<std::string> loads(const std::string& path) const {
    const loader::LinkMap map = resolve(path);
    std::vector<std::string> result;
    for (const loader::ObjectId id : map.load_order) result.push_back(map.objects[id].path);
    return result;
  }

  loader::LoaderEnvironment environment;

 private:
  void add(const std::string& path, std::vector<std::byte> content, uint32_t mode) {
    contents_.push_back(std::move(content));
    files_->add_file(path, contents_.back(), mode);
  }

  std::list<std::vector<std::byte>> contents_;
  std::unique_ptr<MemoryFileSystem> files_;
};

}  // namespace elfwheel::test
