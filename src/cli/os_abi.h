// Names of e_ident[EI_OSABI] on the command line, which are patchelf's: what is printed can be
// given back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace elfwheel::cli {

// "System V", "Linux", …; "0x61" for a value without a name.
std::string os_abi_text(uint8_t os_abi);

// The value that `text` names, upper or lower case, blanks around it ignored; nothing for others.
std::optional<uint8_t> find_os_abi(std::string_view text);

// The names that are printed, for help: "System V, HP-UX, …".
std::string os_abi_list();

}  // namespace elfwheel::cli
