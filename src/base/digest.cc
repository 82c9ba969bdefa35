// SHA-2 through OpenSSL's EVP interface; hexadecimal and base64url by hand, since both are a few
// lines and EVP's base64 knows neither the URL-safe alphabet nor the missing padding.
#include "base/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <string_view>

#include "elfwheel/base/error.h"

namespace elfwheel {
namespace {

const EVP_MD* evp_of(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::kSha256:
      return EVP_sha256();
    case HashAlgorithm::kSha384:
      return EVP_sha384();
    case HashAlgorithm::kSha512:
      return EVP_sha512();
  }
  return nullptr;
}

}  // namespace

std::vector<std::byte> digest(HashAlgorithm algorithm, Bytes bytes) {
  const EVP_MD* evp = evp_of(algorithm);
  std::vector<std::byte> result(EVP_MAX_MD_SIZE);
  unsigned length = 0;
  if (evp == nullptr ||
      EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(result.data()),
                 &length, evp, nullptr) != 1)
    throw Error(ErrorCode::kUnsupported, "this OpenSSL offers no SHA-2");
  result.resize(length);
  return result;
}

Sha256 sha256(Bytes bytes) {
  const auto all = digest(HashAlgorithm::kSha256, bytes);
  Sha256 result;
  std::copy(all.begin(), all.end(), result.begin());
  return result;
}

std::string to_hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result;
  result.reserve(bytes.size() * 2);
  for (const std::byte value : bytes.span()) {
    result += kDigits[std::to_integer<size_t>(value >> 4)];
    result += kDigits[std::to_integer<size_t>(value & std::byte{15})];
  }
  return result;
}

std::string to_base64url(Bytes bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string result;
  result.reserve((bytes.size() * 4 + 2) / 3);
  // `bits` holds `count` bits that are not written yet, in its low end.
  unsigned bits = 0;
  unsigned count = 0;
  for (const std::byte value : bytes.span()) {
    bits = (bits << 8 | std::to_integer<unsigned>(value)) & 0xffff;
    count += 8;
    while (count >= 6) {
      count -= 6;
      result += kAlphabet[bits >> count & 63];
    }
  }
  if (count > 0) result += kAlphabet[bits << (6 - count) & 63];
  return result;
}

}  // namespace elfwheel
