// RECORD's text. What it says against what the archive holds: record_check.cc.
#include "elfwheel/wheel/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/digest.h"
#include "elfwheel/base/error.h"
#include "wheel/entry_path.h"
#include "wheel/record_check.h"

namespace elfwheel::wheel {
namespace {

struct CsvLine {
  size_t number = 0;  // of its first line in the text, from 1
  std::vector<std::string> fields;
};

// Fields separated by ',', in '"' where they hold one of , " CR LF; a '"' inside is doubled. Python
// writes and reads this with csv.writer's and csv.reader's defaults.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  // Nothing at the end. An empty line has one empty field.
  std::optional<CsvLine> next() {
    if (at_ >= text_.size()) return std::nullopt;
    CsvLine line;
    line.number = number_;
    do {
      line.fields.push_back(take_field());
    } while (take(','));
    take('\r');
    take('\n');
    ++number_;
    return line;
  }

 private:
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string take_field() {
    std::string field;
    const bool quoted = take('"');
    bool inside = quoted;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (inside && c == '"') {
        inside = at_ + 1 < text_.size() && text_[at_ + 1] == '"';
        if (!inside) continue;
        ++at_;  // a doubled quote
      } else if (!inside && (c == ',' || c == '\r' || c == '\n')) {
        break;
      }
      number_ += inside && c == '\n';
      field += c;
    }
    if (inside)
      throw Error(ErrorCode::kTruncated,
                  fmt::format("line {}: the quoted field has no end", number_));
    return field;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t number_ = 1;
};

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + '"';
}

RecordRow parse_row(const CsvLine& line) {
  const auto fail = [&](std::string_view problem) {
    throw Error(ErrorCode::kCorrupt, fmt::format("line {}: {}", line.number, problem));
  };
  if (line.fields.size() != 3)
    fail(fmt::format("{} fields, not the 3 of PATH,HASH,SIZE", line.fields.size()));
  RecordRow row;
  row.path = line.fields[0];
  if (row.path.empty()) fail("the path is empty");
  if (const std::string& hash = line.fields[1]; !hash.empty()) {
    const size_t equals = hash.find('=');
    if (equals == std::string::npos)
      fail(fmt::format("the hash {} does not name its algorithm", printable(hash)));
    row.algorithm = hash.substr(0, equals);
    row.digest = hash.substr(equals + 1);
    row.digest.erase(std::min(row.digest.find('='), row.digest.size()));
    if (!find_hash_algorithm(row.algorithm))
      fail(fmt::format("the hash algorithm {} is none of sha256, sha384 and sha512",
                       printable(row.algorithm)));
  }
  if (const std::string& size = line.fields[2]; !size.empty()) {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), value);
    if (error != std::errc() || end != size.data() + size.size())
      fail(fmt::format("the size {} is not a number", printable(size)));
    row.size = value;
  }
  return row;
}

}  // namespace

std::vector<RecordRow> parse_record(std::string_view text) {
  std::vector<RecordRow> rows;
  CsvReader reader(text);
  while (const auto line = reader.next())
    if (line->fields != std::vector<std::string>{""}) rows.push_back(parse_row(*line));
  return rows;
}

RecordRow record_row(std::string path, Bytes content, const Release& release) {
  const Sha256 digest = sha256(content, release);
  return {std::move(path), "sha256", to_base64url({digest.data(), digest.size()}), content.size()};
}

std::string encode_record(const std::vector<RecordRow>& rows, std::string_view record_path) {
  std::string text;
  for (const RecordRow& row : rows) {
    if (is_record_or_signature(row.path, record_path)) continue;
    text += csv_field(row.path) + ',';
    if (!row.algorithm.empty()) text += row.algorithm + '=' + row.digest;
    text += ',';
    if (row.size) text += fmt::format("{}", *row.size);
    text += '\n';
  }
  return text + csv_field(std::string(record_path)) + ",,\n";
}

}  // namespace elfwheel::wheel
