// `print-rpath`, `set-rpath`, `add-rpath`, `remove-rpath`: the search path written in a file.
#include <algorithm>

#include "base/mapped_file.h"
#include "base/paths.h"
#include "cli/command.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::cli {

namespace {

using elf::Edits;
using elf::RpathTag;

// The one that counts for the loader: DT_RUNPATH hides DT_RPATH.
std::string effective_rpath(const std::string& path) {
  const MappedFile mapped = MappedFile::open(path);
  const elf::ElfFile file = elf::ElfFile::parse(mapped.bytes());
  return std::string(file.runpath().value_or(file.rpath().value_or("")));
}

class PrintRpath : public Command {
 public:
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command = app.add_subcommand("print-rpath", "Print the RUNPATH or RPATH");
    command->add_option("FILE", files_, "ELF files")->required()->type_name("");
    command->footer(
        "DT_RUNPATH is printed where a file has both, for the loader takes it; an empty\n"
        "line where it has none. With several files each line begins with its file.\n\n"
        "Example:\n  elfwheel print-rpath pkg/*.so");
    return command;
  }

  ExitStatus run(Console& console) override {
    return console.for_each(files_, [&](const std::string& file) {
      const std::string rpath = report::printable(effective_rpath(file));
      console.print(files_.size() > 1 ? report::printable(file) + ": " + rpath + "\n"
                                      : rpath + "\n");
      return ExitStatus::kDone;
    });
  }

 private:
  std::vector<std::string> files_;
};

// What the three editing commands share: the files, and the way through elf::edit_file.
class EditedFiles {
 public:
  void add_to(CLI::App& command) {
    name_ = command.get_name();
    command.add_option("FILE", files_, "ELF files")->required()->type_name("");
    command.add_option("-o,--output", output_, "Write the result there (one FILE only)")
        ->type_name("OUT");
  }

  // Carries out `edits_of(file)` on each file.
  template <class EditsOf>
  ExitStatus edit(Console& console, EditsOf edits_of) const {
    if (!output_.empty() && files_.size() > 1) {
      console.complain("-o takes a single FILE; see elfwheel " + name_ + " --help");
      return ExitStatus::kError;
    }
    return console.for_each(files_, [&](const std::string& file) {
      elf::edit_file(file, output_.empty() ? file : output_, edits_of(file));
      return ExitStatus::kDone;
    });
  }

 private:
  std::string name_;
  std::vector<std::string> files_;
  std::string output_;
};

void add_force_rpath(CLI::App& command, bool& force_rpath, const std::string& otherwise) {
  command.add_flag("--force-rpath", force_rpath, "Write DT_RPATH; otherwise " + otherwise);
}

class SetRpath : public Command {
 public:
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command =
        app.add_subcommand("set-rpath", "Set the RUNPATH, or remove it with ''");
    command->add_option("RPATH", rpath_, "Directories, separated by ':'")
        ->required()
        ->type_name("");
    files_.add_to(*command);
    add_force_rpath(*command, force_rpath_, "DT_RUNPATH");
    command->footer(
        "DT_RPATH comes before LD_LIBRARY_PATH, DT_RUNPATH after it; a file gets one of them,\n"
        "and the other goes. A file that has this rpath already is not touched.\n\n"
        "Example:\n  elfwheel set-rpath '$ORIGIN:$ORIGIN/../pkg.libs' pkg/*.so");
    return command;
  }

  ExitStatus run(Console& console) override {
    Edits edits;
    edits.rpath = rpath_;
    edits.rpath_tag = force_rpath_ ? RpathTag::kRpath : RpathTag::kRunpath;
    return files_.edit(console, [&](const std::string&) { return edits; });
  }

 private:
  std::string rpath_;
  bool force_rpath_ = false;
  EditedFiles files_;
};

// `rpath` and behind it those of `directories` that it has not.
std::string appended(std::string rpath, const std::vector<std::string>& directories) {
  std::vector<std::string> entries = split(rpath, ':');
  for (const std::string& directory : directories) {
    if (directory.empty()) continue;
    if (std::find(entries.begin(), entries.end(), directory) != entries.end()) continue;
    rpath += rpath.empty() ? directory : ":" + directory;
    entries.push_back(directory);
  }
  return rpath;
}

class AddRpath : public Command {
 public:
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command =
        app.add_subcommand("add-rpath", "Append directories to the RUNPATH or RPATH");
    command->add_option("DIRS", directories_, "Directories, separated by ':'")
        ->required()
        ->type_name("");
    files_.add_to(*command);
    add_force_rpath(*command, force_rpath_, "the tag the file has, or DT_RUNPATH");
    command->footer(
        "Directories that are there already are not added again.\n\n"
        "Example:\n  elfwheel add-rpath '$ORIGIN/../pkg.libs' pkg/*.so");
    return command;
  }

  ExitStatus run(Console& console) override {
    return files_.edit(console, [&](const std::string& file) {
      Edits edits;
      edits.rpath = appended(effective_rpath(file), split(directories_, ':'));
      edits.rpath_tag = force_rpath_ ? RpathTag::kRpath : RpathTag::kKeep;
      return edits;
    });
  }

 private:
  std::string directories_;
  bool force_rpath_ = false;
  EditedFiles files_;
};

class RemoveRpath : public Command {
 public:
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command = app.add_subcommand("remove-rpath", "Remove RUNPATH and RPATH");
    files_.add_to(*command);
    command->footer("Example:\n  elfwheel remove-rpath pkg/*.so");
    return command;
  }

  ExitStatus run(Console& console) override {
    Edits edits;
    edits.rpath = "";
    return files_.edit(console, [&](const std::string&) { return edits; });
  }

 private:
  EditedFiles files_;
};

}  // namespace

std::unique_ptr<Command> make_print_rpath() { return std::make_unique<PrintRpath>(); }
std::unique_ptr<Command> make_set_rpath() { return std::make_unique<SetRpath>(); }
std::unique_ptr<Command> make_add_rpath() { return std::make_unique<AddRpath>(); }
std::unique_ptr<Command> make_remove_rpath() { return std::make_unique<RemoveRpath>(); }

}  // namespace elfwheel::cli
