// Reading an archive. Deflated and stored members are read from the mapping itself, without a lock;
// libzip inflates the rest (bzip2, ...) and prefixes, one caller at a time.
#include "elfwheel/wheel/archive.h"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <mutex>
#include <new>
#include <optional>
#include <unordered_map>

#include "base/mapped_file.h"
#include "wheel/entry_path.h"
#include "wheel/libzip_handle.h"
#include "wheel/zip_directory.h"

namespace elfwheel::wheel {

struct Archive::State {
  std::optional<MappedFile> file;  // what `bytes` looks at, unless the caller owns it
  Bytes bytes;
  std::vector<ArchiveEntry> entries;
  std::vector<Bytes> data;                             // packed, by index of entry
  std::unordered_map<std::string_view, size_t> index;  // views into `entries`
  std::mutex libzip_mutex;
  ZipHandle libzip;  // opened when first needed

  void read_directory(const ArchiveLimits& limits);
  // `content` has the entry's size.
  Buffer read(size_t entry, Buffer content);
  void read_by_libzip(size_t entry, Buffer& content);
  void read_stored_in_parts(size_t entry, const std::function<void(Bytes)>& take) const;
  void inflate_in_parts(size_t entry, const std::function<void(Bytes)>& take) const;
  void release(size_t entry) const;
  void check_crc(size_t entry, uint32_t crc) const;

 private:
  ZipHandle open_libzip() const;
};

namespace {

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* decompressor) const {
    libdeflate_free_decompressor(decompressor);
  }
};

void inflate(Bytes packed, Buffer& content) {
  const size_t size = content.size();
  const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor(
      libdeflate_alloc_decompressor());
  if (!decompressor) throw std::bad_alloc();
  size_t consumed = 0;
  size_t produced = 0;
  const libdeflate_result result =
      libdeflate_deflate_decompress_ex(decompressor.get(), packed.data(), packed.size(),
                                       content.data(), content.size(), &consumed, &produced);
  if (result == LIBDEFLATE_INSUFFICIENT_SPACE)
    throw Error(ErrorCode::kCorrupt,
                fmt::format("the content is longer than the {} bytes that the archive says", size));
  if (result != LIBDEFLATE_SUCCESS) throw Error(ErrorCode::kCorrupt, "the packed data is damaged");
  if (produced != size)
    throw Error(
        ErrorCode::kCorrupt,
        fmt::format("the content has {} bytes, not the {} that the archive says", produced, size));
  if (consumed != packed.size())
    throw Error(ErrorCode::kCorrupt, fmt::format("{} bytes follow the end of the packed data",
                                                 packed.size() - consumed));
}

Error libzip_error(const std::string& text) {
  return {ErrorCode::kCorrupt, fmt::format("cannot inflate: {}", text)};
}

void require_method(zip_int32_t method) {
  if (zip_compression_method_supported(method, 0) == 0)
    throw Error(ErrorCode::kUnsupported,
                fmt::format("compression method {} is not supported", method));
}

constexpr size_t kPart = size_t{4} << 20;  // of a member that is read in parts

}  // namespace

void Archive::State::read_directory(const ArchiveLimits& limits) {
  std::vector<ZipMember> members = parse_zip_directory(bytes, limits);
  entries.reserve(members.size());
  data.reserve(members.size());
  for (ZipMember& member : members) {
    entries.push_back(std::move(member.entry));
    data.push_back(member.data);
  }
  for (size_t i = 0; i < entries.size(); ++i) index.emplace(entries[i].path, i);
}

// The two readers of the directory must see one archive, or an index would mean two things.
ZipHandle Archive::State::open_libzip() const {
  ZipError error;
  zip_source_t* const source =
      zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error.value);
  if (source == nullptr) throw libzip_error(error.text());
  ZipHandle opened(zip_open_from_source(source, ZIP_RDONLY, &error.value));
  if (!opened) {
    zip_source_free(source);
    throw libzip_error(error.text());
  }
  if (zip_get_num_entries(opened.get(), 0) != static_cast<zip_int64_t>(entries.size()))
    throw libzip_error("libzip finds another number of entries");
  return opened;
}

void Archive::State::check_crc(size_t entry, uint32_t crc) const {
  if (crc != entries[entry].crc32)
    throw Error(ErrorCode::kCorrupt, fmt::format("the content's CRC-32 is {:08x}, not the {:08x} "
                                                 "that the archive says",
                                                 crc, entries[entry].crc32));
}

Buffer Archive::State::read(size_t entry, Buffer content) {
  const ArchiveEntry& about = entries[entry];
  return with_where(printable(about.path), [&] {
    if (about.method == Method::kDeflated) {
      inflate(data[entry], content);
    } else if (about.method != Method::kStored) {
      read_by_libzip(entry, content);
    } else if (content.size() != 0) {
      std::memcpy(content.data(), data[entry].data(), content.size());
    }
    release(entry);
    check_crc(entry, libdeflate_crc32(0, content.bytes().data(), content.size()));
    return std::move(content);
  });
}

void Archive::State::release(size_t entry) const {
  if (!file || data[entry].empty()) return;
  const auto begin = static_cast<uint64_t>(data[entry].data() - bytes.data());
  file->release(begin, begin + data[entry].size());
}

void Archive::State::read_stored_in_parts(size_t entry,
                                          const std::function<void(Bytes)>& take) const {
  const Bytes& all = data[entry];
  const auto start = static_cast<uint64_t>(all.data() - bytes.data());
  uint32_t crc = 0;
  for (uint64_t begin = 0; begin < all.size(); begin += kPart) {
    const Bytes part = all.sub(begin, std::min<uint64_t>(kPart, all.size() - begin), "stored data");
    crc = libdeflate_crc32(crc, part.data(), part.size());
    take(part);
    if (file) file->release(start + begin, start + begin + part.size());
  }
  check_crc(entry, crc);
}

// libdeflate inflates the whole of a member only. A handle of its own keeps others from waiting.
void Archive::State::inflate_in_parts(size_t entry, const std::function<void(Bytes)>& take) const {
  require_method(static_cast<zip_int32_t>(entries[entry].method));
  const uint64_t size = entries[entry].size;
  const ZipHandle zip = open_libzip();
  const ZipFileHandle member(zip_fopen_index(zip.get(), entry, 0));
  if (!member) throw libzip_error(zip_strerror(zip.get()));
  Buffer part(kPart);
  uint32_t crc = 0;
  uint64_t done = 0;
  while (true) {
    const zip_int64_t got = zip_fread(member.get(), part.data(), part.size());
    if (got < 0) throw libzip_error(zip_file_strerror(member.get()));
    const auto count = static_cast<size_t>(got);
    if (count > size - done)
      throw Error(
          ErrorCode::kCorrupt,
          fmt::format("the content is longer than the {} bytes that the archive says", size));
    if (count == 0) break;
    const Bytes content = part.bytes().sub(0, count, "content");
    crc = libdeflate_crc32(crc, content.data(), content.size());
    take(content);
    done += count;
    release(entry);
  }
  if (done != size)
    throw Error(
        ErrorCode::kCorrupt,
        fmt::format("the content has {} bytes, not the {} that the archive says", done, size));
  check_crc(entry, crc);
}

// As many bytes of the entry as `content` has room for.
void Archive::State::read_by_libzip(size_t entry, Buffer& content) {
  const size_t count = content.size();
  require_method(static_cast<zip_int32_t>(entries[entry].method));
  const std::lock_guard lock(libzip_mutex);
  if (!libzip) libzip = open_libzip();
  zip_t* const zip = libzip.get();
  const ZipFileHandle member(zip_fopen_index(zip, entry, 0));
  if (!member) throw libzip_error(zip_strerror(zip));
  size_t done = 0;
  while (done < count) {
    const zip_int64_t got = zip_fread(member.get(), content.data() + done, count - done);
    if (got < 0) throw libzip_error(zip_file_strerror(member.get()));
    if (got == 0)
      throw Error(ErrorCode::kCorrupt,
                  fmt::format("the content has {} bytes, not the {} that the archive says", done,
                              entries[entry].size));
    done += static_cast<size_t>(got);
  }
}

Archive::Archive(std::unique_ptr<State> state) : state_(std::move(state)) {}
Archive::Archive(Archive&&) noexcept = default;
Archive& Archive::operator=(Archive&&) noexcept = default;
Archive::~Archive() = default;

Archive Archive::open(const std::string& path, const ArchiveLimits& limits) {
  auto state = std::make_unique<State>();
  state->file.emplace(MappedFile::open(path));
  state->bytes = state->file->bytes();
  state->read_directory(limits);
  return Archive(std::move(state));
}

Archive Archive::from_bytes(Bytes bytes, const ArchiveLimits& limits) {
  auto state = std::make_unique<State>();
  state->bytes = bytes;
  state->read_directory(limits);
  return Archive(std::move(state));
}

const std::vector<ArchiveEntry>& Archive::entries() const { return state_->entries; }

size_t Archive::find(std::string_view path) const {
  const auto found = state_->index.find(path);
  return found == state_->index.end() ? kNoEntry : found->second;
}

Bytes Archive::raw(size_t index) const { return state_->data.at(index); }

void Archive::release_raw(size_t index) const { state_->release(index); }

Buffer Archive::read(size_t index) const {
  const ArchiveEntry& entry = state_->entries.at(index);
  return state_->read(index, Buffer(static_cast<size_t>(entry.size)));
}

Buffer Archive::read_to_scratch(size_t index, const std::string& directory) const {
  const ArchiveEntry& entry = state_->entries.at(index);
  return state_->read(index, Buffer::in_scratch(directory, static_cast<size_t>(entry.size)));
}

void Archive::read_in_parts(size_t index, const std::function<void(Bytes part)>& take) const {
  const ArchiveEntry& entry = state_->entries.at(index);
  with_where(printable(entry.path), [&] {
    if (entry.method == Method::kStored)
      state_->read_stored_in_parts(index, take);
    else
      state_->inflate_in_parts(index, take);
  });
}

Buffer Archive::read_prefix(size_t index, size_t count) const {
  const ArchiveEntry& entry = state_->entries.at(index);
  count = static_cast<size_t>(std::min<uint64_t>(count, entry.size));
  if (entry.method == Method::kStored) return Buffer(raw(index).sub(0, count, "stored data"));
  Buffer content(count);
  with_where(printable(entry.path), [&] { state_->read_by_libzip(index, content); });
  return content;
}

}  // namespace elfwheel::wheel
