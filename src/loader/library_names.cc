#include "elfwheel/loader/library_names.h"

namespace elfwheel::loader {
namespace {

constexpr size_t kHashDigits = 8;  // in the name of a library that was copied into a wheel

// Beginnings of file names.
constexpr Runtime kRuntimes[] = {
    {"libgomp", "OpenMP"},
    {"libomp", "OpenMP"},
    {"libiomp5", "OpenMP"},
    {"libcudart", "the CUDA runtime"},
    {"libopenblas", "OpenBLAS"},
    {"libscipy_openblas", "OpenBLAS"},
    {"libmkl_rt", "MKL"},
    {"libtbb", "TBB"},
    {"libgfortran", "the Fortran runtime"},
    {"libstdc++", "the C++ runtime"},
};

// "libopenblas-r0" for "libopenblas-r0-23e5df77.3.21.dev": a hash stands at the first dot, so that
// digits of a version may follow it. The stem itself where there is none.
std::string_view without_hash(std::string_view stem) {
  const size_t dash = stem.rfind('-');
  if (dash == stem.npos || stem.size() - dash - 1 < kHashDigits) return stem;
  if (stem.find_first_not_of("0123456789abcdef", dash + 1) < dash + 1 + kHashDigits) return stem;
  const std::string_view rest = stem.substr(dash + 1 + kHashDigits);
  return rest.empty() || rest.front() == '.' ? stem.substr(0, dash) : stem;
}

// "libgomp-a34b3233.so.1.0.0" -> "libgomp"; a library that went through two repairs has two hashes.
std::string_view without_suffix_and_hash(std::string_view file_name) {
  std::string_view stem = file_name.substr(0, file_name.find(".so"));
  while (true) {
    const std::string_view shorter = without_hash(stem);
    if (shorter.size() == stem.size()) return stem;
    stem = shorter;
  }
}

}  // namespace

std::string_view library_stem(std::string_view file_name) {
  std::string_view stem = without_suffix_and_hash(file_name);
  const size_t version = stem.find_last_not_of("0123456789.");
  // A version stands behind a separator: libv4l2 is not version 2 of libv4l.
  if (version != stem.npos && version + 1 < stem.size() &&
      (stem[version] == '-' || stem[version] == '_' || stem[version + 1] == '.'))
    stem = stem.substr(0, stem[version + 1] == '.' ? version + 1 : version);
  return stem;
}

Runtime find_runtime(std::string_view file_name) {
  std::string_view stem = without_suffix_and_hash(file_name);
  stem = stem.substr(0, stem.find('.'));
  for (const Runtime& runtime : kRuntimes) {
    // libopenblasp-r0 and libopenblas64_ are libopenblas too; libtbbmalloc is no libtbb.
    const bool family = runtime.library.ends_with("openblas") && stem.starts_with(runtime.library);
    if (family || stem == runtime.library) return runtime;
  }
  return {};
}

}  // namespace elfwheel::loader
