#include "scene.h"

#include <algorithm>
#include <filesystem>

#include "base/digest.h"

namespace elfwheel::test {

std::string elf_text(const ElfSpec& spec) {
  const std::vector<std::byte> bytes = build_elf(spec);
  return std::string(Bytes(bytes).text());
}

std::string library(const std::vector<std::string>& needed, const std::string& soname,
                    const std::string& runpath, const std::string& payload) {
  ElfSpec spec;
  spec.needed = needed;
  if (!soname.empty()) spec.soname = soname;
  if (!runpath.empty()) spec.runpath = runpath;
  spec.payload = payload;
  return elf_text(spec);
}

std::string library_with_notes(const std::vector<std::string>& needed, const std::string& notes,
                               const std::string& runpath, const std::string& soname) {
  ElfSpec spec;
  spec.needed = needed;
  if (!soname.empty()) spec.soname = soname;
  if (!runpath.empty()) spec.runpath = runpath;
  spec.payload = notes;
  spec.payload_is_notes = true;
  return elf_text(spec);
}

std::string dlopen_note(const std::string& json) {
  std::string note;
  const auto word = [&](uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) note += static_cast<char>(value >> shift & 0xff);
  };
  word(4);
  word(static_cast<uint32_t>(json.size() + 1));
  word(0x407c0c0a);
  note += std::string("FDO\0", 4) + json + '\0';
  note.resize((note.size() + 3) / 4 * 4);
  return note;
}

Scene::Scene() : machine_(make_memory_file_system()) {
  add("/usr/lib/libc.so.6", library({}, "libc.so.6"));
  loader::LoaderEnvironment environment;
  environment.read_system_files = false;
  environment.default_directories = {"/usr/lib"};
  environment.libc = elf::Libc::kGlibc;
  options.audit.environment = environment;
  options.audit.files = machine_.get();
  options.audit.jobs = 2;
  options.output_directory = output_directory();
  wheel.files = {{"pkg/__init__.py", "answer = 42\n"}};
}

void Scene::add(const std::string& path, const std::string& content) {
  contents_.push_back(content);
  machine_->add_file(path, Bytes(std::string_view(contents_.back())), 0644);
}

void Scene::link(const std::string& path, const std::string& target) {
  machine_->add_symlink(path, target);
}

std::string Scene::write_wheel() {
  directory_.write("in/" + wheel.file_name(), build_wheel(wheel));
  return directory_ / ("in/" + wheel.file_name());
}

repair::RepairReport Scene::repair() { return repair::repair_wheel(write_wheel(), options); }

std::vector<std::string> Scene::outputs() const {
  std::vector<std::string> names;
  if (!std::filesystem::exists(output_directory())) return names;
  for (const auto& entry : std::filesystem::directory_iterator(output_directory()))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

std::string hash_of(const std::string& content) {
  const Sha256 digest = sha256(Bytes(std::string_view(content)));
  return to_hex(Bytes(digest.data(), digest.size())).substr(0, 8);
}

std::vector<std::string> entries_of(const std::string& wheel_path) {
  std::vector<std::string> paths;
  const wheel::Archive archive = wheel::Archive::open(wheel_path);
  for (const wheel::ArchiveEntry& entry : archive.entries()) paths.push_back(entry.path);
  return paths;
}

std::string read_entry(const std::string& wheel_path, const std::string& entry) {
  const wheel::Archive archive = wheel::Archive::open(wheel_path);
  return std::string(archive.read(archive.find(entry)).bytes().text());
}

Dynamic dynamic_of(const std::string& wheel_path, const std::string& entry) {
  const std::string content = read_entry(wheel_path, entry);
  const elf::ElfFile file = elf::ElfFile::parse(Bytes(std::string_view(content)));
  Dynamic dynamic;
  dynamic.soname = file.soname().value_or("");
  for (const std::string_view name : file.needed()) dynamic.needed.emplace_back(name);
  dynamic.rpath = file.rpath().value_or("");
  dynamic.runpath = file.runpath().value_or("");
  return dynamic;
}

}  // namespace elfwheel::test
