// Edits of files on disk. The result is checked before anything is written; then it replaces the
// output, or goes where replacing is not wanted or not possible.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/descriptor.h"
#include "base/mapped_file.h"
#include "base/output_file.h"
#include "elf/read/parse_headers.h"
#include "elf/write/image_view.h"
#include "elf/write/in_place.h"
#include "elf/write/planned_edit.h"
#include "elf/write/sequential_output.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

bool same_file(const MappedFile& input, const std::string& output) {
  const FileStatus status = host_file_system().status(output);
  return status.error == 0 && status.id == input.id();
}

struct Version {
  uint64_t size = 0;
  timespec modified = {};
};

Version version_of(const MappedFile& file) {
  struct stat status = {};
  if (::fstat(file.descriptor(), &status) != 0) throw io_error("cannot read", errno);
  return {static_cast<uint64_t>(status.st_size), status.st_mtim};
}

Error changed_meanwhile() {
  return {ErrorCode::kIo, "somebody else changed the file while it was edited"};
}

// What was checked is what is copied only if nobody wrote to the input in between.
void check_still(const MappedFile& source, const Version& before) {
  const Version now = version_of(source);
  if (now.size != before.size || now.modified.tv_sec != before.modified.tv_sec ||
      now.modified.tv_nsec != before.modified.tv_nsec)
    throw changed_meanwhile();
}

// What is written, wherever it goes.
struct Result {
  const MappedFile& source;
  Version version;  // of the source, before it was read
  const Rewrite& rewrite;
  uint64_t headers_end = 0;  // of the new file; 0 when nothing changes
};

// Where the program header table ends, if it lies among the old content behind the ELF header; else
// where that ends.
uint64_t headers_end(const Header& header, uint64_t old_size) {
  const uint64_t table = raw(header.e_phoff);
  return table < old_size ? table + uint64_t{header.e_phnum} * header.e_phentsize
                          : header_size(header);
}

void check(const PlannedEdit& edit, const Edits& edits, const EditOptions& options,
           Result& result) {
  const ImageView image(
      result.source.bytes(), result.source.descriptor(), result.rewrite,
      options.second_opinion ? ImageView::Carried::kIncluded : ImageView::Carried::kLeftOut);
  check_image(edit, image.bytes());
  if (options.second_opinion) options.second_opinion(result.source.bytes(), image.bytes(), edits);
  result.headers_end = headers_end(ElfFile::parse(image.bytes()).header(), result.version.size);
}

void replace(const Result& result, const std::string& output) {
  struct stat status = {};
  const int source = result.source.descriptor();
  if (::fstat(source, &status) != 0) throw io_error("cannot read", errno);
  const Rewrite& rewrite = result.rewrite;
  OutputFile target = OutputFile::create(output, status.st_mode & 0777);
  target.copy_from(source, std::min(result.version.size, rewrite.patched_size()));
  for (const Overwrite& overwrite : rewrite.overwrites)
    target.write_at(raw(overwrite.offset), Bytes(overwrite.bytes));
  if (const auto& carried = rewrite.carried)
    target.copy_part(source, raw(carried->from), carried->size, raw(carried->to));
  target.truncate(rewrite.size);
  check_still(result.source, result.version);
  target.commit();
}

void write_in_place(const Result& result, const Descriptor& file) {
  struct stat status = {};
  if (::fstat(file.number(), &status) != 0) throw io_error("cannot write", errno);
  if (!(FileId{status.st_dev, status.st_ino} == result.source.id())) throw changed_meanwhile();
  check_still(result.source, result.version);
  write_in_place(result.version.size, result.headers_end, result.rewrite, file.number());
}

void write_in_place_as_wished(const Result& result, const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.is_open() && errno == ETXTBSY)
    throw Error(ErrorCode::kIo,
                "a program cannot be written to while it runs: leave out --in-place, and it is "
                "replaced");
  if (!file.is_open()) throw io_error("cannot write", errno);
  write_in_place(result, file);
}

// The output may still be open to writing where it cannot be replaced. If it is not, why it could
// not be replaced is the better reason to give.
void fall_back(const Result& result, const std::string& output, const ReplaceRefused& refusal) {
  const Descriptor file(::open(output.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.is_open() && errno == ETXTBSY)
    throw Error(refusal.code(),
                std::string(refusal.what()) + "; nor can a program be written to while it runs");
  if (!file.is_open()) throw refusal;
  if (same_file(result.source, output)) {
    write_in_place(result, file);
  } else {
    write_over(result.source, result.rewrite, file.number());
  }
}

// True when it had to be written in place.
bool write(const Result& result, const std::string& output) {
  if (const auto sequential = open_sequential_output(output)) {
    write_sequentially(result.source, result.rewrite, sequential->number());
    return false;
  }
  try {
    replace(result, output);
    return false;
  } catch (const ReplaceRefused& refusal) {
    fall_back(result, output, refusal);
    return true;
  }
}

}  // namespace

EditOutcome edit_file(const std::string& input, const std::string& output, const Edits& edits,
                      const EditOptions& options) {
  const MappedFile source = MappedFile::open(input);
  const Version version = version_of(source);
  const ElfFile file = ElfFile::parse(source.bytes());
  const PlannedEdit edit = plan_edit(file, edits);
  Result result{source, version, edit.rewrite};
  const bool same = same_file(source, output);
  if (options.in_place && !same)
    throw Error(ErrorCode::kUsage, "a file that is edited in place has no other output");
  if (!result.rewrite.changed && same) return {};
  if (result.rewrite.changed) check(edit, edits, options, result);

  // Beyond this point the result is known to be good; nothing has been written yet.
  EditOutcome outcome{result.rewrite.changed, false};
  if (options.in_place) {
    write_in_place_as_wished(result, output);
  } else if (same) {
    outcome.fell_back_in_place = write(result, output);
  } else {
    // Callers know the input; an error of another output has to name it.
    with_where(output, [&] { outcome.fell_back_in_place = write(result, output); });
  }
  return outcome;
}

}  // namespace elfwheel::elf
