// A zip archive as wheels use it: read without unpacking, concurrently, and written with ready-made
// compressed data. What the entries mean (dist-info, RECORD, .data) is wheel.h's matter.
//
// Reading trusts nothing: every range is checked against the file, entries may not overlap, names
// may not leave the directory or clash, and sizes are bounded (ArchiveLimits).
// Source: PKWARE APPNOTE.TXT 6.3.10; the names' rules: docs/wheel_format.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elfwheel/base/bytes.h"
#include "elfwheel/base/error.h"
#include "elfwheel/wheel/buffer.h"

namespace elfwheel::wheel {

// How the data of an entry is packed. Others exist; read() knows those that libzip knows.
enum class Method : uint16_t { kStored = 0, kDeflated = 8 };

struct ArchiveEntry {
  std::string path;  // UTF-8, '/' between the parts, no final '/'
  bool is_directory = false;
  Method method = Method::kStored;
  uint64_t compressed_size = 0;  // bytes in the archive
  uint64_t size = 0;             // bytes when inflated
  uint32_t crc32 = 0;
  // st_mode as the entry has it (S_IFREG may be missing); 0100644 or 040755 where it has none.
  uint32_t mode = 0;
  int64_t mtime = 0;  // seconds since 1970, the DOS time read as UTC; even
};

// What an honest archive stays below. An archive beyond is kLimit, with the entry's name.
struct ArchiveLimits {
  uint64_t entries = 1'000'000;
  uint64_t member_size = uint64_t{16} << 30;  // bytes inflated
  uint64_t total_size = uint64_t{64} << 30;   // bytes inflated, all entries
  // A member larger than `free_size` may not inflate to more than `ratio` times its packed size.
  uint64_t free_size = uint64_t{256} << 20;
  uint64_t ratio = 500;
};

class Archive {
 public:
  // Maps and checks the archive. Errors: kNotFound, kIo; kCorrupt, kTruncated ("not a zip archive:
  // ..."), kUnsupported (encrypted, several disks), kLimit. The message has the entry's name where
  // there is one, and never the path of the archive.
  static Archive open(const std::string& path, const ArchiveLimits& limits = {});
  // The same on bytes in memory, which must outlive the result.
  static Archive from_bytes(Bytes bytes, const ArchiveLimits& limits = {});

  Archive(Archive&&) noexcept;
  Archive& operator=(Archive&&) noexcept;
  ~Archive();

  // In the order of the central directory; paths are unique; directories may be absent.
  const std::vector<ArchiveEntry>& entries() const;
  // Index of the entry named `path` (no final '/'), or kNoEntry.
  static constexpr size_t kNoEntry = static_cast<size_t>(-1);
  size_t find(std::string_view path) const;

  // The inflated content; size and CRC-32 are verified: kCorrupt "ENTRY: ...". May be called from
  // any number of threads at once.
  Buffer read(size_t index) const;
  // The same into a file without a name below `directory` (Buffer::in_scratch).
  Buffer read_to_scratch(size_t index, const std::string& directory) const;
  // The same, part by part in order, for a member that need not be in memory at once: slower, and
  // `take` has had everything when it turns out to be wrong.
  void read_in_parts(size_t index, const std::function<void(Bytes part)>& take) const;
  // The first `count` bytes (fewer when the entry is shorter), inflating no more than needed;
  // nothing can be verified. Any number of threads.
  Buffer read_prefix(size_t index, size_t count) const;
  // The packed bytes as they stand in the archive; valid while the archive lives.
  Bytes raw(size_t index) const;
  // A hint that they will not be looked at for a while.
  void release_raw(size_t index) const;

 private:
  struct State;
  explicit Archive(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A member ready for an archive. Move-only.
struct CompressedMember {
  Method method = Method::kStored;
  uint32_t crc32 = 0;
  uint64_t size = 0;          // bytes before compression
  std::vector<Buffer> parts;  // one behind the other
  uint64_t packed_size() const;
};

// CRC-32 as zip has it, of what `crc32` is that of and `bytes` behind it; 0 is that of nothing.
uint32_t extend_crc32(uint32_t crc32, Bytes bytes);

// Deflates `content` at libdeflate's `level` (1 fast .. 12 small; 0 stores); stored where deflate
// gains nothing. What was packed is read back and compared. Pure and thread-safe; same content and
// level, same bytes. kUsage for other levels.
CompressedMember compress(Bytes content, int level);

// compress() in pieces, which may be made in any order and by any number of threads.
class PieceCompressor {
 public:
  // For content of `size` bytes. kUsage as compress().
  PieceCompressor(uint64_t size, int level);

  size_t pieces() const { return pieces_; }
  // Piece `index` is [begin(index), begin(index + 1)) of the content.
  uint64_t begin(size_t index) const;
  // The deflate data of one piece; they form one stream when they stand one behind the other.
  Buffer pack(size_t index, Bytes piece) const;
  // The member that compress() would give. `parts`: what pack() gave for each piece.
  CompressedMember assemble(Bytes content, uint32_t crc32, std::vector<Buffer> parts) const;

 private:
  uint64_t size_;
  int level_;
  size_t pieces_;
};

// What an entry is called and looks like in a new archive.
struct NewEntry {
  std::string path;           // as ArchiveEntry::path
  uint32_t mode = 0100644;    // st_mode
  int64_t mtime = 315532800;  // clipped to 1980-01-01 .. 2107-12-31, rounded down to even seconds
};

// Writes an archive in the order of the calls: the same calls give the same bytes. ZIP64 records
// appear when sizes ask for them. The target does not exist, or stays as it was, until commit().
class ArchiveWriter {
 public:
  // Errors: kNotFound, kIo "cannot create a file in DIRECTORY: ...".
  explicit ArchiveWriter(const std::string& target);
  ArchiveWriter(ArchiveWriter&&) noexcept;
  ArchiveWriter& operator=(ArchiveWriter&&) noexcept;
  // Removes what was written unless commit() was called.
  ~ArchiveWriter();

  // Entry `index` of `source` with its packed bytes as they are, under another name, mode or time
  // if so wished. `source` must live until finish() returns.
  void copy(const Archive& source, size_t index, const NewEntry& as);
  void copy(const Archive& source, size_t index);
  void add(const NewEntry& entry, CompressedMember member);
  // As add(), but `produce` is called by finish() when the entry's turn comes, and its result is
  // freed right after it is written, so that not all members need to be in memory at once.
  // An exception of `produce` leaves finish() as it is.
  // `stores`: it is Method::kStored, which has to be known before.
  void add(const NewEntry& entry, std::function<CompressedMember()> produce, bool stores = false);
  void add_directory(const NewEntry& entry);

  // Writes everything to the temporary file and returns its path, for a last look at it.
  // Errors: kCorrupt (a name twice, a copied entry that is damaged), kIo ("cannot write: No space
  // left on device").
  const std::string& finish();
  // fsync, then rename over the target. finish() is called if it was not.
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace elfwheel::wheel
