// `set-rpath`, `add-rpath`, `remove-rpath`, `shrink-rpath`: the search path written in a file.
#include <algorithm>

#include "base/mapped_file.h"
#include "base/paths.h"
#include "cli/command.h"
#include "cli/edited_files.h"
#include "cli/rpath_words.h"
#include "elfwheel/loader/shrink_rpath.h"

namespace elfwheel::cli {

namespace {

using elf::Edits;
using elf::RpathTag;

// Runs `body` on the parsed file at `path`.
template <class Body>
auto with_file(const std::string& path, Body body) {
  const MappedFile mapped = MappedFile::open(path);
  return body(elf::ElfFile::parse(mapped.bytes()));
}

void add_force_rpath(CLI::App& command, bool& force_rpath, const std::string& otherwise) {
  command.add_flag("--force-rpath", force_rpath, "Write DT_RPATH; otherwise " + otherwise);
}

class SetRpath : public Command {
 public:
  std::string name() const override { return "set-rpath"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command = app.add_subcommand(name(), "Set the RUNPATH, or remove it with ''");
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
  std::string name() const override { return "add-rpath"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command =
        app.add_subcommand(name(), "Append directories to the RUNPATH or RPATH");
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
      edits.rpath = with_file(file, [&](const elf::ElfFile& parsed) {
        return appended(effective_rpath(parsed), split(directories_, ':'));
      });
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
  std::string name() const override { return "remove-rpath"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command = app.add_subcommand(name(), "Remove RUNPATH and RPATH");
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

class ShrinkRpath : public Command {
 public:
  std::string name() const override { return "shrink-rpath"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command =
        app.add_subcommand(name(), "Remove directories that hold nothing needed");
    files_.add_to(*command);
    command
        ->add_option("--allowed-rpath-prefixes", prefixes_,
                     "Keep only absolute directories that begin with one of these")
        ->type_name("PREFIX:...");
    command->footer(
        "Looks for the files that are needed on this machine. Relative directories and those\n"
        "with a token ($ORIGIN, $LIB) stay, for what they hold is known at run time only.\n\n"
        "Example:\n  elfwheel shrink-rpath --allowed-rpath-prefixes /opt:/usr/local pkg/*.so");
    return command;
  }

  ExitStatus run(Console& console) override {
    const std::vector<std::string> prefixes = allowed_prefixes(prefixes_);
    return files_.edit(console, [&](const std::string& file) {
      return with_file(file, [&](const elf::ElfFile& parsed) {
        Edits edits;
        edits.rpath =
            loader::shrink_rpath(parsed, effective_rpath(parsed), prefixes, host_file_system());
        return edits;
      });
    });
  }

 private:
  std::string prefixes_;
  EditedFiles files_;
};

template <class... Commands>
std::vector<std::unique_ptr<Command>> make_all() {
  std::vector<std::unique_ptr<Command>> commands;
  (commands.push_back(std::make_unique<Commands>()), ...);
  return commands;
}

}  // namespace

std::vector<std::unique_ptr<Command>> make_rpath_edits() {
  return make_all<SetRpath, AddRpath, RemoveRpath, ShrinkRpath>();
}

}  // namespace elfwheel::cli
