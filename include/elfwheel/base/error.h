// The one exception type of the library: input or an environment that is wrong.
//
// A library that is missing or a policy that fails is a result, not an Error (see the rooms' own
// result types). The leaf says what is wrong, with field and values; each room boundary adds one
// `where` (archive, entry, needed name); the command line prints the lot on one line.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace elfwheel {

enum class ErrorCode {
  kTruncated,    // the input ends before something it promises
  kCorrupt,      // the input contradicts itself or its specification
  kUnsupported,  // well formed, but not something this program can do safely
  kLimit,        // larger than any honest input (see the rooms' limits.h)
  kNotFound,     // a named file does not exist
  kIo,           // the operating system refused
  kUsage,        // the caller asked for something that makes no sense
};

class Error : public std::exception {
 public:
  // `message` is one line without a final full stop: what is wrong[: what to do].
  Error(ErrorCode code, std::string message) : code_(code), text_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  const char* what() const noexcept override { return text_.c_str(); }

  // Puts `where` in front: "where: message". Innermost first, so the outermost ends leftmost.
  void add_where(const std::string& where) { text_ = where + ": " + text_; }

 private:
  ErrorCode code_;
  std::string text_;
};

// Runs `body` and returns what it returns; an Error that leaves it gains `where`.
template <class Body>
auto with_where(const std::string& where, Body&& body) {
  try {
    return body();
  } catch (Error& error) {
    error.add_where(where);
    throw;
  }
}

// The text of errno value `number` without "Success" surprises, e.g. "No such file or directory".
std::string errno_text(int number);

// Error for a system call that failed on `path`: kNotFound for ENOENT and ENOTDIR, else kIo;
// message "<action>: <errno text>". The path is left to the caller's with_where.
Error io_error(const std::string& action, int number);

}  // namespace elfwheel
