// Completion scripts of programs with unusual texts, and the quoting they are made with. What
// shells make of them: cli_completion_test.py, tests/install.
#include "cli/completion.h"

#include <gtest/gtest.h>

#include "cli/shell_quoting.h"

namespace elfwheel::cli {
namespace {

TEST(PosixQuoted, LeavesNothingToTheShell) {
  EXPECT_EQ(posix_quoted("a$b `c` \\ \" !"), "'a$b `c` \\ \" !'");
  EXPECT_EQ(posix_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(posix_quoted(""), "''");
}

TEST(FishQuoted, EscapesWhatFishReadsBetweenQuotes) {
  EXPECT_EQ(fish_quoted("it's a\\b $HOME"), "'it\\'s a\\\\b $HOME'");
}

TEST(Backslashed, MarksEachSpecialCharacter) {
  EXPECT_EQ(backslashed("[a:b]\\", "\\[]:"), "\\[a\\:b\\]\\\\");
}

TEST(ZshCompletion, KeepsBracketsAndColonsOutOfTheSpecification) {
  ProgramDescription program;
  program.name = "elfwheel";
  CommandDescription command;
  command.name = "x";
  OptionDescription option;
  option.names = {"-o", "--out"};
  option.text = "to [a:b], it's $HOME";
  option.values = {{"A:B", ValueKind::kWords, {"one two", "a:b"}}};
  option.excludes = {"--in"};
  command.options = {option};
  program.commands = {command};
  const std::string script = zsh_completion(program);
  EXPECT_NE(script.find("'(--in -o --out)--out=[to \\[a\\:b\\], it'\\''s $HOME]:A\\:B:"),
            std::string::npos)
      << script;
  EXPECT_NE(script.find("(--in -o --out)-o+["), std::string::npos);
}

TEST(BashCompletion, TellsAFlagWithAValueFromAnOptionThatNeedsOne) {
  ProgramDescription program;
  program.name = "elfwheel";
  CommandDescription command;
  command.name = "x";
  OptionDescription flag;
  flag.names = {"--strip"};
  flag.values = {{"LEVEL", ValueKind::kWords, {"all"}}};
  flag.value_may_be_absent = true;
  OptionDescription pair;
  pair.names = {"--replace"};
  pair.values = {{"OLD", ValueKind::kAny, {}}, {"NEW", ValueKind::kFile, {}}};
  command.options = {flag, pair};
  program.commands = {command};
  const std::string script = bash_completion(program);
  EXPECT_NE(script.find("'x --strip') takes=('maybe' 'words x --strip') ;;"), std::string::npos);
  EXPECT_NE(script.find("'x --replace') takes=('none' 'file') ;;"), std::string::npos);
}

}  // namespace
}  // namespace elfwheel::cli
