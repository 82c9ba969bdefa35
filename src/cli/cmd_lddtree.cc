// `elfwheel lddtree`: what the dynamic loader would load for a file.
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/loader_flags.h"
#include "elfwheel/loader/chains.h"
#include "elfwheel/loader/resolve.h"
#include "elfwheel/report/link_map.h"

namespace elfwheel::cli {

namespace {

class Lddtree : public Command {
 public:
  std::string name() const override { return "lddtree"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command =
        app.add_subcommand(name(), "Show what the loader loads for a file, and why");
    command->add_option("FILE", files_, "ELF files")->required()->type_name("");
    add_views(*command);
    add_bounds(*command);
    loader_.add_to(*command);
    command->footer(
        "Nothing is executed: files of other architectures are answered, too. --why takes a\n"
        "soname, a file or a needed name.\n"
        "dot and mermaid draw one picture of all files; html is one page that needs no network.\n"
        "System libraries are those that the cache or a default directory gave from below /lib or\n"
        "/usr/lib (lib32, lib64, libx32), and the loader itself. --skip-system keeps one of them\n"
        "where the way to another library, or to a missing one, leads through it.\n"
        "Exit status 1 when something is not found, shown or not; with --why, when nothing brings\n"
        "the library in.\n\n"
        "Examples:\n"
        "  elfwheel lddtree --explain --ldpaths /opt/lib ./libpkg.so\n"
        "  elfwheel lddtree --why libssl.so.3 /usr/bin/curl\n"
        "  elfwheel lddtree --skip-system --format dot *.so | dot -Tsvg -o libraries.svg");
    return command;
  }

  ExitStatus run(Console& console) override {
    if (json_) format_ = "json";
    const bool is_text_or_json = format_ == "tree" || format_ == "json";
    if (!is_text_or_json && explain_) refuse("--explain");
    if (!is_text_or_json && !why_.empty()) refuse("--why");
    environment_ = loader_.environment();
    filter_.depth = depth_;
    if (format_ == "json") return print_json(console);
    if (format_ == "dot") return print_together(console, report::render_dot);
    if (format_ == "mermaid") return print_together(console, report::render_mermaid);
    if (format_ == "html") return print_together(console, report::render_html);
    return print_text(console);
  }

 private:
  void add_views(CLI::App& command) {
    CLI::Option* const format =
        command
            .add_option("--format", format_,
                        "tree, flat (as ldd has it), json, dot, mermaid or html")
            ->type_name("FORM")
            ->check(CLI::IsMember({"tree", "flat", "json", "dot", "mermaid", "html"}))
            ->capture_default_str();
    command.add_flag("--json", json_, "The same as --format json")->excludes(format);
    CLI::Option* const explain =
        command.add_flag("--explain", explain_, "Show every place that was tried for every name");
    command.add_option("--why", why_, "Show all chains of files that bring this library in")
        ->type_name("SONAME")
        ->excludes(explain);
  }

  void add_bounds(CLI::App& command) {
    CLI::Option* const why = command.get_option("--why");
    command.add_option("--max-chains", max_chains_, "List N chains of --why, count the others")
        ->check(CLI::Range(1, 1000000).description(""))
        ->type_name("N")
        ->capture_default_str()
        ->needs(why);
    command.add_option("--depth", depth_, "Leave out what is more than N steps from the file")
        ->type_name("N")
        ->check(CLI::Range(1, 1000000).description(""))
        ->excludes(why);
    command
        .add_flag("--skip-system", filter_.skip_system,
                  "Leave out the system's libraries (see below)")
        ->excludes(why);
  }

  [[noreturn]] void refuse(const std::string& option) const {
    throw Error(ErrorCode::kUsage,
                option + " has no form for --format " + format_ + "; see elfwheel lddtree --help");
  }

  loader::LinkMap resolve(const std::string& file) {
    const std::string path = loader_.path_inside(file);
    // Asking what is known already costs something, too.
    if (files_.size() == 1) return loader::resolve(loader_.files(), path, environment_);
    return loader::resolve(loader_.files(), path, environment_, cache_);
  }

  loader::ChainList find_chains(const loader::LinkMap& map, const loader::LinkGraph& graph) const {
    return loader::find_chains(map, graph, why_, max_chains_);
  }

  ExitStatus print_json(Console& console) {
    return console.for_each_json(files_, [&](const std::string& file, auto& values) {
      const loader::LinkMap map = resolve(file);
      if (why_.empty()) {
        values.push_back(report::link_map_json(map, file, explain_, filter_));
        return answer(map);
      }
      const loader::LinkGraph graph = loader::make_link_graph(map);
      const loader::ChainList chains = find_chains(map, graph);
      values.push_back(report::chains_json(map, graph, chains, file, why_));
      return answer(chains);
    });
  }

  using Render = std::string(const std::vector<loader::LinkMap>&, const loader::LinkFilter&);

  ExitStatus print_together(Console& console, Render render) {
    std::vector<loader::LinkMap> maps;
    const ExitStatus status = console.for_each(files_, [&](const std::string& file) {
      maps.push_back(resolve(file));
      tell_warnings(console, file, maps.back());
      return answer(maps.back());
    });
    if (maps.empty()) return status;
    const std::string text = render(maps, filter_);
    console.print(text);
    if (format_ == "mermaid") {
      const std::string refusal = report::mermaid_refusal(text);
      if (!refusal.empty()) console.complain(refusal + ", or see --skip-system and --depth");
    }
    return status;
  }

  ExitStatus print_text(Console& console) {
    return console.for_each(files_, [&](const std::string& file) {
      const loader::LinkMap map = resolve(file);
      if (!why_.empty()) return print_chains(console, map);
      if (format_ == "flat") {
        print_flat(console, file, map);
      } else {
        console.print(explain_ ? report::render_explanation(map, console.style(), filter_)
                               : report::render_tree(map, console.style(), filter_));
      }
      return answer(map);
    });
  }

  ExitStatus print_chains(Console& console, const loader::LinkMap& map) const {
    const loader::LinkGraph graph = loader::make_link_graph(map);
    const loader::ChainList chains = find_chains(map, graph);
    console.print(report::render_chains(map, graph, chains, why_, console.style()));
    return answer(chains);
  }

  // Several lists have a heading each, as ldd gives them.
  void print_flat(Console& console, const std::string& file, const loader::LinkMap& map) const {
    if (files_.size() > 1)
      console.print(report::render_heading(console.style(), report::printable(file) + ":") + "\n");
    console.print(report::render_flat(map, console.style(), filter_));
    tell_warnings(console, file, map);
  }

  // For views that have no place for them.
  static void tell_warnings(Console& console, const std::string& file, const loader::LinkMap& map) {
    for (const std::string& fault : describe_faults(map)) console.complain(file + ": " + fault);
    for (const std::string& warning : map.warnings) console.complain(file + ": " + warning);
  }

  static ExitStatus answer(const loader::LinkMap& map) {
    return map.complete() ? ExitStatus::kDone : ExitStatus::kNo;
  }
  static ExitStatus answer(const loader::ChainList& chains) {
    return chains.found ? ExitStatus::kDone : ExitStatus::kNo;
  }

  std::vector<std::string> files_;
  std::string format_ = "tree";
  bool json_ = false;
  bool explain_ = false;
  std::string why_;
  size_t max_chains_ = 100;
  std::optional<size_t> depth_;
  loader::LinkFilter filter_;
  LoaderFlags loader_;
  loader::LoaderEnvironment environment_;
  loader::ObjectCache cache_;  // files of one call share libraries
};

}  // namespace

std::unique_ptr<Command> make_lddtree() { return std::make_unique<Lddtree>(); }

}  // namespace elfwheel::cli
