// What is read from CLI11's definitions.
#include "cli/describe.h"

#include <gtest/gtest.h>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/value_words.h"

namespace elfwheel::cli {
namespace {

class Described : public testing::Test {
 protected:
  CommandDescription describe() const { return describe_command(*command_); }

  CLI::App app_{"About", "prog"};
  CLI::App* command_ = app_.add_subcommand("do", "Do it");
  std::string text_;
  std::vector<std::string> list_;
  bool flag_ = false;
};

TEST_F(Described, OptionHasNamesValueDefaultAndVariable) {
  text_ = "here";
  command_->add_option("-w,--where", text_, "Where\nto")
      ->type_name("DIR")
      ->capture_default_str()
      ->envname("AUDITWHEEL_WHERE");
  const OptionDescription option = describe().options.front();
  EXPECT_EQ(option.names, (std::vector<std::string>{"-w", "--where"}));
  EXPECT_EQ(option.text, "Where to");
  ASSERT_EQ(option.values.size(), 1U);
  EXPECT_EQ(option.values[0].name, "DIR");
  EXPECT_EQ(option.values[0].kind, ValueKind::kDirectory);
  EXPECT_EQ(option.default_value, "here");
  EXPECT_EQ(option.variable, "ELFWHEEL_WHERE");
  EXPECT_FALSE(option.repeatable);
}

TEST_F(Described, WordsComeFromTheValidator) {
  command_->add_option("--form", text_)->type_name("A:B")->check(CLI::IsMember({"x", "y"}));
  command_->add_option("--plat", text_)->type_name("TAG")->check(suggest([] {
    return std::vector<std::string>{"System V", "auto"};
  }));
  const CommandDescription description = describe();
  EXPECT_EQ(description.options[0].values[0].name, "A:B");
  EXPECT_EQ(description.options[0].values[0].kind, ValueKind::kWords);
  EXPECT_EQ(description.options[0].values[0].words, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(description.options[1].values[0].words, (std::vector<std::string>{"System V", "auto"}));
}

TEST_F(Described, SuggestedWordsAreNotAskedForByTheParser) {
  int asked = 0;
  command_->add_option("--plat", text_)->check(suggest([&] {
    ++asked;
    return std::vector<std::string>{"auto"};
  }));
  app_.parse("do --plat other");
  EXPECT_EQ(text_, "other");
  EXPECT_EQ(asked, 0);
}

TEST_F(Described, FlagMayHaveAValue) {
  command_->add_flag("--strip", text_, "Strip")->type_name("LEVEL");
  command_->add_flag("--json", flag_, "Print JSON");
  const CommandDescription description = describe();
  EXPECT_TRUE(description.options[0].value_may_be_absent);
  EXPECT_EQ(value_usage(description.options[0]), "[=LEVEL]");
  EXPECT_TRUE(description.options[1].values.empty());
}

TEST_F(Described, OperandsRepeatAndHaveKinds) {
  command_->add_option("WHEEL", list_, "Wheels")->required()->type_name("");
  const OperandDescription operand = describe().operands.front();
  EXPECT_EQ(operand.value.kind, ValueKind::kWheel);
  EXPECT_EQ(operand_usage(operand), "WHEEL...");
}

TEST_F(Described, HelpComesLastAndHiddenOptionsNot) {
  command_->add_flag("--json", flag_);
  command_->add_option("--patcher", text_)->group("");
  const CommandDescription description = describe();
  ASSERT_EQ(description.options.size(), 2U);
  EXPECT_EQ(description.options[1].names, (std::vector<std::string>{"-h", "--help"}));
}

TEST_F(Described, FooterIsNotesAndExamples) {
  command_->footer("One\nparagraph.\n\nAnother.\n\nExamples:\n  prog do a\n  prog do b");
  const CommandDescription description = describe();
  EXPECT_EQ(description.notes, (std::vector<std::string>{"One paragraph.", "Another."}));
  EXPECT_EQ(description.examples, (std::vector<std::string>{"prog do a", "prog do b"}));
}

}  // namespace
}  // namespace elfwheel::cli
