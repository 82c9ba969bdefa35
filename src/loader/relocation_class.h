// What a relocation's type means for the look-up of its symbol.
#pragma once

#include <cstdint>

namespace elfwheel::loader {

enum class RelocationClass {
  kNone,   // nothing is looked up
  kPlain,  // an undefined symbol with a value is a definition: the PLT entry of a program
  kPlt,    // it is none: a jump slot, or thread-local storage
  kCopy,   // the program's own definition is passed over
};

// Errors: kUnsupported for a machine that is not known here. Source: elf_machine_type_class in
// glibc's sysdeps/MACHINE/dl-machine.h, with the numbers of the psABIs.
RelocationClass relocation_class(uint16_t machine, uint32_t type);

}  // namespace elfwheel::loader
