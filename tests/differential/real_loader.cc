#include "differential/real_loader.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <sstream>
#include <utility>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "elfwheel/loader/resolve.h"

namespace elfwheel::test {

namespace {

struct Output {
  std::string text;
  int status = -1;
};

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'')
      result += "'\\''";
    else
      result += c;
  }
  return result + "'";
}

Output run(const std::string& command) {
  Output output;
  FILE* const pipe = ::popen(("LC_ALL=C " + command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return output;
  std::array<char, 4096> buffer{};
  size_t count = 0;
  while ((count = ::fread(buffer.data(), 1, buffer.size(), pipe)) > 0)
    output.text.append(buffer.data(), count);
  const int status = ::pclose(pipe);
  output.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return output;
}

std::string environment(const Start& start) {
  std::string result = "timeout 5 env -i ";
  if (start.library_path) result += "LD_LIBRARY_PATH=" + quoted(*start.library_path) + " ";
  if (start.preload) result += "LD_PRELOAD=" + quoted(*start.preload) + " ";
  return result;
}

void add_loaded(Answer& answer, const std::string& name, const std::string& path) {
  const bool is_loader = path == kGlibcLoader || path == kMuslLoader;
  const bool is_path = name.find('/') != std::string::npos;  // with tokens, perhaps
  answer.loaded.push_back(name == path || is_path || is_loader ? path : name + " => " + path);
}

// "\tNAME => PATH (0x...)", "\tPATH (0x...)", "\tNAME => not found"; the vdso is left out.
void read_line(const std::string& line, Answer& answer, std::set<std::string>& missing) {
  if (line.empty() || line[0] != '\t' || line.find("linux-vdso") != std::string::npos) return;
  const size_t arrow = line.find(" => ");
  const size_t address = line.rfind(" (0x");
  if (arrow != std::string::npos && line.substr(arrow + 4) == "not found") {
    missing.insert(line.substr(1, arrow - 1));
  } else if (address != std::string::npos) {
    const std::string text = line.substr(1, address - 1);
    const size_t at = text.find(" => ");
    if (at == std::string::npos)
      add_loaded(answer, text, text);
    else
      add_loaded(answer, text.substr(0, at), text.substr(at + 4));
  }
}

bool is_program(const std::string& file) {
  const FileStatus status = host_file_system().status(file);
  const OpenedFile opened = host_file_system().open(file);
  if (opened.error != 0) return false;
  return elf::ElfFile::parse(opened.contents->bytes()).interp() && (status.mode & 0111) != 0;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  out << (answer.gave_up ? "gave up" : "") << "\n";
  for (const auto& line : answer.loaded) out << "  " << line << "\n";
  for (const auto& name : answer.missing) out << "  missing: " << name << "\n";
  return out;
}

Answer ask_glibc(const std::string& file, const Start& start) {
  const std::string path = file.find('/') == std::string::npos ? "./" + file : file;
  const std::string loader = is_program(path) ? "" : std::string(kGlibcLoader) + " ";
  const Output output =
      run(environment(start) + "LD_TRACE_LOADED_OBJECTS=1 " + loader + quoted(path));
  Answer answer;
  answer.hung = output.status == 124;  // timeout(1)
  if (output.text.find("error while loading shared libraries") != std::string::npos &&
      output.text.find("from LD_PRELOAD") == std::string::npos) {
    answer.gave_up = true;
    return answer;
  }
  std::set<std::string> missing;
  for (const auto& line : split(output.text, '\n')) read_line(line, answer, missing);
  answer.missing.assign(missing.begin(), missing.end());
  return answer;
}

std::string start_glibc(const std::string& program, const Start& start) {
  return run(environment(start) + "LD_DEBUG=files " + quoted(program)).text;
}

Answer ask_musl(const std::string& file, const Start& start) {
  const Output output = run(environment(start) + kMuslLoader + " --list " + quoted(file));
  Answer answer;
  std::set<std::string> missing;
  for (const auto& line : split(output.text, '\n')) {
    constexpr std::string_view kMissing = "Error loading shared library ";
    if (line.compare(0, kMissing.size(), kMissing) == 0) {
      const std::string rest = line.substr(kMissing.size());
      missing.insert(rest.substr(0, rest.find(": ")));
    } else {
      read_line(line, answer, missing);
    }
  }
  // The first line is the loader's own, whether or not anything needs it; later there is one for
  // each name that means it.
  auto& loaded = answer.loaded;
  if (!loaded.empty() && loaded.front() == kMuslLoader) loaded.erase(loaded.begin());
  const auto first = std::find(loaded.begin(), loaded.end(), kMuslLoader);
  if (first != loaded.end())
    loaded.erase(std::remove(first + 1, loaded.end(), kMuslLoader), loaded.end());
  answer.missing.assign(missing.begin(), missing.end());
  return answer;
}

Answer ask_elfwheel(const std::string& file, const Start& start) {
  const auto map = loader::resolve(host_file_system(), file,
                                   loader::host_environment(start.library_path, start.preload));
  Answer answer;
  std::set<std::string> missing;
  for (const auto& request : map.requests) {
    const bool is_glibc = map.libc == elf::Libc::kGlibc;
    if (is_glibc && !request.fatal.empty()) {
      answer.gave_up = true;
      return answer;
    }
    // The trace puts a filtee of the root, and that one's own, where it does not print them.
    const auto& order = map.load_order;
    const bool is_printed = request.tag == elf::DT_NEEDED ||
                            std::find(order.begin(), order.end(), request.asker) != order.end();
    if (!request.object && is_printed) missing.insert(request.name);
  }
  for (const loader::ObjectId id : map.load_order)
    add_loaded(answer, map.objects[id].name, map.objects[id].path);
  answer.missing.assign(missing.begin(), missing.end());
  return answer;
}

std::string LibraryTree::at(std::string text) const {
  for (size_t place = text.find('@'); place != std::string::npos; place = text.find('@', place)) {
    text.replace(place, 1, path());
    place += path().size();
  }
  return text;
}

ElfSpec LibraryTree::filled_in(ElfSpec spec) const {
  for (auto& name : spec.needed) name = at(name);
  for (auto& [tag, text] : spec.strings) text = at(text);
  if (spec.rpath) spec.rpath = at(*spec.rpath);
  if (spec.runpath) spec.runpath = at(*spec.runpath);
  return spec;
}

void LibraryTree::library(const std::string& name, ElfSpec spec) const {
  write(name, build_elf(filled_in(std::move(spec))));
}

void LibraryTree::program(const std::string& name, ElfSpec spec) const {
  spec = filled_in(std::move(spec));
  if (!spec.interp) spec.interp = kGlibcLoader;
  write(name, build_elf(spec), 0755);
}

namespace {

Start filled_start(const LibraryTree& tree, Start start) {
  if (start.library_path) start.library_path = tree.at(*start.library_path);
  if (start.preload) start.preload = tree.at(*start.preload);
  return start;
}

}  // namespace

Answer LibraryTree::expect_as_glibc(const std::string& name, Start start) const {
  start = filled_start(*this, std::move(start));
  const std::string file = *this / name;
  Answer real = ask_glibc(file, start);
  const Answer ours = ask_elfwheel(file, start);
  if (!real.hung) {
    EXPECT_EQ(ours, real) << file;
  }
  return real;
}

Answer LibraryTree::expect_as_musl(const std::string& name, Start start) const {
  start = filled_start(*this, std::move(start));
  const std::string file = *this / name;
  Answer real = ask_musl(file, start);
  EXPECT_EQ(ask_elfwheel(file, start), real) << file;
  return real;
}

}  // namespace elfwheel::test
