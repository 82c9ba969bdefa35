// Why the answer to a repair is no, each reason one line that names the file to blame.
#include <fmt/format.h>

#include <set>

#include "elfwheel/repair/plan.h"
#include "repair/elf_members.h"

namespace elfwheel::repair {
namespace {

const Need* find_missing(const std::vector<Need>& needs, const std::string& name) {
  for (const Need& need : needs)
    if (need.name == name && need.kind == SupplierKind::kMissing) return &need;
  return nullptr;
}

std::string missing_line(const Need& need, const std::string& user) {
  std::string line = fmt::format("{}, needed by {}, cannot be found", need.name, user);
  if (!need.problem.empty()) line += fmt::format(" ({})", need.problem);
  if (need.searched.empty()) return line;
  return line + fmt::format(": searched {}", fmt::join(need.searched, ", "));
}

void add_missing(const WheelAudit& audit, const policy::Verdict& verdict,
                 std::vector<std::string>& lines) {
  for (const policy::ExternalLibrary& external : verdict.externals) {
    if (external.object) continue;
    const std::set<std::string> users(external.users.begin(), external.users.end());
    const auto look_at = [&](const std::string& path, const std::vector<Need>& needs) {
      if (users.count(path) == 0) return;
      if (const Need* const need = find_missing(needs, external.soname))
        lines.push_back(missing_line(*need, path));
    };
    for (const AuditedMember& member : audit.members) look_at(member.path, member.needs);
    for (const OutsideLibrary& library : audit.libraries) look_at(library.path, library.needs);
  }
}

std::string symbol_list(const std::vector<std::string>& symbols) {
  constexpr size_t kShown = 3;
  std::string text;
  for (size_t i = 0; i < symbols.size() && i < kShown; ++i)
    text += (i == 0 ? "" : ", ") + symbols[i];
  if (symbols.size() > kShown) text += fmt::format(" and {} more", symbols.size() - kShown);
  return text;
}

void add_too_new(const policy::Evaluation& evaluation, policy::PolicyIndex policy,
                 std::vector<std::string>& lines) {
  for (const policy::TooNewVersion& use : evaluation.verdicts[policy].too_new) {
    const std::string what =
        use.symbols.empty() ? use.version : symbol_list(use.symbols) + "@" + use.version;
    const std::string best = use.best == evaluation.policies.linux_index()
                                 ? "no policy has it"
                                 : evaluation.name(use.best) + " is the best tag with it";
    lines.push_back(fmt::format("{} needs {} of {}, too new for {}: {}", use.file, what,
                                use.library, evaluation.name(policy), best));
  }
}

void add_reasons(const policy::Evaluation& evaluation, const policy::TagChoice& choice,
                 policy::Refusal refusal, std::vector<std::string>& lines) {
  const policy::Verdict& verdict = evaluation.verdicts[choice.policy];
  const std::string& name = evaluation.name(choice.policy);
  switch (refusal) {
    case policy::Refusal::kTooNewVersions:
      add_too_new(evaluation, choice.policy, lines);
      break;
    case policy::Refusal::kUcs2:
      for (const std::string& file : evaluation.ucs2_files)
        lines.push_back(fmt::format(
            "{} is built for a narrow-unicode Python 2 (UCS2), which {} bars", file, name));
      break;
    case policy::Refusal::kPyfpe:
      for (const std::string& file : evaluation.pyfpe_files)
        lines.push_back(fmt::format("{} uses PyFPE_jbuf (fpectl), which {} bars", file, name));
      break;
    case policy::Refusal::kBannedSymbols:
      for (const policy::BannedSymbol& ban : verdict.banned)
        lines.push_back(fmt::format("{} uses {} of {}, which {} bars", ban.file, ban.symbol,
                                    ban.library, name));
      break;
    case policy::Refusal::kIsa:
      for (const policy::IsaExcess& excess : verdict.isa_excess)
        lines.push_back(fmt::format("{} needs {}, more than {} promises", excess.file,
                                    policy::isa_level_name(excess.level), name));
      break;
  }
}

}  // namespace

std::vector<std::string> find_refusals(const WheelAudit& audit, const policy::TagChoice& choice) {
  std::vector<std::string> lines = audit.refusals;
  if (!audit.evaluation) return lines;
  add_missing(audit, audit.evaluation->verdicts[choice.policy], lines);
  for (const policy::Refusal refusal : choice.refusals)
    add_reasons(*audit.evaluation, choice, refusal, lines);
  return lines;
}

}  // namespace elfwheel::repair
