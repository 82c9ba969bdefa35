// A program that catches what it throws: its unwind tables must be found after an edit.
#include <cstdio>
#include <stdexcept>

extern "C" int base_number();

int main() {
  try {
    throw std::runtime_error(base_number() == 21 ? "42" : "other");
  } catch (const std::exception& error) {
    std::puts(error.what());
  }
}
