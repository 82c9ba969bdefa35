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
  void release(size_t entry) const;

 private:
  zip_t* libzip_locked();
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
zip_t* Archive::State::libzip_locked() {
  if (libzip) return libzip.get();
  ZipError error;
  zip_source_t* const source =
      zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error.value);
  if (source == nullptr) throw libzip_error(error.text());
  libzip.reset(zip_open_from_source(source, ZIP_RDONLY, &error.value));
  if (!libzip) {
    zip_source_free(source);
    throw libzip_error(error.text());
  }
  if (zip_get_num_entries(libzip.get(), 0) != static_cast<zip_int64_t>(entries.size()))
    throw libzip_error("libzip finds another number of entries");
  return libzip.get();
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
    const uint32_t crc = libdeflate_crc32(0, content.bytes().data(), content.size());
    if (crc != about.crc32)
      throw Error(ErrorCode::kCorrupt, fmt::format("the content's CRC-32 is {:08x}, not the {:08x} "
                                                   "that the archive says",
                                                   crc, about.crc32));
    return std::move(content);
  });
}

void Archive::State::release(size_t entry) const {
  if (!file || data[entry].empty()) return;
  const auto begin = static_cast<uint64_t>(data[entry].data() - bytes.data());
  file->release(begin, begin + data[entry].size());
}

// As many bytes of the entry as `content` has room for.
void Archive::State::read_by_libzip(size_t entry, Buffer& content) {
  const size_t count = content.size();
  const auto method = static_cast<zip_int32_t>(entries[entry].method);
  if (zip_compression_method_supported(method, 0) == 0)
    throw Error(ErrorCode::kUnsupported,
                fmt::format("compression method {} is not supported", method));
  const std::lock_guard lock(libzip_mutex);
  zip_t* const zip = libzip_locked();
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

Buffer Archive::read_prefix(size_t index, size_t count) const {
  const ArchiveEntry& entry = state_->entries.at(index);
  count = static_cast<size_t>(std::min<uint64_t>(count, entry.size));
  if (entry.method == Method::kStored) return Buffer(raw(index).sub(0, count, "stored data"));
  Buffer content(count);
  with_where(printable(entry.path), [&] { state_->read_by_libzip(index, content); });
  return content;
}

}  // namespace elfwheel::wheel
