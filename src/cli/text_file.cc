#include "cli/text_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "elfwheel/base/error.h"

namespace elfwheel::cli {

std::string read_text_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                             &std::fclose);
  if (!file) throw io_error("cannot open", errno);
  std::string text;
  std::array<char, 4096> part;
  while (const size_t size = std::fread(part.data(), 1, part.size(), file.get()))
    text.append(part.data(), size);
  if (std::ferror(file.get()) != 0) throw io_error("cannot read", errno);
  return text;
}

}  // namespace elfwheel::cli
