// What a command takes, as plain values: read from its definition (describe.h) and turned into
// help, man pages and completions, so that those say what the parser does.
#pragma once

#include <string>
#include <vector>

namespace elfwheel::cli {

// What a shell can offer for a value.
enum class ValueKind {
  kAny,            // nothing that could be listed
  kFile,           // any file
  kWheel,          // a file *.whl
  kDirectory,      // a directory
  kDirectoryList,  // directories with ':' between them
  kWords,          // ValueDescription::words
};

// What values of that name are: "DIR" is a directory wherever it stands.
ValueKind value_kind(const std::string& name);

struct ValueDescription {
  std::string name;  // "DIR", as help and man pages call it
  ValueKind kind = ValueKind::kAny;
  std::vector<std::string> words;  // of kWords, in the order to list them in
};

struct OptionDescription {
  std::vector<std::string> names;  // {"-w", "--wheel-dir"}: never empty
  std::string text;                // what it does, one paragraph
  std::string heading;             // of the part of the help that it stands in
  // None for a flag. More than one are words of their own, as patchelf has it.
  std::vector<ValueDescription> values;
  bool value_may_be_absent = false;  // --strip[=LEVEL]: the value is part of the same word
  bool repeatable = false;
  std::string default_value;          // "" = none to speak of
  std::string variable;               // of the environment, which stands for it; "" = none
  std::vector<std::string> excludes;  // names of options that it does not go with
};

struct OperandDescription {
  ValueDescription value;
  std::string text;
  bool required = false;
  bool repeats = false;  // the last operand only
  std::string behind;    // what may stand behind it: "[NAME]"
};

struct Fact {
  std::string name;
  std::string text;
};

struct CommandDescription {
  std::string name;                   // "repair"
  std::string heading;                // of the part of the list of commands that it stands in
  std::string summary;                // a line without a full stop
  std::vector<std::string> notes;     // paragraphs
  std::vector<std::string> examples;  // command lines
  std::vector<OperandDescription> operands;
  std::vector<OptionDescription> options;
  // A link to the program that has this command's name runs it; its options are parsed in the way
  // of patchelf: no "--opt=value", no "-ovalue", no "--".
  bool is_program = false;
  std::vector<Fact> exit_statuses;  // empty: the program's
};

struct ProgramDescription {
  std::string name;
  std::string version;
  std::string summary;
  std::vector<std::string> notes;
  std::vector<std::string> examples;
  std::vector<OptionDescription> options;    // those in front of a command
  std::vector<CommandDescription> commands;  // in the order of the help
  std::vector<Fact> exit_statuses;
  std::vector<Fact> variables;  // of the environment, beside those of options
};

// Headings in the order in which they first appear.
std::vector<std::string> headings_of(const std::vector<OptionDescription>& options);
std::vector<std::string> headings_of(const std::vector<CommandDescription>& commands);

// "FILE... [NAME]", "[WHEEL...]": the operand as a usage line has it.
std::string operand_usage(const OperandDescription& operand);

// " DIR", "[=LEVEL]", " OLD NEW", "": what follows an option's name.
std::string value_usage(const OptionDescription& option);

}  // namespace elfwheel::cli
