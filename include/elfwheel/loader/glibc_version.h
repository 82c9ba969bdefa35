// The releases of glibc between which its loader's rules differ.
#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace elfwheel::loader {

// The member functions say what a release does; docs/loader_rules.md has the sources.
struct GlibcVersion {
  unsigned major = 2;
  unsigned minor = 36;
  friend auto operator<=>(const GlibcVersion&, const GlibcVersion&) = default;

  // haswell/, tls/, x86_64/ and the like, below every directory and in the cache.
  bool has_legacy_directories() const { return *this < GlibcVersion{2, 37}; }
  // "/" as an element of a path is found to be missing once a file is not in it.
  bool loses_root_directory() const { return *this < GlibcVersion{2, 37}; }
  // A relative element that is a file ends its list.
  bool stops_at_files() const { return *this < GlibcVersion{2, 39}; }
  // $ORIGIN of a file that is given to ld.so has no links in it.
  bool resolves_argument() const { return *this >= GlibcVersion{2, 42}; }
};

// "2.36", "2.36-9+deb12u4"; nothing where the text begins otherwise.
std::optional<GlibcVersion> parse_glibc_version(std::string_view text);

}  // namespace elfwheel::loader
