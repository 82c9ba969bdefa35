#include "wheel/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace elfwheel::wheel {
namespace {

// The first failure in order of index, whichever thread met it.
struct Failure {
  std::mutex mutex;
  size_t index = 0;
  std::exception_ptr exception;

  void record(size_t at) {
    const std::lock_guard lock(mutex);
    if (exception && index < at) return;
    index = at;
    exception = std::current_exception();
  }
};

}  // namespace

void parallel_for(size_t count, unsigned threads, const std::function<void(size_t)>& body) {
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  std::atomic<size_t> next{0};
  std::atomic<bool> stop{false};
  Failure failure;
  const auto work = [&] {
    while (!stop) {
      const size_t index = next++;
      if (index >= count) return;
      try {
        body(index);
      } catch (...) {
        failure.record(index);
        stop = true;  // what was begun before it, with lower indices, still ends
      }
    }
  };
  std::vector<std::thread> others;
  const size_t wanted = std::min<size_t>(threads, count);
  for (size_t i = 1; i < wanted; ++i) others.emplace_back(work);
  work();
  for (std::thread& thread : others) thread.join();
  if (failure.exception) std::rethrow_exception(failure.exception);
}

}  // namespace elfwheel::wheel
