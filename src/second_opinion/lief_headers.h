// LIEF 0.9's headers are not clean under this project's warnings.
#pragma once

#pragma GCC system_header
#include <LIEF/ELF.hpp>
#include <LIEF/logging.hpp>
