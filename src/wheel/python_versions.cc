// Which interpreters a wheel's tags and Requires-Python allow.
// Source: PEP 425 "Use", packaging.tags (which tags an interpreter supports), PEP 440 "Version
// specifiers", PEP 703 (the t of free-threaded builds), PEP 803 (abi3t).
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "elfwheel/wheel/install_scheme.h"

namespace elfwheel::wheel {
namespace {

// From this minor version on there are free-threaded builds (PEP 703).
constexpr unsigned kFirstFreeThreadedMinor = 13;
// The newest Python that PyPy implements.
constexpr unsigned kNewestPyPyMinor = 11;

std::optional<unsigned> take_number(std::string_view& rest) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (error != std::errc()) return std::nullopt;
  rest.remove_prefix(static_cast<size_t>(end - rest.data()));
  return value;
}

// One clause of Requires-Python: ">=3.8", "!=3.9.*".
struct Clause {
  std::string op;
  std::vector<unsigned> release;  // at least one number
  bool wildcard = false;

  unsigned major() const { return release[0]; }
  unsigned minor() const { return release.size() > 1 ? release[1] : 0; }
};

std::optional<Clause> parse_clause(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  Clause clause;
  for (const std::string_view op : {"===", "~=", "==", "!=", "<=", ">=", "<", ">"}) {
    if (!text.starts_with(op)) continue;
    clause.op = op;
    text.remove_prefix(op.size());
    break;
  }
  if (clause.op.empty()) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  do {
    if (text.starts_with('*')) {
      clause.wildcard = true;
      break;
    }
    const auto number = take_number(text);
    if (!number) break;
    clause.release.push_back(*number);
    if (!text.starts_with('.')) break;  // what follows (rc1, .dev0) moves no minor version
    text.remove_prefix(1);
  } while (true);
  if (clause.release.empty()) return std::nullopt;
  return clause;
}

std::vector<Clause> parse_clauses(std::string_view requires_python) {
  std::vector<Clause> clauses;
  for (const std::string& text : split(requires_python, ','))
    if (auto clause = parse_clause(text)) clauses.push_back(*std::move(clause));
  return clauses;
}

// Whether some release 3.`minor`.x satisfies `clause`.
bool allows(const Clause& clause, unsigned minor) {
  const std::pair<unsigned, unsigned> series{3, minor};
  const std::pair<unsigned, unsigned> bound{clause.major(), clause.minor()};
  const size_t parts = clause.release.size();
  const bool has_micro = parts > 2 && clause.release[2] > 0;
  if (clause.op == ">=" || clause.op == ">") return series >= bound;
  if (clause.op == "<=") return series <= bound;
  if (clause.op == "<") return series < bound || (series == bound && has_micro);
  const bool same = clause.wildcard && parts == 1 ? clause.major() == 3 : series == bound;
  if (clause.op == "==" || clause.op == "===") return same;
  if (clause.op == "!=") return !(clause.wildcard && parts <= 2 && same);
  // "~=3.8" is ">=3.8, ==3.*"; "~=3.8.1" is ">=3.8.1, ==3.8.*".
  return parts > 2 ? series == bound : clause.major() == 3 && series >= bound;
}

bool allows_all(const std::vector<Clause>& clauses, unsigned minor) {
  return std::all_of(clauses.begin(), clauses.end(),
                     [&](const Clause& clause) { return allows(clause, minor); });
}

// Where a range without a number in its tag begins.
unsigned first_minor(const std::vector<Clause>& clauses) {
  unsigned first = kOldestPythonMinor;
  for (const Clause& clause : clauses)
    if (clause.op[0] != '<' && clause.op != "!=" && clause.major() == 3 &&
        clause.release.size() > 1)
      first = std::min(first, clause.minor());
  return first;
}

// A python tag taken apart: "cp311" is cp, 3, 11; "py3" has no minor version.
struct Interpreter {
  std::string name;
  unsigned major = 0;
  std::optional<unsigned> minor;
};

std::optional<Interpreter> parse_interpreter(std::string_view python_tag) {
  const size_t digits = python_tag.find_first_of("0123456789");
  if (digits == python_tag.npos) return std::nullopt;
  Interpreter interpreter;
  interpreter.name = python_tag.substr(0, digits);
  interpreter.major = static_cast<unsigned>(python_tag[digits] - '0');
  python_tag.remove_prefix(digits + 1);
  interpreter.minor = take_number(python_tag);
  return interpreter;
}

// In order, each once.
void sort_versions(std::vector<PythonVersion>& versions) {
  const auto key = [](const PythonVersion& v) {
    return std::tuple(v.implementation != "python", v.implementation, v.minor, v.free_threaded);
  };
  std::sort(versions.begin(), versions.end(),
            [&](const auto& a, const auto& b) { return key(a) < key(b); });
  versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
}

// One end of what a user names: "3.13t". The minor number is bounded, as a range is written out.
std::optional<PythonVersion> parse_version(std::string_view text) {
  constexpr unsigned kMostMinor = 99;
  PythonVersion version{"python", 3, 0, false};
  if (text.starts_with("pypy")) {
    version.implementation = "pypy";
    text.remove_prefix(4);
  }
  if (!text.starts_with("3.")) return std::nullopt;
  text.remove_prefix(2);
  const auto minor = take_number(text);
  if (!minor || *minor > kMostMinor) return std::nullopt;
  version.minor = *minor;
  version.free_threaded = version.implementation == "python" && text == "t";
  if (!text.empty() && !version.free_threaded) return std::nullopt;
  return version;
}

class VersionSet {
 public:
  explicit VersionSet(std::string_view requires_python)
      : clauses_(parse_clauses(requires_python)) {}

  void add_tag(const Tag& tag) {
    const auto interpreter = parse_interpreter(tag.python);
    if (!interpreter || interpreter->major != 3) return;
    if (interpreter->name == "py") return add_generic(*interpreter);
    if (!interpreter->minor) return;
    const unsigned minor = *interpreter->minor;
    if (interpreter->name == "pp") return add("pypy", minor, false);
    const bool free_threaded = tag.abi.ends_with('t');
    const bool stable = tag.abi == "abi3" || tag.abi == "abi3t";
    for (unsigned m = minor; m <= (stable ? std::max(minor, kNewestPythonMinor) : minor); ++m) {
      if (!free_threaded) add("python", m, false);
      if (free_threaded || tag.abi == "none") add("python", m, true);
    }
  }

  std::vector<PythonVersion> take() {
    sort_versions(versions_);
    return std::move(versions_);
  }

 private:
  // py3, py39: every implementation from there on.
  void add_generic(const Interpreter& interpreter) {
    for (unsigned m = interpreter.minor.value_or(first_minor(clauses_)); m <= kNewestPythonMinor;
         ++m) {
      add("python", m, false);
      add("python", m, true);
      if (m <= kNewestPyPyMinor) add("pypy", m, false);
    }
  }

  void add(const char* implementation, unsigned minor, bool free_threaded) {
    if (free_threaded && minor < kFirstFreeThreadedMinor) return;
    if (allows_all(clauses_, minor)) versions_.push_back({implementation, 3, minor, free_threaded});
  }

  std::vector<Clause> clauses_;
  std::vector<PythonVersion> versions_;
};

}  // namespace

std::vector<PythonVersion> allowed_pythons(const std::vector<Tag>& tags,
                                           std::string_view requires_python) {
  VersionSet versions(requires_python);
  for (const Tag& tag : tags) versions.add_tag(tag);
  return versions.take();
}

std::vector<PythonVersion> parse_pythons(std::string_view text) {
  std::vector<PythonVersion> versions;
  for (const std::string& part : split(text, ',')) {
    const size_t dash = part.find('-');
    const auto first = parse_version(std::string_view(part).substr(0, dash));
    const auto last =
        dash == part.npos ? first : parse_version(std::string_view(part).substr(dash + 1));
    if (!first || !last || first->implementation != last->implementation ||
        first->free_threaded != last->free_threaded || first->minor > last->minor)
      throw Error(ErrorCode::kUsage,
                  part + " is no Python version: try 3.9-3.13, 3.11,3.12 or 3.13t");
    for (PythonVersion version = *first; version.minor <= last->minor; ++version.minor)
      versions.push_back(version);
  }
  sort_versions(versions);
  return versions;
}

std::string python_text(const PythonVersion& version) {
  return fmt::format("{}{}.{}{}", version.implementation == "pypy" ? "pypy" : "", version.major,
                     version.minor, version.free_threaded ? "t" : "");
}

}  // namespace elfwheel::wheel
