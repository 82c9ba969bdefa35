// A verification on the page and as JSON.
#include "elfwheel/report/verify_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace elfwheel::report {
namespace {

using repair::Check;
using repair::Severity;

repair::Verification broken_wheel() {
  repair::Verification verification;
  verification.path = "pkg.whl";
  verification.elf_files = 3;
  verification.layouts = {"CPython 3.11 (lib)", "--target"};
  verification.findings = {
      {Severity::kError, Check::kNeeded, "pkg/a.so", "needs libgone.so", "bring it", {"--target"}},
      {Severity::kError, Check::kTag, "", "is no pure wheel", ""},
      {Severity::kWarning, Check::kStack, "pkg/\n.so", "has a stack", "mend it"},
  };
  verification.notes = {"pkg/c.so: passed over"};
  return verification;
}

TEST(RenderVerification, EachFindingIsALineAndTheVerdictTheLast) {
  EXPECT_EQ(render_verification(broken_wheel(), {}),
            "pkg.whl: pkg/a.so: needs libgone.so (bring it)\n"
            "pkg.whl: is no pure wheel\n"
            "pkg.whl: pkg/\\n.so: warning: has a stack (mend it)\n"
            "pkg.whl: note: pkg/c.so: passed over\n"
            "pkg.whl: 2 errors, 1 warning, 3 ELF files checked in 2 layouts\n");
}

TEST(RenderVerification, GoodWheelIsOneLine) {
  repair::Verification verification;
  verification.path = "pkg.whl";
  verification.elf_files = 1;
  verification.layouts = {"--target"};
  EXPECT_EQ(render_verification(verification, {}), "pkg.whl: ok, 1 ELF file checked in 1 layout\n");
}

TEST(RenderVerification, RemarksAreCountedAndToldWhenAsked) {
  repair::Verification verification;
  verification.path = "pkg.whl";
  verification.elf_files = 2;
  verification.findings = {{Severity::kRemark, Check::kStaticTls, "a.so", "reserves 8 bytes", ""}};
  EXPECT_TRUE(verification.ok());
  EXPECT_EQ(render_verification(verification, {}),
            "pkg.whl: ok, 1 remark (-v tells), 2 ELF files checked\n");
  EXPECT_EQ(render_verification(verification, {}, true),
            "pkg.whl: a.so: remark: reserves 8 bytes\n"
            "pkg.whl: ok, 1 remark, 2 ELF files checked\n");
  EXPECT_EQ(verification_json(verification)["findings"][0]["severity"], "remark");
}

TEST(RenderVerification, DirectoryHasNoLayouts) {
  repair::Verification verification;
  verification.path = "venv";
  EXPECT_EQ(render_verification(verification, {}), "venv: ok, 0 ELF files checked\n");
}

TEST(RenderVerification, ErrorsStandOutInColour) {
  TextStyle style;
  style.colour = true;
  const std::string text = render_verification(broken_wheel(), style);
  EXPECT_EQ(text.substr(0, text.find(" (bring")),
            "pkg.whl: pkg/a.so: \x1b[31mneeds libgone.so\x1b[0m");
}

TEST(VerificationJson, HasEveryFact) {
  const std::string expected =
      R"x({"version":1,"wheel":"pkg.whl","ok":false,"elf_files":3,)x"
      R"x("layouts":["CPython 3.11 (lib)","--target"],"findings":[)x"
      R"x({"severity":"error","file":"pkg/a.so","check":"needed",)x"
      R"x("message":"needs libgone.so","layouts":["--target"],"advice":"bring it"},)x"
      R"x({"severity":"error","file":null,"check":"tag","message":"is no pure wheel",)x"
      R"x("layouts":[],"advice":""},)x"
      R"x({"severity":"warning","file":"pkg/\n.so","check":"stack","message":"has a stack",)x"
      R"x("layouts":[],"advice":"mend it"}],"notes":["pkg/c.so: passed over"]})x";
  EXPECT_EQ(verification_json(broken_wheel()).dump(), expected);
}

}  // namespace
}  // namespace elfwheel::report
