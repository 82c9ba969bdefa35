// `elfwheel symbols`: the dynamic symbols of files, or who has one name in a dependency tree.
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.h"
#include "cli/loader_flags.h"
#include "cli/output_flags.h"
#include "cli/symbols.h"
#include "elfwheel/base/error.h"
#include "elfwheel/loader/resolve.h"

namespace elfwheel::cli {

namespace {

// Whether a word can be a symbol's name and is not likely to be a file's: a C or mangled name, with
// or without a version. "libx.so" and "a/b" are files, whether they exist or not.
bool looks_like_a_symbol(const std::string& word) {
  const std::string name = word.substr(0, word.find('@'));
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0) return false;
  if (word.find('/') != std::string::npos) return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '$' || c >= 0x80;
  });
}

class Symbols : public Command {
 public:
  std::string name() const override { return "symbols"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command =
        app.add_subcommand(name(), "List dynamic symbols, or find out who defines one");
    command->add_option("FILE", words_, "ELF files; behind them NAME, a symbol to look up")
        ->required()
        ->type_name("[NAME]");
    command->add_option("--name", name_, "Look NAME up; all other words are files")
        ->type_name("NAME");
    auto* const defined = command->add_flag("--defined", defined_, "Only where it is defined");
    command->add_flag("--undefined", undefined_, "Only where it is needed")->excludes(defined);
    command->add_flag("-C,--demangle", demangle_, "Show C++ names readably, and look them up so");
    output_.add_to(*command);
    loader_.add_to(*command);
    command->footer(
        "Without NAME: what `nm -D` lists, with versions (@@ is the default one).\n"
        "With NAME: every object that the loader would load for FILE is searched, in the loader's\n"
        "order. Exit status 1 when none defines it. NAME@VERSION asks for one version.\n"
        "The last of several words is NAME when no file is called so and it can be a C name;\n"
        "for all others, and where a file is called so, there is --name.\n\n"
        "Example:\n"
        "  elfwheel symbols --defined libpkg.so\n"
        "  elfwheel symbols app TVMFuncCall");
    return command;
  }

  ExitStatus run(Console& console) override {
    if (!name_) take_name_from_words();
    return name_ ? run_search(console) : run_list(console);
  }

 private:
  void take_name_from_words() {
    if (words_.size() < 2 || !looks_like_a_symbol(words_.back())) return;
    const OpenedFile opened = loader_.files().open(loader_.path_inside(words_.back()));
    if (opened.error == 0 && elf::ElfFile::has_magic(opened.contents->bytes())) return;
    if (opened.error != ENOENT) {
      throw Error(ErrorCode::kUsage, words_.back() +
                                         ": there is a file called so that is no readable ELF "
                                         "file; --name looks up a symbol");
    }
    name_ = words_.back();
    words_.pop_back();
  }

  // Without a choice both count. JSON always has demangled names.
  SymbolChoice choice() const { return {!undefined_, !defined_, demangle_ || output_.json}; }

  report::SymbolList list(const std::string& path) {
    const OpenedFile opened = loader_.files().open(loader_.path_inside(path));
    if (opened.error != 0) throw io_error("cannot open", opened.error);
    return list_symbols(elf::ElfFile::parse(opened.contents->bytes()), path, choice());
  }

  ExitStatus run_list(Console& console) {
    if (output_.json) {
      return console.for_each_json(words_, [&](const std::string& file, auto& values) {
        values.push_back(report::symbol_list_json(list(file)));
        return ExitStatus::kDone;
      });
    }
    return console.for_each(words_, [&](const std::string& file) {
      const std::string text = report::render_symbol_list(list(file));
      // As nm: which file it is goes without saying when there is one.
      if (words_.size() > 1) console.print("\n" + report::printable(file) + ":\n");
      console.print(text);
      return ExitStatus::kDone;
    });
  }

  static ExitStatus answer(const report::SymbolSearch& search, Console& console) {
    ExitStatus status = search.is_defined ? ExitStatus::kDone : ExitStatus::kNo;
    for (const report::SymbolHolder& holder : search.holders) {
      if (holder.problem.empty()) continue;
      console.complain(search.path + ": " + holder.path + ": " + holder.problem);
      status = ExitStatus::kError;
    }
    return status;
  }

  ExitStatus run_search(Console& console) {
    const loader::LoaderEnvironment environment = loader_.environment();
    const loader::ObjectCache cache;
    const auto search = [&](const std::string& file) {
      const loader::LinkMap map =
          loader::resolve(loader_.files(), loader_.path_inside(file), environment, cache);
      return search_symbol(map, loader_.files(), file, *name_, choice());
    };
    if (output_.json) {
      return console.for_each_json(words_, [&](const std::string& file, auto& values) {
        const report::SymbolSearch found = search(file);
        values.push_back(report::symbol_search_json(found));
        return answer(found, console);
      });
    }
    return console.for_each(words_, [&](const std::string& file) {
      const report::SymbolSearch found = search(file);
      console.print(report::render_symbol_search(found, console.style()));
      return answer(found, console);
    });
  }

  std::vector<std::string> words_;
  std::optional<std::string> name_;
  bool defined_ = false;
  bool undefined_ = false;
  bool demangle_ = false;
  OutputFlags output_;
  LoaderFlags loader_;
};

}  // namespace

std::unique_ptr<Command> make_symbols() { return std::make_unique<Symbols>(); }

}  // namespace elfwheel::cli
