// SHA-2 (OpenSSL EVP, so that SHA-NI is used) and the encodings that wheels use for it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/base/bytes.h"
#include "elfwheel/base/release.h"

namespace elfwheel {

using Sha256 = std::array<std::byte, 32>;

// `release` is called with each part of some megabytes.
Sha256 sha256(Bytes bytes, const Release& release = nullptr);

// The algorithms that RECORD may use (PEP 427: "sha256 or better").
enum class HashAlgorithm { kSha256, kSha384, kSha512 };

// A digest in parts.
class DigestInParts {
 public:
  explicit DigestInParts(HashAlgorithm algorithm);
  DigestInParts(const DigestInParts&) = delete;
  DigestInParts& operator=(const DigestInParts&) = delete;
  ~DigestInParts();

  void add(Bytes part);
  // As digest() of all parts; only once.
  std::vector<std::byte> finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// 32, 48 or 64 bytes. Error kUnsupported when this OpenSSL does not offer the algorithm.
std::vector<std::byte> digest(HashAlgorithm algorithm, Bytes bytes);

// Lower-case hexadecimal, two digits a byte.
std::string to_hex(Bytes bytes);

// URL-safe base64 without '=' padding (PEP 427 "The RECORD file"; RFC 4648 section 5).
std::string to_base64url(Bytes bytes);

// What to_base64url() gave; padding may follow. Ends at the first character that is none of it.
std::vector<std::byte> from_base64url(std::string_view text);

}  // namespace elfwheel
