// Names of e_ident[EI_OSABI] on the command line, which are patchelf's: what is printed can be
// given back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elfwheel::cli {

// "System V", "Linux", …; "0x61" for a value without a name.
std::string os_abi_text(uint8_t os_abi);

// The names, in the order of their values.
std::vector<std::string> os_abi_names();

// The value that `text` names, upper or lower case, blanks around it ignored. Error kUsage, which
// lists the names, for others.
uint8_t parse_os_abi(std::string_view text);

}  // namespace elfwheel::cli
