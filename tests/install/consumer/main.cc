// Prints what the dynamic loader maps for a file, in its order, and then gives the file an rpath:
//   consumer FILE RPATH
#include <elfwheel/base/error.h>
#include <elfwheel/elf/edit.h>
#include <elfwheel/loader/resolve.h>

#include <iostream>

int main(int argc, char** argv) try {
  if (argc != 3) throw elfwheel::Error(elfwheel::ErrorCode::kUsage, "FILE and RPATH are wanted");
  const auto map = elfwheel::loader::resolve(elfwheel::host_file_system(), argv[1],
                                             elfwheel::loader::host_environment());
  for (const auto id : map.load_order) std::cout << map.objects[id].path << '\n';
  for (const auto& request : map.requests)
    if (!request.object) std::cout << request.name << " is not found\n";

  elfwheel::elf::Edits edits;
  edits.rpath = argv[2];
  elfwheel::elf::edit_file(argv[1], argv[1], edits);
  return map.complete() ? 0 : 1;
} catch (const elfwheel::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
