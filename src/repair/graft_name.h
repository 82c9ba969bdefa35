// The name of a copied library: the original's name with a hash of its content in it, so that two
// packages never answer to each other's needs. Source: auditwheel repair.py `copylib`.
#pragma once

#include <string>
#include <string_view>

namespace elfwheel::repair {

// "libcudart.so.10.2.89" -> "libcudart-80664282.so.10.2.89": the first eight digits of `sha256`
// (lower-case hexadecimal) at the first dot, or at the end of a name without one. A name that
// bears its hash already stays.
std::string graft_name(std::string_view file_name, std::string_view sha256);

}  // namespace elfwheel::repair
