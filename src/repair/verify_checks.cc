#include "repair/verify_checks.h"

#include "elfwheel/loader/resolve.h"

namespace elfwheel::repair {

void check_files(const CheckedFiles& checked, const std::vector<Scene>& scenes,
                 const Surroundings& around, const VerifyOptions& options, Verification& result) {
  const auto append = [&](std::vector<Finding> findings) {
    for (Finding& finding : findings) result.findings.push_back(std::move(finding));
  };
  const loader::ObjectCache cache;
  const Scene& first = scenes.front();
  const SceneProcesses processes = start_processes(checked, first, options, cache);

  append(check_extension_names(checked));
  append(check_needs(checked, scenes, processes, options, cache));
  append(check_versions(checked, first, processes));
  append(check_rpaths(checked, scenes, around.closed));
  append(check_runtimes(checked, first, processes, around.neighbours));
  append(check_bindings(checked, first, processes, options, cache, result.notes));
  append(check_twins(checked));
  append(check_unused(checked, around.mentions));
  append(check_segments(checked, around.libc, processes.imported));
}

}  // namespace elfwheel::repair
