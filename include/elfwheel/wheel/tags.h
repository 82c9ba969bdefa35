// Compatibility tags: python-abi-platform triples, written out or as compressed sets.
// Source: PEP 425; packaging.python.org "Platform compatibility tags".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace elfwheel::wheel {

struct Tag {
  std::string python;    // "cp311", "py3"
  std::string abi;       // "cp311", "abi3", "none"
  std::string platform;  // "linux_x86_64", "any"
  friend bool operator==(const Tag&, const Tag&) = default;
};

// "cp311-cp311-linux_x86_64".
std::string tag_text(const Tag& tag);

// The tags that `text` stands for, compressed sets written out ("py2.py3-none-any" gives two), in
// the order of the text, python tags outermost. kCorrupt unless it has three parts, none empty.
std::vector<Tag> parse_tags(std::string_view text);

// What replacing platform tags comes to.
struct PlatformChange {
  std::vector<std::string> remove;  // "linux_x86_64"
  std::vector<std::string> add;     // "manylinux_2_17_x86_64", "manylinux2014_x86_64"
};

// The platform tags of a file name after `change`: (old - remove) + add, each once, sorted; "any"
// goes when another one is there (auditwheel wheeltools.py add_platforms).
std::vector<std::string> changed_platforms(const std::vector<std::string>& old,
                                           const PlatformChange& change);

}  // namespace elfwheel::wheel
