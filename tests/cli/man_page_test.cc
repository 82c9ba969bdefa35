// Text in roff, and pages made of it.
#include "cli/man_page.h"

#include <gtest/gtest.h>

#include "cli/roff.h"
#include "cli/wrapped_text.h"

namespace elfwheel::cli {
namespace {

TEST(RoffText, EscapesWhatRoffReads) {
  EXPECT_EQ(roff_text("a\\b -o 'c' `d` \"e\" ~ ^"),
            "a\\eb \\-o \\(aqc\\(aq \\(gad\\(ga \\(dqe\\(dq \\(ti \\(ha");
  EXPECT_EQ(roff_text("$ORIGIN/../lib"), "$ORIGIN/../lib");
}

TEST(RoffText, IsNoRequestAtTheStartOfALine) {
  EXPECT_EQ(roff_text(".so /etc/passwd"), "\\&.so /etc/passwd");
  EXPECT_EQ(roff_text("'br"), "\\(aqbr");
  EXPECT_EQ(roff_text("a\n.sh b"), "a .sh b");
}

TEST(RoffLines, ProtectEachLine) {
  const std::string filler(79, 'x');
  EXPECT_EQ(roff_lines(filler + " .so b"), filler + "\n\\&.so b\n");
  EXPECT_EQ(roff_lines(""), "");
}

TEST(RoffArgument, KeepsQuotesInside) { EXPECT_EQ(roff_argument("a \"b\""), "\"a \\(dqb\\(dq\""); }

TEST(WrapText, BreaksAtBlanksAlone) {
  EXPECT_EQ(wrap_text("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap_text(" longer-than-that  a ", 6),
            (std::vector<std::string>{"longer-than-that", "a"}));
  EXPECT_EQ(wrap_text("  ", 6), std::vector<std::string>());
}

TEST(WrapText, CountsCharactersNotBytes) {
  EXPECT_EQ(wrap_text("\xc3\xa4\xc3\xa4 \xc3\xb6\xc3\xb6", 5),
            std::vector<std::string>{"\xc3\xa4\xc3\xa4 \xc3\xb6\xc3\xb6"});
}

TEST(CommandManPage, HasEveryOptionWithWhatThereIsToSayOfIt) {
  ProgramDescription program;
  program.name = "prog";
  program.version = "1.0";
  CommandDescription command;
  command.name = "do-it";
  command.summary = "Do .it \\ at once";
  OptionDescription option;
  option.names = {"-x", "--exact"};
  option.text = ".starts with a dot";
  option.values = {{"HOW", ValueKind::kWords, {"a", "b"}}};
  option.repeatable = true;
  option.default_value = "a";
  option.variable = "PROG_EXACT";
  option.excludes = {"--rough"};
  command.options = {option};
  const std::string page = command_man_page(program, command, "2026-07-01");
  EXPECT_EQ(page.substr(0, page.find('\n')),
            ".TH \"PROG\\-DO\\-IT\" 1 \"2026-07-01\" \"prog 1.0\" \"prog\"");
  EXPECT_NE(page.find("prog\\-do\\-it \\- do .it \\e at once\n"), std::string::npos) << page;
  EXPECT_NE(
      page.find(".TP\n\\fB\\-x\\fR, \\fB\\-\\-exact\\fR \\fIHOW\\fR\n"
                "\\&.starts with a dot. One of: a, b. May be given again. Default: a. Where it is\n"
                "not given, the environment variable PROG_EXACT counts. Does not go with "
                "\\-\\-rough.\n"),
      std::string::npos)
      << page;
}

}  // namespace
}  // namespace elfwheel::cli
