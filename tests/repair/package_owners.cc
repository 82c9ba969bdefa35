// Prints which packages files belong to, so that a script can hold that against the package
// managers themselves.
//
//   package_owners ROOT < PATHS    one path a line, real paths below ROOT
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "repair/packages/owners.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: package_owners ROOT < PATHS\n";
    return 2;
  }
  const auto files = elfwheel::make_sysroot_file_system(argv[1]);
  std::vector<std::string> paths;
  for (std::string line; std::getline(std::cin, line);) paths.push_back(line);
  const elfwheel::repair::Owners owners = elfwheel::repair::find_owners(paths, *files);
  nlohmann::json result;
  result["notes"] = owners.notes;
  result["packages"] = nlohmann::json::array();
  for (const auto& package : owners.packages) {
    result["packages"].push_back(package ? nlohmann::json{{"name", package->name},
                                                          {"version", package->version},
                                                          {"purl", package->purl}}
                                         : nlohmann::json(nullptr));
  }
  std::cout << result.dump() << "\n";
}
