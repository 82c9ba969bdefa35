// Throws through a frame of its own: .eh_frame and .gcc_except_table must be found after an edit.
#include <stdexcept>
#include <string>
#include <vector>

extern "C" int base_number();

namespace {
int thrower(const std::vector<int>& numbers) {
  if (numbers.empty()) throw std::out_of_range("empty");
  throw std::runtime_error(std::to_string(numbers.front()));
}
}  // namespace

extern "C" int answer() {
  try {
    return thrower({2 * base_number()});
  } catch (const std::runtime_error& error) {
    return std::stoi(error.what());
  }
}
