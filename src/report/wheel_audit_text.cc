// `show` as text.
#include <fmt/format.h>

#include "elfwheel/report/wheel_audit.h"

namespace elfwheel::report {

namespace {

using policy::Evaluation;
using policy::PolicyIndex;

// Lines of one list that fit a screen together with the rest.
constexpr size_t kShownLines = 8;

// Lines under a heading, the first kShownLines of them.
class Block {
 public:
  Block(const TextStyle& style, std::string heading)
      : style_(style), heading_(std::move(heading)) {}

  void add(const std::string& line) {
    if (++count_ <= kShownLines) lines_ += "  " + line + "\n";
  }

  std::string text() const {
    if (count_ == 0) return "";
    std::string text = "\n" + render_heading(style_, heading_) + "\n" + lines_;
    if (count_ > kShownLines) text += fmt::format("  ... and {} more\n", count_ - kShownLines);
    return text;
  }

 private:
  const TextStyle& style_;
  std::string heading_;
  std::string lines_;
  size_t count_ = 0;
};

// The first `shown` of `names`, and how many more there are.
std::string short_list(const std::vector<std::string>& names, size_t shown) {
  std::string text;
  for (size_t i = 0; i < names.size() && i < shown; ++i) {
    text += (i == 0 ? "" : ", ") + printable(names[i]);
  }
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

std::string tags_text(const ShownWheel& wheel, const Evaluation& evaluation) {
  std::string text = fmt::format("  platform tag now: {}\n", evaluation.name(evaluation.overall));
  const bool better =
      !wheel.repaired_tag.empty() && wheel.repaired_tag != evaluation.name(evaluation.overall);
  if (better) text += fmt::format("  after a repair:   {}\n", wheel.repaired_tag);
  return text;
}

// A file of the wheel, as Object::name has it; outside libraries have absolute paths.
bool is_member(const std::string& name) { return name.empty() || name.front() != '/'; }

std::vector<std::string> base_names(const std::vector<std::string>& paths) {
  std::vector<std::string> names;
  for (const std::string& path : paths) names.emplace_back(path.substr(path.rfind('/') + 1));
  return names;
}

// What files of the wheel need comes first, with their paths; then what that drags in.
std::string externals_text(const Evaluation& evaluation, const TextStyle& style) {
  Block direct(style, "Libraries outside the wheel");
  Block indirect(style, "Libraries that those need");
  for (const policy::ExternalLibrary& library : evaluation.external_libraries()) {
    const std::string place =
        library.path ? printable(*library.path) : render_alarm(style, "not found");
    std::vector<std::string> members = library.users;
    std::erase_if(members, [](const std::string& user) { return !is_member(user); });
    const std::string line = printable(library.soname) + " => " + place;
    if (members.empty()) {
      indirect.add(line + ", for " + short_list(base_names(library.users), 2));
    } else {
      direct.add(line + "\n      needed by " + short_list(members, 3));
    }
  }
  return direct.text() + indirect.text();
}

std::string too_new_line(const policy::TooNewVersion& use, const Evaluation& evaluation) {
  std::string what = printable(use.version);
  if (!use.symbols.empty()) what = printable(use.symbols.front()) + "@" + what;
  std::string more;
  if (use.symbols.size() > 1) more = fmt::format(" (and {} more)", use.symbols.size() - 1);
  return fmt::format("{}: {} of {}{} -> {}", printable(use.file), what, printable(use.library),
                     more, evaluation.name(use.best));
}

std::string versions_text(const Evaluation& evaluation, const TextStyle& style) {
  if (evaluation.by_versions == 0) return "";
  Block block(style, fmt::format("Symbol versions that allow nothing better than {}",
                                 evaluation.name(evaluation.by_versions)));
  // One policy better: what is too new for it is just what has to go first.
  for (const policy::TooNewVersion& use : evaluation.verdicts[evaluation.by_versions - 1].too_new) {
    if (use.best == evaluation.by_versions) block.add(too_new_line(use, evaluation));
  }
  return block.text();
}

std::string bans_text(const Evaluation& evaluation, const TextStyle& style) {
  if (evaluation.by_bans == 0) return "";
  Block block(style,
              fmt::format("Symbols that are banned below {}", evaluation.name(evaluation.by_bans)));
  for (const policy::BannedSymbol& ban : evaluation.verdicts[evaluation.by_bans - 1].banned) {
    block.add(fmt::format("{}: {} of {}", printable(ban.file), printable(ban.symbol),
                          printable(ban.library)));
  }
  return block.text();
}

std::string isa_text(const Evaluation& evaluation, const TextStyle& style) {
  if (evaluation.by_isa == 0) return "";
  Block block(style, "Files for newer processors than a wheel may ask for");
  for (const policy::IsaExcess& excess : evaluation.verdicts[evaluation.by_isa - 1].isa_excess) {
    block.add(fmt::format("{}: {}", printable(excess.file), isa_level_name(excess.level)));
  }
  return block.text();
}

std::string files_text(const TextStyle& style, const std::string& heading,
                       const std::vector<std::string>& files) {
  Block block(style, heading);
  for (const std::string& file : files) block.add(printable(file));
  return block.text();
}

}  // namespace

std::string render_wheel(const ShownWheel& wheel, const TextStyle& style) {
  std::string text = render_heading(style, printable(wheel.file_name)) + "\n";
  if (wheel.audit.evaluation) {
    const Evaluation& evaluation = *wheel.audit.evaluation;
    text += tags_text(wheel, evaluation);
    text += externals_text(evaluation, style) + versions_text(evaluation, style);
    text += bans_text(evaluation, style) + isa_text(evaluation, style);
    text += files_text(style, "Built for a Python with narrow unicode", evaluation.ucs2_files);
    text += files_text(style, "Built for a Python with fpectl", evaluation.pyfpe_files);
  }
  text += files_text(style, "No tag is possible", wheel.audit.refusals);
  return text + files_text(style, "Notes", wheel.audit.notes);
}

}  // namespace elfwheel::report
