#include "elfwheel/loader/library_names.h"

#include <gtest/gtest.h>

namespace elfwheel::test {
namespace {

using loader::find_runtime;
using loader::library_stem;

TEST(LibraryStem, LeavesVersionsOut) {
  EXPECT_EQ(library_stem("libssl.so.1.1"), "libssl");
  EXPECT_EQ(library_stem("libssl.so.3"), "libssl");
  EXPECT_EQ(library_stem("libLLVM-14.so.1"), "libLLVM");
  EXPECT_EQ(library_stem("libboost_regex.so.1.74.0"), "libboost_regex");
  EXPECT_EQ(library_stem("libbfd-2.40-system.so"), "libbfd-2.40-system");
}

TEST(LibraryStem, LeavesTheHashOfACopyOut) {
  EXPECT_EQ(library_stem("libssl-3f9a21bc.so.3"), "libssl");
  EXPECT_EQ(library_stem("libyaml-0-8ec1a697.so.2.0.9"), "libyaml");
  EXPECT_EQ(library_stem("libyaml-0.so.2"), "libyaml");
  EXPECT_EQ(library_stem("libgfortran-040039e1-0352e75f.so.5.0.0"), "libgfortran");
}

TEST(LibraryStem, KeepsDigitsThatBelongToTheName) {
  EXPECT_EQ(library_stem("libv4l2.so.0"), "libv4l2");
  EXPECT_EQ(library_stem("libb2.so.1"), "libb2");
  EXPECT_EQ(library_stem("lib-deadbeef"), "lib");
  EXPECT_EQ(library_stem("libx-deadbee.so"), "libx-deadbee");
  EXPECT_EQ(library_stem("123"), "123");
  EXPECT_EQ(library_stem(""), "");
}

TEST(Runtime, IsKnownUnderEachOfItsNames) {
  EXPECT_EQ(find_runtime("libgomp.so.1").kind, "OpenMP");
  EXPECT_EQ(find_runtime("libiomp5.so").kind, "OpenMP");
  EXPECT_EQ(find_runtime("libgomp-a34b3233.so.1.0.0").library, "libgomp");
  EXPECT_EQ(find_runtime("libopenblasp-r0-23e5df77.3.21.dev.so").library, "libopenblas");
  EXPECT_EQ(find_runtime("libscipy_openblas64_-13e2df51.so").kind, "OpenBLAS");
  EXPECT_EQ(find_runtime("libgfortran-040039e1-0352e75f.so.5.0.0").library, "libgfortran");
  EXPECT_EQ(find_runtime("libcudart.so.12").kind, "the CUDA runtime");
}

TEST(Runtime, IsNoLibraryOfASimilarName) {
  EXPECT_EQ(find_runtime("libtbbmalloc.so.2").library, "");
  EXPECT_EQ(find_runtime("libgomp_plugin.so.1").library, "");
  EXPECT_EQ(find_runtime("libc.so.6").library, "");
  EXPECT_EQ(find_runtime("").library, "");
}

}  // namespace
}  // namespace elfwheel::test
