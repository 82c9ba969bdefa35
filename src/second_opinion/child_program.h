// Runs a program that may crash or hang, without harm to the calling process.
#pragma once

#include <string>
#include <vector>

#include "elfwheel/base/bytes.h"

namespace elfwheel::second_opinion {

struct ChildAnswer {
  std::string text;     // what the program wrote to its standard output
  std::string failure;  // why that is no answer: "crashed (Segmentation fault)", ...; else empty
};

// Runs the program that `program` is open on, with `arguments` (the first one is its name), gives
// it `input` to read and hands back all that it writes. Its input and its output are one socket. It
// is ended after `seconds`, and has no other open files than descriptor 3, itself. Where it fails,
// the first line of its standard error is part of `failure`.
//
// A program of its own, not a fork of this process: threads may hold locks that a fork would never
// see released. May be called by several threads at once. Errors: kIo when there can be no child.
ChildAnswer run_child_program(int program, const std::vector<std::string>& arguments, Bytes input,
                              unsigned seconds);

}  // namespace elfwheel::second_opinion
