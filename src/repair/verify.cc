// The inputs of a verification, in turn.
#include "elfwheel/repair/verify.h"

#include <algorithm>
#include <variant>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "repair/verify_installed.h"
#include "repair/verify_wheel.h"

namespace elfwheel::repair {
namespace {

struct Directory {
  std::string path;
  InstalledEnvironment environment;
};

using Input = std::variant<VerifiedWheel, Directory>;

bool is_directory(const FileSystem& files, const std::string& path) {
  const FileStatus status = files.status(path);
  return status.error == 0 && status.kind == FileKind::kDirectory;
}

std::string distribution_of(const VerifiedWheel& wheel) {
  return wheel::normalize_name(wheel.wheel.name.distribution);
}

}  // namespace

struct Verifier::State {
  VerifyOptions options;
  std::vector<Input> inputs;

  const FileSystem& machine() const {
    return options.files != nullptr ? *options.files : host_file_system();
  }

  // Wheels of other distributions, loaded. One that can't be is passed over: its own turn tells.
  std::vector<const VerifiedWheel*> company_of(const VerifiedWheel& wheel) {
    std::vector<const VerifiedWheel*> company;
    for (Input& input : inputs) {
      auto* const other = std::get_if<VerifiedWheel>(&input);
      if (other == nullptr || distribution_of(*other) == distribution_of(wheel)) continue;
      try {
        load(*other, options);
      } catch (const Error&) {
        continue;
      }
      company.push_back(other);
    }
    return company;
  }
};

std::string_view severity_name(Severity severity) {
  constexpr std::string_view kNames[] = {"error", "warning", "remark"};
  return kNames[static_cast<size_t>(severity)];
}

std::string_view check_name(Check check) {
  constexpr std::string_view kNames[] = {
      "record",  "unlisted", "tag",     "abi",        "place",    "needed",
      "version", "rpath",    "runtime", "same-name",  "symbols",  "duplicate",
      "unused",  "stack",    "textrel", "static-tls", "page-size"};
  static_assert(std::size(kNames) == static_cast<size_t>(Check::kPageSize) + 1);
  return kNames[static_cast<size_t>(check)];
}

size_t Verification::count(Severity severity) const {
  return static_cast<size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [&](const Finding& finding) { return finding.severity == severity; }));
}

std::vector<std::string> wheels_of(const std::string& path) {
  std::vector<std::string> wheels;
  if (is_directory(host_file_system(), path))
    for (const std::string& name : host_file_system().list_directory(path))
      if (name.ends_with(".whl")) wheels.push_back(join_path(path, name));
  if (wheels.empty()) wheels.push_back(path);
  return wheels;
}

Verifier::Verifier(VerifyOptions options)
    : state_(std::make_unique<State>(State{std::move(options), {}})) {}
Verifier::Verifier(Verifier&&) noexcept = default;
Verifier& Verifier::operator=(Verifier&&) noexcept = default;
Verifier::~Verifier() = default;

void Verifier::add(const std::string& path) {
  if (is_directory(state_->machine(), path))
    add_environment(path);
  else
    state_->inputs.push_back(open_verified_wheel(path));
}

void Verifier::add_environment(const std::string& path) {
  const FileStatus status = state_->machine().status(path);
  if (status.error != 0) throw io_error("cannot open", status.error);
  if (status.kind != FileKind::kDirectory) throw Error(ErrorCode::kUsage, "not a directory");
  state_->inputs.push_back(Directory{path, find_environment(state_->machine(), path)});
}

size_t Verifier::size() const { return state_->inputs.size(); }

Verification Verifier::verify(size_t index) {
  Input& input = state_->inputs.at(index);
  if (auto* const directory = std::get_if<Directory>(&input)) {
    Verification result =
        verify_installed(state_->machine(), directory->environment, state_->options);
    result.path = directory->path;
    return result;
  }
  auto& wheel = std::get<VerifiedWheel>(input);
  load(wheel, state_->options);
  const std::vector<const VerifiedWheel*> company = state_->company_of(wheel);
  Verification result = verify_wheel(wheel, company, state_->options);
  // Nobody else asks for its content.
  if (company.empty()) wheel.audited.reset();
  return result;
}

}  // namespace elfwheel::repair
