// Dynamic string tokens: $ORIGIN, $LIB, $PLATFORM, with or without braces.
//
// Source: ld.so(8) "Dynamic string tokens"; glibc 2.36 elf/dl-load.c `is_dst`,
// `_dl_dst_substitute`; musl 1.2.3 ldso/dynlink.c `fixup_rpath`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace elfwheel::loader {

struct TokenValues {
  std::string origin;
  std::string lib;
  std::string platform;
};

// glibc: a plain token ends where an identifier would end ("$ORIGINx" is no token, "${ORIGIN}x"
// has one); what is no token stays as it is.
std::string expand_glibc_tokens(std::string_view text, const TokenValues& values);

// musl: $ORIGIN by prefix ("$ORIGINx" is the origin and "x"). Nothing when there is any other '$':
// musl then drops the whole rpath.
std::optional<std::string> expand_musl_tokens(std::string_view text, std::string_view origin);

}  // namespace elfwheel::loader
