// Loads the module from the bytes that the program carries, so that there is no file to be found.

#include "second_opinion/lief_module.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "elfwheel/base/error.h"

extern "C" const std::byte elfwheel_lief_module_begin[], elfwheel_lief_module_end[];

namespace elfwheel::second_opinion {
namespace {

// A file without a name that holds the module, closed with the object.
class ModuleFile {
 public:
  ModuleFile() : descriptor_(memfd_create("elfwheel_lief", MFD_CLOEXEC)) {
    if (descriptor_ < 0) throw io_error("memfd_create", errno);
    const std::byte* at = elfwheel_lief_module_begin;
    while (at != elfwheel_lief_module_end) {
      const ssize_t written =
          write(descriptor_, at, static_cast<size_t>(elfwheel_lief_module_end - at));
      if (written < 0) {
        const int failed = errno;
        close(descriptor_);
        throw io_error("writing LIEF's module", failed);
      }
      at += written;
    }
  }
  ~ModuleFile() { close(descriptor_); }
  ModuleFile(const ModuleFile&) = delete;
  ModuleFile& operator=(const ModuleFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

ReadWithLief* load() {
  const ModuleFile file;
  void* const module = dlopen(file.path().c_str(), RTLD_NOW | RTLD_LOCAL);
  void* const found = module == nullptr ? nullptr : dlsym(module, kReadWithLief);
  if (found == nullptr)
    throw Error(ErrorCode::kUnsupported, std::string("it cannot be loaded: ") + dlerror());
  return reinterpret_cast<ReadWithLief*>(found);
}

}  // namespace

Facts read_with_lief(Bytes bytes, SymbolCount count) {
  static ReadWithLief* const read = load();
  Facts facts;
  std::string failure;
  read(bytes, count, facts, failure);
  if (!failure.empty()) throw Error(ErrorCode::kCorrupt, failure);
  return facts;
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
