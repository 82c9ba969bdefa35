// Libraries that other distributions bring: AuditOptions::depends_on.
#include <gtest/gtest.h>

#include "scene.h"

namespace elfwheel::repair {
namespace {

using test::dynamic_of;
using test::library;
using test::Scene;
using Texts = std::vector<std::string>;

const char kSite[] = "/venv/lib/python3.11/site-packages/";
const char kMetadata[] = "Metadata-Version: 2.1\nName: pkg\nVersion: 1.0\n";

// A machine with libcudart.so.13 in a toolkit, and a wheel that needs it. The distribution
// nvidia-cuda-runtime, which has it too, is installed in /venv.
class DependsOn : public testing::Test {
 protected:
  DependsOn() {
    scene_.add("/cuda/lib/libcudart.so.13", cudart_);
    scene_.wheel.files["pkg/a.so"] = library({"libcudart.so.13"}, "", "/cuda/lib");
    scene_.wheel.metadata = std::string(kMetadata) + "Requires-Dist: Nvidia_CUDA.runtime>=13; x\n";
    install("nvidia_cuda_runtime", "13.0", "nvidia/cu13/lib/libcudart.so.13", cudart_);
    scene_.options.audit.environments = {"/venv"};
  }

  void install(const std::string& name, const std::string& version, const std::string& path,
               const std::string& content, bool purelib = true) {
    const std::string info = kSite + name + "-" + version + ".dist-info/";
    scene_.add(kSite + path, content);
    scene_.add(info + "RECORD", path + ",,\n");
    scene_.add(info + "WHEEL", std::string("Wheel-Version: 1.0\nRoot-Is-Purelib: ") +
                                   (purelib ? "true" : "false") + "\n");
  }

  RepairReport repair(const Texts& depends_on) {
    scene_.options.audit.depends_on = depends_on;
    return scene_.repair();
  }

  std::string error(const Texts& depends_on) {
    try {
      repair(depends_on);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  // A wheel beside the one that is repaired; its path.
  std::string write_wheel(const std::string& name, const std::string& file,
                          const std::string& content,
                          const std::string& tag = "cp311-cp311-linux_x86_64") {
    test::WheelSpec wheel;
    wheel.distribution = name;
    wheel.tag = tag;
    wheel.files = {{file, content}};
    scene_.directory().write(wheel.file_name(), test::build_wheel(wheel));
    return scene_.directory() / wheel.file_name();
  }

  const std::string cudart_ = library({}, "libcudart.so.13");
  Scene scene_;
};

TEST_F(DependsOn, LibraryOfAnInstalledDistributionIsUsedWhereItIs) {
  for (const std::string pattern : {"nvidia-*", "NVIDIA.cuda_runtime"}) {
    const RepairReport report = repair({pattern});
    EXPECT_TRUE(report.written);
    EXPECT_TRUE(report.plan.grafts.empty());
    ASSERT_EQ(report.plan.provided.size(), 1U);
    EXPECT_EQ(report.plan.provided[0].name, "libcudart.so.13");
    EXPECT_EQ(report.plan.provided[0].version, "13.0");
    EXPECT_EQ(report.plan.provided[0].users, Texts{"pkg/a.so"});
    const auto user = dynamic_of(report.output_path, "pkg/a.so");
    EXPECT_EQ(user.needed, Texts{"libcudart.so.13"});
    // Fedora's lib64 for platlib is seen from, and its lib for purelib led to.
    EXPECT_EQ(user.rpath,
              "$ORIGIN:$ORIGIN/../nvidia/cu13/lib"
              ":$ORIGIN/../../../../lib/python3.11/site-packages/nvidia/cu13/lib");
    EXPECT_EQ(report.plan.patches.at(0).reasons.at(0),
              "needs libcudart.so.13, which nvidia_cuda_runtime brings");
    EXPECT_EQ(report.notes,
              Texts{"pkg/a.so: rpath entry \"/cuda/lib\" dropped: an absolute directory of the "
                    "build machine"});
  }
}

TEST_F(DependsOn, OfPlatlibOneWayServesAllLayouts) {
  install("nvidia_cuda_runtime", "13.0", "nvidia/cu13/lib/libcudart.so.13", cudart_, false);
  EXPECT_EQ(dynamic_of(repair({"nvidia-*"}).output_path, "pkg/a.so").rpath,
            "$ORIGIN:$ORIGIN/../nvidia/cu13/lib");
}

TEST_F(DependsOn, ThePrefixHasAWayForEachLayout) {
  scene_.wheel.files["pkg-1.0.data/data/lib/libb.so"] = library({"libcudart.so.13"}, "libb.so");
  const RepairReport report = repair({"nvidia-*"});
  EXPECT_EQ(dynamic_of(report.output_path, "pkg-1.0.data/data/lib/libb.so").rpath,
            "$ORIGIN:$ORIGIN/python3.11/site-packages/nvidia/cu13/lib"
            ":$ORIGIN/python3.11/dist-packages/nvidia/cu13/lib:$ORIGIN/../nvidia/cu13/lib");
}

TEST_F(DependsOn, CopiedLibraryFindsItToo) {
  scene_.add("/cuda/lib/libmid.so", library({"libcudart.so.13"}, "libmid.so", "/cuda/lib"));
  scene_.wheel.files["pkg/a.so"] = library({"libmid.so"}, "", "/cuda/lib");
  const RepairReport report = repair({"nvidia-*"});
  ASSERT_EQ(report.plan.grafts.size(), 1U);
  EXPECT_EQ(dynamic_of(report.output_path, report.plan.grafts[0].path).rpath,
            "$ORIGIN:$ORIGIN/../nvidia/cu13/lib"
            ":$ORIGIN/../../../../lib/python3.11/site-packages/nvidia/cu13/lib");
}

TEST_F(DependsOn, FileThatFindsItAlreadyKeepsItsBytes) {
  install("nvidia_cuda_runtime", "13.0", "nvidia/cu13/lib/libcudart.so.13", cudart_, false);
  const std::string works = library({"libcudart.so.13"}, "", "$ORIGIN/../nvidia/cu13/lib");
  scene_.wheel.files["pkg/a.so"] = works;
  EXPECT_EQ(test::read_entry(repair({"nvidia-*"}).output_path, "pkg/a.so"), works);
}

TEST_F(DependsOn, OldEntriesThatLeadToItAreKept) {
  scene_.add("/opt/libx.so", library({}, "libx.so"));
  scene_.wheel.files["pkg/a.so"] =
      library({"libcudart.so.13", "libx.so"}, "",
              "$ORIGIN/../gone:${ORIGIN}/../nvidia/cu13/lib:$ORIGIN/../nvidia/cu13:/opt");
  EXPECT_EQ(dynamic_of(repair({"nvidia-*"}).output_path, "pkg/a.so").rpath,
            "$ORIGIN:$ORIGIN/../nvidia/cu13/lib:$ORIGIN/../pkg.libs"
            ":$ORIGIN/../../../../lib/python3.11/site-packages/nvidia/cu13/lib"
            ":$ORIGIN/../nvidia/cu13");
}

TEST_F(DependsOn, WheelGivenByPath) {
  scene_.options.audit.environments = {};
  const std::string wheel = write_wheel("other", "other/lib/libcudart.so.13", cudart_);
  const RepairReport report = repair({wheel});
  EXPECT_EQ(dynamic_of(report.output_path, "pkg/a.so").rpath, "$ORIGIN:$ORIGIN/../other/lib");
  EXPECT_EQ(report.notes.at(0),
            "METADATA does not require other, which brings libcudart.so.13: add \"other\" to the "
            "dependencies");
}

TEST_F(DependsOn, WheelsOfOneCallUseEachOther) {
  scene_.options.audit.other_wheels = {
      scene_.write_wheel(),
      write_wheel("other", "other/libcudart.so.13", cudart_, "cp310-cp310-linux_x86_64"),
      write_wheel("other", "other-1.0.data/data/other/libcudart.so.13", cudart_)};
  scene_.options.audit.environments = {};
  // The one for another Python is passed over.
  EXPECT_EQ(dynamic_of(repair({"other"}).output_path, "pkg/a.so").rpath,
            "$ORIGIN:$ORIGIN/../../../../other:$ORIGIN/../other");
  EXPECT_TRUE(repair({"pkg", "other"}).plan.grafts.empty());
}

TEST_F(DependsOn, OwnDistributionProvidesNothing) {
  install("pkg", "0.9", "old/libcudart.so.13", cudart_);
  EXPECT_EQ(repair({"pkg"}).plan.grafts.size(), 1U);
}

TEST_F(DependsOn, ExtraIsNotEnough) {
  scene_.wheel.metadata =
      std::string(kMetadata) + "Requires-Dist: nvidia-cuda-runtime; extra == 'gpu'\n";
  EXPECT_EQ(
      repair({"nvidia-*"}).notes.at(0),
      "METADATA requires nvidia-cuda-runtime for an extra only: without it libcudart.so.13 is "
      "not found");
}

TEST_F(DependsOn, UnusedDistributionNeedNotBeRequired) {
  install("other", "1", "other/libother.so", library({}, "libother.so"));
  scene_.wheel.metadata = kMetadata;
  const RepairReport report = repair({"other"});
  EXPECT_EQ(report.plan.grafts.size(), 1U);
  EXPECT_EQ(report.notes.size(), 1U);  // the dropped rpath
}

TEST_F(DependsOn, PatternThatMatchesNothingIsAnError) {
  EXPECT_EQ(error({"cupy"}),
            "the distribution \"cupy\", which is to be depended on, is no wheel of this call and "
            "nothing installed in /venv");
  EXPECT_EQ(error({"./gone.whl"}), "./gone.whl: cannot open: No such file or directory");
  EXPECT_TRUE(scene_.outputs().empty());
}

TEST_F(DependsOn, FilesThatNoLoaderTakesProvideNothing) {
  test::ElfSpec foreign;
  foreign.machine = elf::EM_AARCH64;
  for (const std::string& content : {test::elf_text(foreign), std::string("INPUT(-lcudart)\n")}) {
    install("nvidia_cuda_runtime", "13.0", "nvidia/cu13/lib/libcudart.so.13", content);
    EXPECT_EQ(repair({"nvidia-*"}).plan.grafts.size(), 1U);
  }
}

TEST_F(DependsOn, TwoContentsOfOneNameNeedAnRpathThatTells) {
  const std::string info = std::string(kSite) + "nvidia_cuda_runtime-13.0.dist-info/";
  scene_.add(kSite + std::string("nvidia/cu12/lib/libcudart.so.13"),
             library({}, "libcudart.so.13", "", "other"));
  scene_.add(info + "RECORD",
             "nvidia/cu12/lib/libcudart.so.13,,\nnvidia/cu13/lib/libcudart.so.13,,\n");
  EXPECT_EQ(repair({"nvidia-*"}).reasons,
            Texts{"pkg/a.so needs libcudart.so.13, which may be "
                  "nvidia_cuda_runtime-13.0.data/purelib/nvidia/cu12/lib/libcudart.so.13 or "
                  "nvidia_cuda_runtime-13.0.data/purelib/nvidia/cu13/lib/libcudart.so.13: give the "
                  "file a $ORIGIN rpath to the right one"});
  scene_.wheel.files["pkg/a.so"] = library({"libcudart.so.13"}, "", "$ORIGIN/../nvidia/cu13/lib");
  EXPECT_TRUE(dynamic_of(repair({"nvidia-*"}).output_path, "pkg/a.so")
                  .rpath.starts_with("$ORIGIN:$ORIGIN/../nvidia/cu13/lib:"));
}

TEST_F(DependsOn, WheelsOwnFileGoesFirst) {
  scene_.wheel.files["pkg/libs/libcudart.so.13"] = cudart_;
  EXPECT_EQ(dynamic_of(repair({"nvidia-*"}).output_path, "pkg/a.so").rpath, "$ORIGIN:$ORIGIN/libs");
}

TEST_F(DependsOn, LibraryThatIsOpenedIsFoundThere) {
  scene_.wheel.files["pkg/a.so"] =
      test::library_with_notes({}, test::dlopen_note(R"({"soname":"libcudart.so.13"})"));
  scene_.options.audit.includes = {"libcudart*"};
  const RepairReport report = repair({"nvidia-*"});
  EXPECT_TRUE(report.plan.grafts.empty());
  EXPECT_TRUE(dynamic_of(report.output_path, "pkg/a.so")
                  .rpath.starts_with("$ORIGIN:$ORIGIN/../nvidia/cu13/lib:"));
}

}  // namespace
}  // namespace elfwheel::repair
