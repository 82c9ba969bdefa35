// RECORD against the archive: names and sizes from the directory, hashes from the content.
#include "wheel/record_check.h"

#include <fmt/format.h>

#include <unordered_set>

#include "elfwheel/base/error.h"
#include "elfwheel/wheel/record.h"
#include "wheel/entry_path.h"
#include "wheel/parallel.h"

namespace elfwheel::wheel {

bool is_record_or_signature(std::string_view path, std::string_view record_path) {
  if (!path.starts_with(record_path)) return false;
  const std::string_view rest = path.substr(record_path.size());
  return rest.empty() || rest == ".jws" || rest == ".p7s";
}

std::optional<HashAlgorithm> find_hash_algorithm(std::string_view name) {
  if (name == "sha256") return HashAlgorithm::kSha256;
  if (name == "sha384") return HashAlgorithm::kSha384;
  if (name == "sha512") return HashAlgorithm::kSha512;
  return std::nullopt;
}

std::vector<RecordFinding> compare_record(const std::vector<RecordRow>& rows,
                                          const Archive& archive, std::string_view record_path) {
  std::vector<RecordFinding> findings;
  std::unordered_set<std::string_view> listed;
  for (const RecordRow& row : rows) {
    const auto report = [&](std::string problem) {
      findings.push_back({row.path, std::move(problem)});
    };
    if (!listed.insert(row.path).second) {
      report("listed twice in RECORD");
      continue;
    }
    if (is_record_or_signature(row.path, record_path)) continue;
    const size_t index = archive.find(row.path);
    if (index == Archive::kNoEntry || archive.entries()[index].is_directory)
      report("listed in RECORD, but not in the archive");
    else if (row.algorithm.empty())
      report("listed in RECORD without a hash");
    else if (const uint64_t size = archive.entries()[index].size; row.size && *row.size != size)
      report(fmt::format("RECORD says {} bytes, the archive has {}", *row.size, size));
  }
  for (const ArchiveEntry& entry : archive.entries())
    if (!entry.is_directory && !is_record_or_signature(entry.path, record_path) &&
        !listed.contains(entry.path))
      findings.push_back({entry.path, "in the archive, but not listed in RECORD"});
  return findings;
}

namespace {

// Members larger than this are not held in memory to hash them. It costs time: what inflates in
// parts is slower.
constexpr uint64_t kHeldWhole = uint64_t{128} << 20;

std::optional<RecordFinding> compare_digest(const RecordRow& row,
                                            const std::vector<std::byte>& digest) {
  const std::string found = to_base64url(digest);
  if (found == row.digest) return std::nullopt;
  return RecordFinding{row.path, fmt::format("RECORD says {0}={1}, the content has {0}={2}",
                                             row.algorithm, printable(row.digest), found)};
}

std::optional<RecordFinding> verify_entry(const RecordRow& row, const Archive& archive,
                                          size_t index) {
  if (archive.entries()[index].size <= kHeldWhole)
    return verify_row(row, archive.read(index).bytes());
  const auto algorithm = find_hash_algorithm(row.algorithm);
  if (!algorithm) return std::nullopt;
  DigestInParts digest(*algorithm);
  archive.read_in_parts(index, [&](Bytes part) { digest.add(part); });
  return compare_digest(row, digest.finish());
}

}  // namespace

std::optional<RecordFinding> verify_row(const RecordRow& row, Bytes content) {
  const auto algorithm = find_hash_algorithm(row.algorithm);
  if (!algorithm) return std::nullopt;
  return compare_digest(row, digest(*algorithm, content));
}

std::vector<RecordFinding> verify_hashes(const std::vector<RecordRow>& rows, const Archive& archive,
                                         unsigned threads) {
  std::vector<std::optional<RecordFinding>> found(rows.size());
  parallel_for(rows.size(), threads, [&](size_t i) {
    const size_t index = archive.find(rows[i].path);
    if (index == Archive::kNoEntry || rows[i].algorithm.empty()) return;
    try {
      found[i] = verify_entry(rows[i], archive, index);
    } catch (const Error& error) {
      // The message begins with the entry's name, as a finding does.
      const std::string prefix = printable(rows[i].path) + ": ";
      const std::string_view text = error.what();
      found[i] = {rows[i].path,
                  std::string(text.substr(text.starts_with(prefix) ? prefix.size() : 0))};
    }
  });
  std::vector<RecordFinding> findings;
  for (auto& finding : found)
    if (finding) findings.push_back(*std::move(finding));
  return findings;
}

void throw_findings(const std::vector<RecordFinding>& findings) {
  if (findings.empty()) return;
  const std::string more =
      findings.size() > 1 ? fmt::format(" (and {} more)", findings.size() - 1) : "";
  throw Error(ErrorCode::kCorrupt,
              fmt::format("{}: {}{}", printable(findings[0].path), findings[0].problem, more));
}

}  // namespace elfwheel::wheel
