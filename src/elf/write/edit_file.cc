// Edits of files on disk. The new file is written beside the old one, checked as it will be, and
// renamed: a crash or a full disk leaves the old file or the new one.

#include "base/mapped_file.h"
#include "base/output_file.h"
#include "elf/write/planned_edit.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

bool same_file(const MappedFile& input, const std::string& output) {
  const FileStatus status = host_file_system().status(output);
  return status.error == 0 && status.id == input.id();
}

}  // namespace

EditOutcome edit_file(const std::string& input, const std::string& output, const Edits& edits,
                      const EditOptions& options) {
  const MappedFile source = MappedFile::open(input);
  const ElfFile file = ElfFile::parse(source.bytes());
  const PlannedEdit edit = plan_edit(file, edits);
  const Rewrite& rewrite = edit.rewrite;
  const bool in_place = same_file(source, output);
  if (!rewrite.changed && in_place) return {};

  const FileStatus status = host_file_system().status(input);
  const auto write = [&] {
    OutputFile target = OutputFile::create(output, status.error == 0 ? status.mode : 0777);
    target.copy_from(source.descriptor(), source.bytes().size());
    for (const Overwrite& overwrite : rewrite.overwrites)
      target.write_at(raw(overwrite.offset), Bytes(overwrite.bytes));
    target.truncate(rewrite.size);
    if (rewrite.changed) {
      const MappedFile written = MappedFile::open(target.temporary_path());
      check_image(edit, written.bytes());
      if (options.second_opinion) options.second_opinion(source.bytes(), written.bytes(), edits);
    }
    target.commit();
  };
  // Callers know the input; an error of another output has to name it.
  if (in_place) {
    write();
  } else {
    with_where(output, write);
  }
  return {rewrite.changed, false};
}

}  // namespace elfwheel::elf
