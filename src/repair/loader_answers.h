// What the loader finds for each name that files of a wheel ask for, in the processes that start
// from them once the wheel is installed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "elfwheel/loader/resolution_cache.h"
#include "elfwheel/loader/resolve.h"
#include "elfwheel/repair/options.h"
#include "repair/audited_wheel.h"
#include "repair/installed_view.h"

namespace elfwheel::repair {

// A request and the map it stands in; both null when the loader never came to the name.
struct Answer {
  const loader::LinkMap* map = nullptr;
  const loader::Request* request = nullptr;

  const loader::LoadedObject* object() const {
    return request != nullptr && request->object ? &map->objects[*request->object] : nullptr;
  }
};

class LoaderAnswers {
 public:
  // Lets the loader start from each member. `audited` may get more libraries while this is in use;
  // all arguments outlive it.
  // Errors: those of loader::resolve, with the member's path.
  LoaderAnswers(const InstalledView& view, const InstalledPaths& paths,
                const loader::LoaderEnvironment& environment, const AuditOptions& options,
                const AuditedWheel& audited);

  // The process that starts from a member, or from a library outside.
  const loader::LinkMap& map_of_member(size_t member) const { return maps_[member]; }
  const loader::LinkMap& map_of_library(size_t library);

  Answer find_for_member(size_t member, const std::string& name) const;
  // What the library's own search path says goes before what some process had loaded already: once
  // every copy has a name of its own, nothing is "already loaded" by accident.
  Answer find_for_library(size_t library, const std::string& name);

 private:
  void index_library_requests();

  const InstalledView& view_;
  const loader::LoaderEnvironment& environment_;
  const AuditOptions& options_;
  const AuditedWheel& audited_;
  loader::ObjectCache cache_;
  std::vector<loader::LinkMap> maps_;                          // one for each member
  std::unordered_map<std::string, loader::LinkMap> own_maps_;  // library path -> as root
  std::unordered_map<std::string, std::map<std::string, Answer>> library_requests_;
};

}  // namespace elfwheel::repair
