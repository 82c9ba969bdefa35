// Files of "Name: value" lines: WHEEL and METADATA.
//
// A file that is parsed and encoded again without a change is the same bytes; only lines that were
// edited are written anew. Source: PEP 427 "File contents", core metadata specification (both are
// RFC 822 in the dialect of Python's email module).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/wheel/tags.h"

namespace elfwheel::wheel {

class MetadataFile {
 public:
  // The fields end at the first line that is neither a field nor a continuation, which need not
  // be empty (Python's email parser has it so, and METADATA files in the wild rely on it). Takes
  // any text.
  static MetadataFile parse(std::string_view text);

  // The first value of field `name` (case does not matter) without surrounding space; continuation
  // lines are joined by '\n' without their indentation. Nothing when absent.
  std::optional<std::string> find(std::string_view name) const;
  // All values of field `name`, in order.
  std::vector<std::string> find_all(std::string_view name) const;
  // find(), or kCorrupt "there is no NAME field" where it is absent or empty.
  std::string require(std::string_view name) const;

  // Removes every field `name`.
  void remove(std::string_view name);
  // Puts a field behind the last one.
  void append(std::string_view name, std::string_view value);

  std::string encode() const;

 private:
  struct Field {
    std::string name;
    std::string value;
    std::string text;  // the lines as they stand in the file, with their ends
  };
  std::vector<Field> fields_;
  std::string body_;  // from the end of the fields on, the empty line included
  std::string line_end_ = "\n";
};

// Fields of a WHEEL file that decide where and what is installed.
struct WheelFields {
  std::string wheel_version;     // "1.0"
  bool root_is_purelib = false;  // the archive's root installs to purelib, not platlib
  std::vector<Tag> tags;         // written out, in order, may be empty in old wheels
};
// Errors: kCorrupt for missing or unreadable fields, kUnsupported for a major Wheel-Version other
// than 1 (PEP 427: an installer "must" refuse it).
WheelFields parse_wheel_fields(const MetadataFile& file);

// Rewrites the Tag fields of a WHEEL file as auditwheel does: the old ones that stay, in order,
// then each (python, abi) pair of the old ones with each of change.add; nothing is sorted, the Tag
// fields come last. When "any" goes, Root-Is-Purelib becomes False and the last of all.
// False, and the file as it was, when nothing changes.
bool change_platforms(MetadataFile& wheel_file, const PlatformChange& change);

// Fields of METADATA that this program reads.
struct Metadata {
  std::string name;
  std::string version;
  std::string requires_python;             // "" when absent
  std::vector<std::string> requires_dist;  // as written
};
// kCorrupt when Name or Version is missing.
Metadata parse_metadata(const MetadataFile& file);

}  // namespace elfwheel::wheel
