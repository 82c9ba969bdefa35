// Extensions by their file names: a Python imports those that end in one of its suffixes alone.
// Source: CPython's Python/dynload_shlib.c (_PyImport_DynLoadFiletab), PEP 3149, PEP 3147.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "base/paths.h"
#include "repair/verify_checks.h"

namespace elfwheel::repair {
namespace {

using wheel::PythonVersion;

// Who imports a file by what stands between its stem and ".so".
struct Suffix {
  enum class Kind { kAny, kAbi3, kVersion, kUnknown };
  Kind kind = Kind::kUnknown;
  PythonVersion version;  // kVersion
};

// "311-x86_64-linux-gnu" and "313t-..." of CPython, "39-pp73-..." of PyPy.
std::optional<PythonVersion> parse_version(std::string_view text, const char* implementation) {
  PythonVersion version;
  version.implementation = implementation;
  const std::string_view digits = text.substr(0, text.find_first_not_of("0123456789"));
  if (digits.size() < 2) return std::nullopt;
  version.major = static_cast<unsigned>(digits.front() - '0');
  std::from_chars(digits.data() + 1, digits.data() + digits.size(), version.minor);
  version.free_threaded = text.substr(digits.size()).starts_with('t');
  return version;
}

Suffix parse_suffix(std::string_view file_name) {
  const std::string_view name =
      file_name.substr(0, file_name.size() - std::string_view(".so").size());
  const size_t dot = name.find('.');
  if (dot == name.npos) return {Suffix::Kind::kAny, {}};
  const std::string_view text = name.substr(dot + 1);
  if (text == "abi3") return {Suffix::Kind::kAbi3, {}};
  for (const auto& [start, implementation] :
       {std::pair<std::string_view, const char*>{"cpython-", "python"}, {"pypy", "pypy"}})
    if (text.starts_with(start))
      if (const auto version = parse_version(text.substr(start.size()), implementation))
        return {Suffix::Kind::kVersion, *version};
  return {};
}

bool imports(const PythonVersion& python, const Suffix& suffix) {
  switch (suffix.kind) {
    case Suffix::Kind::kAbi3:
      return python.implementation == "python";
    case Suffix::Kind::kVersion:
      return python == suffix.version;
    case Suffix::Kind::kAny:
    case Suffix::Kind::kUnknown:
      break;
  }
  return true;
}

std::string python_name(const PythonVersion& python) {
  return fmt::format("{} {}.{}{}", python.implementation == "pypy" ? "PyPy" : "CPython",
                     python.major, python.minor, python.free_threaded ? "t" : "");
}

std::string suffix_name(const Suffix& suffix) {
  return suffix.kind == Suffix::Kind::kAbi3 ? "CPython's stable ABI" : python_name(suffix.version);
}

std::string python_list(const std::vector<PythonVersion>& pythons) {
  std::vector<std::string> names;
  for (const PythonVersion& python : pythons) names.push_back(python_name(python));
  return short_list(names);
}

// Those of `pythons` that no suffix of a module's files suits. A free-threaded build has another
// ABI, and PyPy another interpreter: a range of tags means them only by the way.
std::vector<PythonVersion> left_out(const std::vector<PythonVersion>& pythons,
                                    const std::vector<Suffix>& suffixes) {
  std::vector<PythonVersion> result;
  for (const PythonVersion& python : pythons) {
    if (pythons.size() > 1 && (python.free_threaded || python.implementation != "python")) continue;
    if (std::none_of(suffixes.begin(), suffixes.end(),
                     [&](const Suffix& suffix) { return imports(python, suffix); }))
      result.push_back(python);
  }
  return result;
}

// The files that make one module, for different Pythons.
struct Module {
  std::vector<size_t> files;
  std::vector<Suffix> suffixes;
};

class ModuleCheck {
 public:
  ModuleCheck(const CheckedFiles& checked, const Promise& promise, const Module& module)
      : checked_(checked), promise_(promise), module_(module) {}

  void append_to(std::vector<Finding>& findings) const {
    const auto is_used = [&](const Suffix& suffix) {
      return std::any_of(promise_.pythons.begin(), promise_.pythons.end(),
                         [&](const PythonVersion& python) { return imports(python, suffix); });
    };
    const bool lost = std::none_of(module_.suffixes.begin(), module_.suffixes.end(), is_used);
    for (size_t i = 0; i < module_.files.size(); ++i)
      if (!is_used(module_.suffixes[i])) findings.push_back(unused(i, lost));
    const auto without = left_out(promise_.pythons, module_.suffixes);
    if (lost || without.empty()) return;
    // Of a py3-none wheel the rest may do without; abi3 is a promise about this very file.
    findings.push_back(
        {promise_.stable_abi ? Severity::kError : Severity::kWarning, Check::kAbi,
         checked_.files[module_.files.front()].name,
         fmt::format("its name is not for {}, which the tags allow", python_list(without)),
         "build it with the limited API, or change the tags"});
  }

 private:
  Finding unused(size_t i, bool lost) const {
    return {lost ? Severity::kError : Severity::kWarning, Check::kAbi,
            checked_.files[module_.files[i]].name,
            fmt::format("its name is for {}, not for {}", suffix_name(module_.suffixes[i]),
                        python_list(promise_.pythons)),
            lost ? "build it for that Python, or change the tags" : "leave it out"};
  }

  const CheckedFiles& checked_;
  const Promise& promise_;
  const Module& module_;
};

}  // namespace

std::vector<Finding> check_extension_names(const CheckedFiles& checked) {
  std::map<std::pair<size_t, std::string>, Module> modules;
  for (size_t i = 0; i < checked.files.size(); ++i) {
    const CheckedFile& file = checked.files[i];
    if (!file.is_extension || !file.name.ends_with(".so")) continue;
    const std::string_view name = base_name(file.name);
    const std::string stem = file.name.substr(0, file.name.size() - name.size() + name.find('.'));
    Module& module = modules[{file.promise, stem}];
    module.files.push_back(i);
    module.suffixes.push_back(parse_suffix(name));
  }
  std::vector<Finding> findings;
  for (const auto& [key, module] : modules)
    if (const Promise& promise = checked.promises[key.first]; !promise.pythons.empty())
      ModuleCheck(checked, promise, module).append_to(findings);
  return findings;
}

}  // namespace elfwheel::repair
