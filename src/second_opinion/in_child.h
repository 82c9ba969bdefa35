// Runs code that may crash or hang, without harm to the calling process.
#pragma once

#include <functional>
#include <string>

namespace elfwheel::second_opinion {

struct ChildAnswer {
  std::string text;     // what the job returned
  std::string failure;  // why there is no answer: "crashed (Segmentation fault)", ...; else empty
};

// Calls `job` in a forked child and hands back what it returned. The child is ended after `seconds`
// and when the caller's thread ends; it has no open files but its pipe, and leaves no core file.
// `job` may allocate and throw; it must not wait for other threads, which the child does not have.
// Errors: kIo when there can be no child.
ChildAnswer run_in_child(const std::function<std::string()>& job, unsigned seconds);

}  // namespace elfwheel::second_opinion
