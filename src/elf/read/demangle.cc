// The C++ runtime's demangler, with a bound on what it writes where the runtime allows one.
#include "elfwheel/elf/demangle.h"

#include <cxxabi.h>

#include <csetjmp>
#include <cstdlib>
#include <memory>
#include <utility>

// What abi::__cxa_demangle is made of (libiberty/cp-demangle.c). It hands over the text piece by
// piece, so that one can stop it. Only the static libstdc++ has it: null with the shared one.
extern "C" __attribute__((weak)) int __gcclibcxx_demangle_callback(
    const char* mangled, void (*callback)(const char*, size_t, void*), void* opaque);

namespace elfwheel::elf {
namespace {

constexpr size_t kLongestText = size_t{1} << 20;

struct Output {
  std::string text;
  std::jmp_buf too_long;
};

// Leaves the demangler by longjmp when it is too much: it is C, owns nothing but its stack, and may
// be compiled without what an exception needs to pass.
void take(const char* piece, size_t length, void* opaque) {
  auto& output = *static_cast<Output*>(opaque);
  if (length > kLongestText - output.text.size()) std::longjmp(output.too_long, 1);
  output.text.append(piece, length);
}

bool write_bounded(const char* name, Output& output) {
  if (setjmp(output.too_long) != 0) return false;
  return __gcclibcxx_demangle_callback(name, take, &output) == 0;
}

std::optional<std::string> demangle_unbounded(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  if (text == nullptr) return std::nullopt;
  return std::string(text.get());
}

}  // namespace

std::optional<std::string> demangle(std::string_view name) {
  // The runtime takes "i" for the type int.
  if (name.substr(0, 2) != "_Z") return std::nullopt;
  const std::string mangled(name);
  if (__gcclibcxx_demangle_callback == nullptr) return demangle_unbounded(mangled.c_str());
  Output output;
  if (!write_bounded(mangled.c_str(), output)) return std::nullopt;
  return std::move(output.text);
}

}  // namespace elfwheel::elf
