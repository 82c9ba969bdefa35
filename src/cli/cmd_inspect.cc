// `elfwheel inspect`: what an ELF file is.
#include <nlohmann/json.hpp>

#include "base/mapped_file.h"
#include "cli/command.h"
#include "cli/inspection.h"
#include "cli/output_flags.h"

namespace elfwheel::cli {

namespace {

class Inspect : public Command {
 public:
  std::string name() const override { return "inspect"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command =
        app.add_subcommand(name(), "Show header, segments, needs, versions, security");
    command->add_option("FILE", files_, "ELF files")->required()->type_name("");
    output_.add_to(*command);
    command->footer("Example:\n  elfwheel inspect --json libpkg.so");
    return command;
  }

  ExitStatus run(Console& console) override {
    if (output_.json) {
      return console.for_each_json(files_, [&](const std::string& file, auto& values) {
        values.push_back(report::inspection_json(inspect(file)));
        return ExitStatus::kDone;
      });
    }
    return console.for_each(files_, [&](const std::string& file) {
      console.print(report::render_inspection(inspect(file), console.style()));
      return ExitStatus::kDone;
    });
  }

 private:
  static report::Inspection inspect(const std::string& path) {
    const MappedFile mapped = MappedFile::open(path);
    return inspect_file(elf::ElfFile::parse(mapped.bytes()), path);
  }

  std::vector<std::string> files_;
  OutputFlags output_;
};

}  // namespace

std::unique_ptr<Command> make_inspect() { return std::make_unique<Inspect>(); }

}  // namespace elfwheel::cli
