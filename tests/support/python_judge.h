// Python as a judge: its zipfile, csv and email modules and the packages of the environment that
// tools/setup makes (packaging, pip, auditwheel) say what a wheel is.
#pragma once

#include <string>
#include <vector>

namespace elfwheel::test {

// Runs `program` with `arguments` as sys.argv[1:] and returns its standard output. A program that
// fails fails the test, with its standard error.
std::string run_python(const std::string& program, const std::vector<std::string>& arguments = {});

}  // namespace elfwheel::test
