// Writing an archive through libzip. Every entry is handed over as a source that already holds
// packed data, so libzip never inflates or deflates: it lays out headers, directory and ZIP64.
#include <fmt/format.h>

#include <deque>

#include "base/mapped_file.h"
#include "base/output_file.h"
#include "base/packed_int.h"
#include "elfwheel/wheel/archive.h"
#include "wheel/dos_time.h"
#include "wheel/entry_path.h"
#include "wheel/libzip_handle.h"
#include "wheel/member_source.h"
#include "wheel/zip_directory.h"
#include "wheel/zip_output.h"

namespace elfwheel::wheel {

struct ArchiveWriter::State {
  explicit State(const std::string& target) : file(OutputFile::create(target)), output(file) {}

  void add(const NewEntry& entry, bool is_directory, MemberSource member);
  void finish();
  void rethrow_failure();
  void check_written();

  struct Promise {
    std::string path;
    DosTime time;
  };

  // The order matters: libzip's archive goes first, for it calls the sources when it does.
  OutputFile file;
  ZipOutput output;
  std::deque<MemberSource> members;  // addresses stay
  std::vector<Promise> promises;
  ZipHandle zip;
  bool finished = false;
};

void ArchiveWriter::State::add(const NewEntry& entry, bool is_directory, MemberSource member) {
  const auto fail = [&](ErrorCode code, std::string_view problem) {
    throw Error(code, fmt::format("{}: {}", printable(entry.path), problem));
  };
  if (finished) fail(ErrorCode::kUsage, "the archive is finished");
  if (const std::string problem = entry_path_problem(entry.path); !problem.empty())
    fail(ErrorCode::kUsage, problem);
  if (!zip) {
    ZipError error;
    zip_source_t* const source = output.make_source(&error.value);
    if (source != nullptr)
      zip.reset(zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &error.value));
    if (!zip) throw Error(ErrorCode::kIo, fmt::format("cannot write: {}", error.text()));
  }
  const std::string name = entry.path + (is_directory ? "/" : "");
  const DosTime time = to_dos_time(entry.mtime);
  const auto attributes = entry.mode << 16 | (is_directory ? 0x10u : 0u);  // MS-DOS: a directory
  MemberSource& kept = members.emplace_back(std::move(member));
  ZipError error;
  zip_source_t* const source = kept.make_source(&error.value);
  if (source == nullptr) fail(ErrorCode::kIo, error.text());
  const zip_int64_t added = zip_file_add(zip.get(), name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (added < 0) {
    zip_source_free(source);
    fail(ErrorCode::kCorrupt, zip_error_code_zip(zip_get_error(zip.get())) == ZIP_ER_EXISTS
                                  ? "the archive has an entry of this name already"
                                  : zip_strerror(zip.get()));
  }
  const auto index = static_cast<zip_uint64_t>(added);
  const auto method = static_cast<zip_int32_t>(kept.announced());
  if (zip_set_file_compression(zip.get(), index, method, 0) != 0 ||
      zip_file_set_external_attributes(zip.get(), index, 0, ZIP_OPSYS_UNIX, attributes) != 0 ||
      zip_file_set_dostime(zip.get(), index, time.time, time.date, 0) != 0)
    fail(ErrorCode::kIo, zip_strerror(zip.get()));
  promises.push_back({entry.path, time});
}

void ArchiveWriter::State::rethrow_failure() {
  if (output.failure) std::rethrow_exception(output.failure);
  for (const MemberSource& member : members)
    if (member.failure()) std::rethrow_exception(member.failure());
}

void ArchiveWriter::State::finish() {
  if (finished) return;
  if (!zip) throw Error(ErrorCode::kUsage, "an archive needs an entry");
  if (zip_close(zip.get()) != 0) {
    rethrow_failure();
    throw Error(ErrorCode::kIo, fmt::format("cannot write: {}", zip_strerror(zip.get())));
  }
  zip.release();  // zip_close freed it
  finished = true;
  check_written();
}

// Reads back what libzip wrote. It keeps times as time_t of the local zone, so that an hour which
// the zone leaves out in spring comes out shifted; such times are put right in the file.
void ArchiveWriter::State::check_written() {
  const MappedFile written = MappedFile::open(file.temporary_path());
  const auto unbounded = ~uint64_t{0};
  const auto found =
      parse_zip_directory(written.bytes(), {unbounded, unbounded, unbounded, unbounded, unbounded});
  if (found.size() != members.size())
    throw Error(ErrorCode::kIo, fmt::format("the written archive has {} entries instead of {}",
                                            found.size(), members.size()));
  for (size_t i = 0; i < found.size(); ++i) {
    const Promise& promise = promises[i];
    const bool whole = members[i].describes(found[i].entry) && members[i].has_given(found[i].data);
    if (!found[i].data.empty()) {
      const auto begin = static_cast<uint64_t>(found[i].data.data() - written.bytes().data());
      written.release(begin, begin + found[i].data.size());
    }
    if (found[i].entry.path != promise.path || !whole)
      throw Error(ErrorCode::kIo, fmt::format("{}: the written entry is not what was to be written",
                                              printable(promise.path)));
    const Packed<uint16_t, std::endian::little> words[2] = {promise.time.time, promise.time.date};
    if (found[i].entry.mtime == from_dos_time(promise.time)) continue;
    const Bytes bytes(reinterpret_cast<const std::byte*>(words), sizeof words);
    file.write_at(found[i].local_offset + kLocalTimeOffset, bytes);
    file.write_at(found[i].directory_offset + kDirectoryTimeOffset, bytes);
  }
}

ArchiveWriter::ArchiveWriter(const std::string& target) : state_(std::make_unique<State>(target)) {}
ArchiveWriter::ArchiveWriter(ArchiveWriter&&) noexcept = default;
ArchiveWriter& ArchiveWriter::operator=(ArchiveWriter&&) noexcept = default;
ArchiveWriter::~ArchiveWriter() = default;

void ArchiveWriter::copy(const Archive& source, size_t index, const NewEntry& as) {
  const ArchiveEntry& entry = source.entries().at(index);
  const Bytes raw = source.raw(index);
  // libzip computes the CRC-32 of stored data anew, which would make damaged content look sound.
  if (entry.method == Method::kStored) source.read_in_parts(index, [](Bytes) {});
  state_->add(as, entry.is_directory,
              MemberSource(entry.method, entry.crc32, entry.size, raw,
                           [&source, index] { source.release_raw(index); }));
}

void ArchiveWriter::copy(const Archive& source, size_t index) {
  const ArchiveEntry& entry = source.entries().at(index);
  copy(source, index, {entry.path, entry.mode, entry.mtime});
}

void ArchiveWriter::add(const NewEntry& entry, CompressedMember member) {
  state_->add(entry, false, MemberSource(std::move(member)));
}

void ArchiveWriter::add(const NewEntry& entry, std::function<CompressedMember()> produce,
                        bool stores) {
  state_->add(entry, false,
              MemberSource(std::move(produce), stores ? Method::kStored : Method::kDeflated));
}

void ArchiveWriter::add_directory(const NewEntry& entry) {
  state_->add(entry, true, MemberSource(Method::kStored, 0, 0, Bytes()));
}

const std::string& ArchiveWriter::finish() {
  state_->finish();
  return state_->file.temporary_path();
}

void ArchiveWriter::commit() {
  state_->finish();
  state_->file.commit();
}

}  // namespace elfwheel::wheel
