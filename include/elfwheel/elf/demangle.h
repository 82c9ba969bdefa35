// C++ names as a programmer wrote them.
//
// Source: Itanium C++ ABI, section 5.1 "External Names (a.k.a. Mangling)".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace elfwheel::elf {

// What the mangled `name` stands for ("_ZN3tvm7runtime3GetEi": "tvm::runtime::Get(int)"); nothing
// for a name that is not mangled. A few hundred bytes can stand for more than memory holds, and no
// compiler makes them: there is nothing for a name of more than 1 MiB of text, either, in a program
// that links libstdc++ statically, as elfwheel does unless ELFWHEEL_STATIC is off. The shared one
// knows no bound.
std::optional<std::string> demangle(std::string_view name);

}  // namespace elfwheel::elf
