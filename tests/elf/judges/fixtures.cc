#include "elf/judges/fixtures.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace elfwheel::test {
namespace {

std::vector<Fixture> read_manifest() {
  std::ifstream manifest(ELFWHEEL_FIXTURES "/manifest.tsv");
  std::vector<Fixture> result;
  for (std::string line; std::getline(manifest, line);) {
    std::istringstream fields(line);
    Fixture fixture;
    fields >> fixture.name >> fixture.kind >> fixture.target >> fixture.path;
    result.push_back(fixture);
  }
  if (result.empty()) throw std::runtime_error("no fixtures in " ELFWHEEL_FIXTURES);
  return result;
}

const std::vector<Fixture>& manifest() {
  static const std::vector<Fixture> all = read_manifest();
  return all;
}

// How a program of `target` is started on this machine; the C library of Debian's cross compilers
// lies in /usr/<triplet>.
std::vector<std::string> runner(const std::string& target) {
  if (target == "aarch64") return {"qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"};
  if (target == "arm") return {"qemu-arm", "-L", "/usr/arm-linux-gnueabihf"};
  if (target == "riscv64") return {"qemu-riscv64", "-L", "/usr/riscv64-linux-gnu"};
  if (target == "s390x") return {"qemu-s390x", "-L", "/usr/s390x-linux-gnu"};
  return {};
}

}  // namespace

std::string Fixture::dependencies() const { return ELFWHEEL_FIXTURES "/deps-" + target; }

std::vector<Fixture> fixtures_of(const std::vector<std::string>& kinds) {
  std::vector<Fixture> result;
  for (const Fixture& fixture : manifest())
    if (std::find(kinds.begin(), kinds.end(), fixture.kind) != kinds.end())
      result.push_back(fixture);
  return result;
}

const Fixture& fixture(const std::string& name) {
  for (const Fixture& fixture : manifest())
    if (fixture.name == name) return fixture;
  throw std::runtime_error("no fixture " + name);
}

Finished run_fixture(const Fixture& fixture, const std::string& file, bool library_path) {
  std::vector<std::string> command = runner(fixture.target);
  const bool foreign = !command.empty();
  std::vector<std::pair<std::string, std::string>> variables;
  if (library_path && foreign) {
    command.push_back("-E");
    command.push_back("LD_LIBRARY_PATH=" + fixture.dependencies());
  } else if (library_path) {
    variables.emplace_back("LD_LIBRARY_PATH", fixture.dependencies());
  }
  if (fixture.kind == "library") command.push_back(fixture.dependencies() + "/load");
  command.push_back(file);
  return run(command, variables);
}

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "elfwheel-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::byte> read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path);
  stream.seekg(0, std::ios::end);
  std::vector<std::byte> bytes(static_cast<size_t>(stream.tellg()));
  stream.seekg(0);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

void write_file(const std::string& path, Bytes bytes) {
  std::filesystem::remove(path);
  std::ofstream stream(path, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) throw std::runtime_error("cannot write " + path);
  std::filesystem::permissions(path, std::filesystem::perms(0755));
}

}  // namespace elfwheel::test
