// What the two halves of the RECORD code share.
#pragma once

#include <optional>
#include <string_view>

#include "base/digest.h"

namespace elfwheel::wheel {

// RECORD itself, RECORD.jws and RECORD.p7s: they cannot be listed with a hash (PEP 427).
bool is_record_or_signature(std::string_view path, std::string_view record_path);

// By the name that RECORD uses; nothing for what PEP 427 does not permit.
std::optional<HashAlgorithm> find_hash_algorithm(std::string_view name);

}  // namespace elfwheel::wheel
