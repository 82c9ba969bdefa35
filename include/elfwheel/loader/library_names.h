// What the file name of a library says of which library it is.
#pragma once

#include <string>
#include <string_view>

namespace elfwheel::loader {

// The library whatever its version and whoever copied it into a wheel: "libssl" for
// "libssl.so.1.1" and "libssl-3f9a21bc.so.3", "libLLVM" for "libLLVM-14.so.1".
std::string_view library_stem(std::string_view file_name);

// Runtimes with state of which a process should have one: OpenMP teams, CUDA contexts, BLAS thread
// pools, the C++ runtime's type information.
struct Runtime {
  std::string_view library;  // "libgomp"; empty for a file that is no such runtime
  std::string_view kind;     // what it is one implementation of: "OpenMP"
};
Runtime find_runtime(std::string_view file_name);

}  // namespace elfwheel::loader
