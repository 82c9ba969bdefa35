#include "base/digest.h"

#include <gtest/gtest.h>

#include <string_view>

namespace elfwheel {
namespace {

std::string hex(const std::vector<std::byte>& bytes) { return to_hex(bytes); }

// The vectors of FIPS 180-2 appendices B, C and D.
TEST(Digest, AgreesWithTheStandardsExamples) {
  const Bytes abc(std::string_view("abc"));
  EXPECT_EQ(hex(digest(HashAlgorithm::kSha256, abc)),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(digest(HashAlgorithm::kSha384, abc)),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            "8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(hex(digest(HashAlgorithm::kSha512, abc)),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Digest, HashesNothing) {
  const Sha256 empty = sha256(Bytes());
  EXPECT_EQ(to_hex({empty.data(), empty.size()}),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// RFC 4648 section 10, without the padding.
TEST(Base64Url, AgreesWithTheStandardsExamples) {
  const auto encode = [](std::string_view text) { return to_base64url(Bytes(text)); };
  EXPECT_EQ(encode(""), "");
  EXPECT_EQ(encode("f"), "Zg");
  EXPECT_EQ(encode("fo"), "Zm8");
  EXPECT_EQ(encode("foo"), "Zm9v");
  EXPECT_EQ(encode("foob"), "Zm9vYg");
  EXPECT_EQ(encode("fooba"), "Zm9vYmE");
  EXPECT_EQ(encode("foobar"), "Zm9vYmFy");
}

TEST(Base64Url, UsesTheUrlSafeAlphabet) {
  const std::byte bytes[] = {std::byte{0xfb}, std::byte{0xff}, std::byte{0xbf}};
  EXPECT_EQ(to_base64url({bytes, 3}), "-_-_");
}

TEST(Base64Url, IsReadBack) {
  std::vector<std::byte> bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    bytes.push_back(static_cast<std::byte>(i * 37));
  }
  EXPECT_EQ(to_hex(from_base64url("Zm9vYg==")), to_hex(Bytes(std::string_view("foob"))));
  EXPECT_EQ(to_hex(from_base64url("Zm9v!Zm9v")), to_hex(Bytes(std::string_view("foo"))));
}

}  // namespace
}  // namespace elfwheel
