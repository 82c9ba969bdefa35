#include "cli/os_abi.h"

#include <fmt/format.h>

#include "elfwheel/base/error.h"

namespace elfwheel::cli {

namespace {

struct OsAbi {
  uint8_t value;
  std::string_view text;  // what is printed, and read in any case
  std::string_view also;  // other names that are read, in lower case, separated by ','
};

// Values: gABI chapter 4, EI_OSABI; names: patchelf 0.19.
constexpr OsAbi kOsAbis[] = {
    {0, "System V", "system-v,sysv"},
    {1, "HP-UX", ""},
    {2, "NetBSD", ""},
    {3, "Linux", "gnu"},
    {4, "GNU Hurd", "gnu-hurd,hurd"},
    {6, "Solaris", ""},
    {7, "AIX", ""},
    {8, "IRIX", ""},
    {9, "FreeBSD", ""},
    {10, "Tru64", ""},
    {12, "OpenBSD", ""},
    {13, "OpenVMS", ""},
};

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::string_view without_blanks(std::string_view text) {
  constexpr const char* kBlanks = " \t\n";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

bool is_listed(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    if (list.substr(0, comma) == name) return true;
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return false;
}

}  // namespace

std::string os_abi_text(uint8_t os_abi) {
  for (const OsAbi& known : kOsAbis)
    if (known.value == os_abi) return std::string(known.text);
  return fmt::format("0x{:02X}", os_abi);
}

std::vector<std::string> os_abi_names() {
  std::vector<std::string> names;
  for (const OsAbi& known : kOsAbis) names.emplace_back(known.text);
  return names;
}

uint8_t parse_os_abi(std::string_view text) {
  const std::string name = lower_case(without_blanks(text));
  for (const OsAbi& known : kOsAbis)
    if (name == lower_case(known.text) || is_listed(known.also, name)) return known.value;
  std::string list;
  for (const OsAbi& known : kOsAbis) list.append(list.empty() ? "" : ", ").append(known.text);
  throw Error(ErrorCode::kUsage, fmt::format("no OS ABI is called '{}'; known are {}", text, list));
}

}  // namespace elfwheel::cli
