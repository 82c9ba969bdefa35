// RECORD: the list of a wheel's files with their hashes and sizes.
// Source: PEP 376 "RECORD", PEP 427 "The .dist-info directory"; CSV as Python's csv module.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/base/bytes.h"
#include "elfwheel/base/release.h"
#include "elfwheel/wheel/archive.h"

namespace elfwheel::wheel {

struct RecordRow {
  std::string path;              // as written
  std::string algorithm;         // "sha256", "sha384", "sha512"; "" for no hash
  std::string digest;            // URL-safe base64 without '='; "" for no hash
  std::optional<uint64_t> size;  // bytes; nothing when the field is empty
};

// Rows in file order. CR LF or LF, quoted fields, a last line without an end, empty lines.
// kCorrupt "line 3: ..." for what is not a row of three fields, a hash without "algorithm=" or of
// another algorithm (PEP 427 asks for sha256 or better), a size that is no number.
std::vector<RecordRow> parse_record(std::string_view text);

// One row with `content`'s sha256 and size.
RecordRow record_row(std::string path, Bytes content, const Release& release = nullptr);

// RECORD's text: `rows` in the given order, then RECORD's own row without hash and size; LF ends.
// Rows for `record_path` itself and for its signatures (.jws, .p7s) are left out.
std::string encode_record(const std::vector<RecordRow>& rows, std::string_view record_path);

// One disagreement between RECORD and the archive.
struct RecordFinding {
  std::string path;
  std::string problem;  // "listed in RECORD, but not in the archive", ...
};

// What RECORD says against what the archive's directory says: files listed and absent, present and
// not listed, listed twice, without a hash, sizes. Inflates nothing. Findings in RECORD's order,
// then in the archive's; empty = agreement. Directory entries are nobody's business.
std::vector<RecordFinding> compare_record(const std::vector<RecordRow>& rows,
                                          const Archive& archive, std::string_view record_path);

// Inflates every listed file and compares its hash, in `threads` threads (0: one per processor).
// Damaged members are findings too. Findings in RECORD's order.
std::vector<RecordFinding> verify_hashes(const std::vector<RecordRow>& rows, const Archive& archive,
                                         unsigned threads);

// The hash of `content` against `row`; nothing when it agrees or the row has none.
std::optional<RecordFinding> verify_row(const RecordRow& row, Bytes content);

// kCorrupt "PATH: PROBLEM", with " (and N more)" when there are more; nothing when empty.
void throw_findings(const std::vector<RecordFinding>& findings);

}  // namespace elfwheel::wheel
