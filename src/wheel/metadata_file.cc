#include "elfwheel/wheel/metadata_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "elfwheel/wheel/tags.h"
#include "wheel/entry_path.h"
#include "wheel/version.h"

namespace elfwheel::wheel {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t'; }

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return is_space(c) || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// A line with its end, taken off the front of `rest`.
std::string_view take_line(std::string_view& rest) {
  const size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end == rest.npos ? rest.size() : end + 1);
  rest.remove_prefix(line.size());
  return line;
}

// Printable ASCII but ':' (RFC 822 section 3.1.2). Python takes a line without a name for a field
// too, one that nobody can find. Nothing when the line is no field.
std::optional<size_t> field_name_length(std::string_view line) {
  const auto stop = std::find_if(line.begin(), line.end(),
                                 [](char c) { return c <= ' ' || c >= 0x7f || c == ':'; });
  if (stop == line.end() || *stop != ':') return std::nullopt;
  return static_cast<size_t>(stop - line.begin());
}

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// "cp311-cp311" of "cp311-cp311-linux_x86_64"; the platform part is what follows the last '-'.
std::string_view interpreter_part(std::string_view tag) {
  const size_t dash = tag.rfind('-');
  return dash == tag.npos ? tag : tag.substr(0, dash);
}
std::string_view platform_part(std::string_view tag) {
  const size_t dash = tag.rfind('-');
  return dash == tag.npos ? std::string_view() : tag.substr(dash + 1);
}

}  // namespace

MetadataFile MetadataFile::parse(std::string_view text) {
  MetadataFile file;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view before = rest;
    const std::string_view line = take_line(rest);
    if (is_space(line.front()) && !file.fields_.empty()) {
      Field& last = file.fields_.back();
      last.value += fmt::format("\n{}", trim(line));
      last.text += line;
      continue;
    }
    const auto name_length = field_name_length(line);
    if (!name_length) {
      file.body_ = before;
      break;
    }
    file.fields_.push_back({std::string(line.substr(0, *name_length)),
                            std::string(trim(line.substr(*name_length + 1))), std::string(line)});
  }
  if (!file.fields_.empty() && file.fields_[0].text.ends_with("\r\n")) file.line_end_ = "\r\n";
  return file;
}

std::vector<std::string> MetadataFile::find_all(std::string_view name) const {
  std::vector<std::string> values;
  for (const Field& field : fields_)
    if (to_lower(field.name) == to_lower(name)) values.push_back(field.value);
  return values;
}

std::optional<std::string> MetadataFile::find(std::string_view name) const {
  const auto values = find_all(name);
  if (values.empty()) return std::nullopt;
  return values.front();
}

std::string MetadataFile::require(std::string_view name) const {
  auto value = find(name);
  if (!value || value->empty())
    throw Error(ErrorCode::kCorrupt, fmt::format("there is no {} field", name));
  return *std::move(value);
}

void MetadataFile::remove(std::string_view name) {
  const auto is_it = [&](const Field& field) { return to_lower(field.name) == to_lower(name); };
  fields_.erase(std::remove_if(fields_.begin(), fields_.end(), is_it), fields_.end());
}

void MetadataFile::append(std::string_view name, std::string_view value) {
  if (!fields_.empty() && !fields_.back().text.ends_with('\n')) fields_.back().text += line_end_;
  fields_.push_back(
      {std::string(name), std::string(value), fmt::format("{}: {}{}", name, value, line_end_)});
}

std::string MetadataFile::encode() const {
  std::string text;
  for (const Field& field : fields_) text += field.text;
  return text + body_;
}

WheelFields parse_wheel_fields(const MetadataFile& file) {
  WheelFields fields;
  fields.wheel_version = file.require("Wheel-Version");
  if (fields.wheel_version != "1" && !fields.wheel_version.starts_with("1."))
    throw Error(ErrorCode::kUnsupported,
                fmt::format("Wheel-Version {} is not 1.x", printable(fields.wheel_version)));
  const std::string purelib = to_lower(file.require("Root-Is-Purelib"));
  if (purelib != "true" && purelib != "false")
    throw Error(ErrorCode::kCorrupt,
                fmt::format("Root-Is-Purelib is {}, neither true nor false", printable(purelib)));
  fields.root_is_purelib = purelib == "true";
  for (const std::string& tag : file.find_all("Tag"))
    for (Tag& one : parse_tags(tag)) fields.tags.push_back(std::move(one));
  return fields;
}

bool change_platforms(MetadataFile& wheel_file, const PlatformChange& change) {
  const std::vector<std::string> old = wheel_file.find_all("Tag");
  const bool platform_wheel =
      std::any_of(change.add.begin(), change.add.end(), [](const auto& p) { return p != "any"; });
  std::vector<std::string> wanted;
  std::vector<std::string> interpreters;
  bool any_went = false;
  for (const std::string& tag : old) {
    if (const std::string part(interpreter_part(tag)); !contains(interpreters, part))
      interpreters.push_back(part);
    const std::string_view platform = platform_part(tag);
    const bool any_goes = platform == "any" && platform_wheel;
    any_went = any_went || any_goes;
    if (!any_goes && !contains(change.remove, platform)) wanted.push_back(tag);
  }
  for (const std::string& interpreter : interpreters)
    for (const std::string& platform : change.add)
      if (const auto tag = fmt::format("{}-{}", interpreter, platform); !contains(wanted, tag))
        wanted.push_back(tag);
  if (wanted == old) return false;
  wheel_file.remove("Tag");
  for (const std::string& tag : wanted) wheel_file.append("Tag", tag);
  if (any_went) {
    wheel_file.remove("Root-Is-Purelib");
    wheel_file.append("Root-Is-Purelib", "False");
  }
  return true;
}

Metadata parse_metadata(const MetadataFile& file) {
  Metadata metadata;
  metadata.name = file.require("Name");
  metadata.version = file.require("Version");
  metadata.requires_python = file.find("Requires-Python").value_or("");
  metadata.requires_dist = file.find_all("Requires-Dist");
  return metadata;
}

}  // namespace elfwheel::wheel
