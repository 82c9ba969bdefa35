// Small files that the command line names: lists and values.
#pragma once

#include <string>

namespace elfwheel::cli {

// All of `path`, which may be a pipe. Errors: kNotFound, kIo; the message does not name the path.
std::string read_text_file(const std::string& path);

}  // namespace elfwheel::cli
