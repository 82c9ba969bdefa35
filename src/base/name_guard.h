// A small process that removes a temporary file's name when the process that made it dies, however
// it dies: SIGKILL leaves no destructor time to run.
//
// It is a copy of this process that does nothing but wait for the end of a socket. It belongs to a
// session of its own, so that a signal to the process group does not meet both, takes no signals,
// holds no other descriptors, and tells its parent nothing when it ends: a program that uses this
// library sees no SIGCHLD and no child in wait().
#pragma once

#include <string>

#include "base/descriptor.h"

namespace elfwheel {

class NameGuard {
 public:
  // Guards nothing.
  NameGuard() = default;
  // Starts the process. Where the system allows none (a limit on processes or descriptors), the
  // result guards nothing; that is no error. `directory` is an open directory.
  static NameGuard start(int directory, const std::string& name);

  NameGuard(NameGuard&& other) noexcept;
  NameGuard& operator=(NameGuard&& other) noexcept;
  // As dismiss().
  ~NameGuard();

  // Returns when the process is out of reach of what may hit this one. To be called before the
  // name is made; start() some work earlier, and there is nothing to wait for.
  void await();
  // Ends the process; the name stays what it is. Harmless to repeat.
  void dismiss() noexcept;

 private:
  Descriptor channel_;
  int process_ = -1;
};

}  // namespace elfwheel
