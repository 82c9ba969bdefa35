// Random graphs of small libraries before glibc's ld.so: what nobody thought of.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "differential/real_loader.h"

namespace elfwheel::test {
namespace {

class RandomGraph {
 public:
  explicit RandomGraph(uint32_t seed) : random_(seed) {}

  // Writes a tree with "p" and "libroot.so" to start from.
  Start build(const LibraryTree& tree) {
    for (const char* directory : {"d0", "d1", "d2"}) tree.make_directory(directory);
    for (int i = 0; i < kLibraries; ++i) {
      const std::string name = library_name(i);
      for (int copies = 2 + below(4); copies > 0; --copies) write_library(tree, name);
    }
    tree.program("p", spec(""));
    tree.library("libroot.so", spec("libroot.so"));
    Start start;
    if (below(2) == 0) start.library_path = path();
    if (below(5) == 0) start.preload = library_name(below(kLibraries));
    return start;
  }

 private:
  static constexpr int kLibraries = 7;

  int below(int limit) { return static_cast<int>(random_() % static_cast<uint32_t>(limit)); }
  static std::string library_name(int number) { return "lib" + std::to_string(number) + ".so"; }

  std::string directory() {
    static constexpr const char* kSubdirectories[] = {
        "", "", "", "", "/glibc-hwcaps/x86-64-v2", "/glibc-hwcaps/x86-64-v3", "/tls", "/x86_64"};
    return "d" + std::to_string(below(3)) + kSubdirectories[below(8)];
  }

  std::string path() {
    static constexpr const char* kElements[] = {
        "@/d0", "@/d1", "@/d2", "$ORIGIN", "$ORIGIN/..", "@/d0/../d1/", "@/none", "${ORIGIN}/tls"};
    std::string result;
    for (int count = 1 + below(3); count > 0; --count) {
      if (!result.empty()) result += ":";
      result += kElements[below(8)];
    }
    return result;
  }

  // A root needs something: a trace calls it "statically linked" otherwise, preloads or not.
  ElfSpec spec(const std::string& name) {
    ElfSpec result;
    const bool is_root = name.empty() || name == "libroot.so";
    for (int count = below(4) + (is_root ? 1 : 0); count > 0; --count)
      result.needed.push_back(below(12) == 0 ? "@/d0/" + library_name(below(kLibraries))
                                             : library_name(below(kLibraries + 1)));
    if (below(is_root ? 2 : 3) == 0) result.rpath = path();
    if (below(3) == 0) result.runpath = below(8) == 0 ? "" : path();
    if (below(2) == 0 && !name.empty())
      result.soname = below(4) == 0 ? library_name(below(kLibraries)) : name;
    // With filtees of the root ld.so 2.36 spoils its own list, up to running round in it for ever.
    if (below(12) == 0 && !is_root)
      result.strings.emplace_back(below(2) == 0 ? elf::DT_FILTER : elf::DT_AUXILIARY,
                                  library_name(below(kLibraries)));
    if (below(20) == 0) result.needed.push_back("ld-linux-x86-64.so.2");
    return result;
  }

  // Leaves what stands there already, dangling links too.
  void write_library(const LibraryTree& tree, const std::string& name) {
    const std::string file = directory() + "/" + name;
    if (std::filesystem::is_symlink(tree / file) || std::filesystem::exists(tree / file)) return;
    switch (below(16)) {
      case 0:
        tree.link(file, "../d1/" + library_name(below(kLibraries)));
        break;
      case 1:
        tree.library(file, {.machine = elf::EM_AARCH64});
        break;
      default:
        tree.library(file, spec(name));
    }
  }

  std::mt19937 random_;
};

TEST(RandomGraphs, AreLoadedAsTheRealLoaderDoes) {
  size_t loaded = 0;
  size_t missing = 0;
  size_t hung = 0;
  for (uint32_t seed = 1; seed <= 120; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const LibraryTree tree;
    const Start start = RandomGraph(seed).build(tree);
    for (const char* root : {"p", "libroot.so"}) {
      const Answer answer = tree.expect_as_glibc(root, start);
      loaded += answer.loaded.size();
      missing += answer.missing.size();
      hung += answer.hung ? 1 : 0;
    }
    if (HasFailure()) return;
  }
  // The graphs are worth the name.
  EXPECT_GT(loaded, 300u);
  EXPECT_GT(missing, 100u);
  EXPECT_LT(hung, 5u);
}

}  // namespace
}  // namespace elfwheel::test
