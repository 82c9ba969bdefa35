#include "cli/edited_files.h"

#include "elfwheel/second_opinion/second_opinion.h"

namespace elfwheel::cli {

void EditedFiles::add_to(CLI::App& command) {
  name_ = command.get_name();
  command.add_option("FILE", files_, "ELF files")->required()->type_name("");
  CLI::Option* const output =
      command.add_option("-o,--output", output_, "Write the result there (one FILE only)")
          ->type_name("OUT");
  command
      .add_flag("--in-place", in_place_,
                "Write into the file itself: quick for a huge one, but a\n"
                "crash on the way damages it, and running programs see it")
      ->excludes(output);
  command.add_flag("--cross-check", cross_check_,
                   "Write nothing unless LIEF, another ELF reader, agrees");
}

ExitStatus EditedFiles::edit(
    Console& console, const std::function<elf::Edits(const std::string& file)>& edits_of) const {
  if (!output_.empty() && files_.size() > 1) {
    console.complain("-o takes a single FILE; see elfwheel " + name_ + " --help");
    return ExitStatus::kError;
  }
  elf::EditOptions options;
  options.in_place = in_place_;
  if (cross_check_) options.second_opinion = second_opinion::by_lief();
  return console.for_each(files_, [&](const std::string& file) {
    const std::string& output = output_.empty() ? file : output_;
    const elf::EditOutcome outcome = elf::edit_file(file, output, edits_of(file), options);
    if (outcome.fell_back_in_place)
      console.complain(output + ": written in place, since its directory takes no new file");
    return ExitStatus::kDone;
  });
}

}  // namespace elfwheel::cli
