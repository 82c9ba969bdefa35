// SHA-2 by OpenSSL; hexadecimal and base64url by hand, since both are a few lines and OpenSSL's
// base64 knows neither the URL-safe alphabet nor the missing padding.
//
// The plain SHA functions, which use SHA-NI all the same: EVP would read openssl.cnf and could load
// modules that it names, neither of which may decide what a hash is (nor be had in a static
// program).
#include "base/digest.h"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <algorithm>
#include <string_view>

#include "elfwheel/base/error.h"

namespace elfwheel {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void check(int result) {
  if (result != 1) throw Error(ErrorCode::kUnsupported, "this OpenSSL offers no SHA-2");
}

}  // namespace

struct DigestInParts::Context {
  HashAlgorithm algorithm;
  SHA256_CTX small;
  SHA512_CTX large;  // of SHA-384, too
};

DigestInParts::DigestInParts(HashAlgorithm algorithm) : context_(std::make_unique<Context>()) {
  context_->algorithm = algorithm;
  switch (algorithm) {
    case HashAlgorithm::kSha256:
      check(SHA256_Init(&context_->small));
      break;
    case HashAlgorithm::kSha384:
      check(SHA384_Init(&context_->large));
      break;
    case HashAlgorithm::kSha512:
      check(SHA512_Init(&context_->large));
      break;
  }
}

DigestInParts::~DigestInParts() = default;

void DigestInParts::add(Bytes part) {
  check(context_->algorithm == HashAlgorithm::kSha256
            ? SHA256_Update(&context_->small, part.data(), part.size())
            : SHA512_Update(&context_->large, part.data(), part.size()));
}

std::vector<std::byte> DigestInParts::finish() {
  std::vector<std::byte> result(SHA512_DIGEST_LENGTH);
  auto* const to = reinterpret_cast<unsigned char*>(result.data());
  switch (context_->algorithm) {
    case HashAlgorithm::kSha256:
      check(SHA256_Final(to, &context_->small));
      result.resize(SHA256_DIGEST_LENGTH);
      break;
    case HashAlgorithm::kSha384:
      check(SHA384_Final(to, &context_->large));
      result.resize(SHA384_DIGEST_LENGTH);
      break;
    case HashAlgorithm::kSha512:
      check(SHA512_Final(to, &context_->large));
      break;
  }
  return result;
}

std::vector<std::byte> digest(HashAlgorithm algorithm, Bytes bytes) {
  DigestInParts parts(algorithm);
  parts.add(bytes);
  return parts.finish();
}

Sha256 sha256(Bytes bytes, const Release& release) {
  constexpr uint64_t kPart = uint64_t{4} << 20;
  DigestInParts parts(HashAlgorithm::kSha256);
  for (uint64_t begin = 0; begin < bytes.size(); begin += kPart) {
    const Bytes part = bytes.sub(begin, std::min<uint64_t>(kPart, bytes.size() - begin), "content");
    parts.add(part);
    if (release) release(begin, begin + part.size());
  }
  const auto all = parts.finish();
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

std::vector<std::byte> from_base64url(std::string_view text) {
  std::vector<std::byte> result;
  result.reserve(text.size() * 3 / 4);
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) break;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    result.push_back(static_cast<std::byte>(bits >> count & 0xff));
  }
  return result;
}

}  // namespace elfwheel
