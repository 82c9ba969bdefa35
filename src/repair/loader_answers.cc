#include "repair/loader_answers.h"

#include "repair/openers.h"
#include "wheel/parallel.h"

namespace elfwheel::repair {

namespace {

using loader::FoundBy;
using loader::LinkMap;
using loader::LoadedObject;
using loader::Request;

// Lower is better: which of several answers tells most.
int rank(const Request& request) {
  if (!request.object) return 2;
  return request.found_by == FoundBy::kAlreadyLoaded ? 1 : 0;
}

// What the file that a process starts from gets for the name.
Answer find_for_start(const LinkMap& map, const std::string& name) {
  for (const Request& request : map.requests)
    if (request.asker == 0 && request.name == name) return {&map, &request};
  return {};
}

}  // namespace

LoaderAnswers::LoaderAnswers(const InstalledView& view, const InstalledPaths& paths,
                             const loader::LoaderEnvironment& environment,
                             const AuditOptions& options, const AuditedWheel& audited)
    : view_(view), environment_(environment), options_(options), audited_(audited) {
  maps_.resize(audited.audit.members.size());
  wheel::parallel_for(maps_.size(), options.jobs, [&](size_t i) {
    const AuditedMember& member = audited.audit.members[i];
    maps_[i] = with_where(member.path, [&] {
      return loader::resolve(view.files(), paths.path(member.entry), environment, cache_,
                             calls_to_include(audited.elf.members[i].file, options));
    });
  });
  index_library_requests();
}

// Of several processes that ask a library's need, the one that searched for it tells more than
// one where another object answered already.
void LoaderAnswers::index_library_requests() {
  for (const LinkMap& map : maps_) {
    for (const Request& request : map.requests) {
      if (request.asker == 0) continue;
      const LoadedObject& asker = map.objects[request.asker];
      if (view_.find_entry(asker.real_path) != nullptr) continue;
      Answer& known = library_requests_[asker.real_path][request.name];
      if (known.request == nullptr || rank(request) < rank(*known.request))
        known = {&map, &request};
    }
  }
}

const LinkMap& LoaderAnswers::map_of_library(size_t library) {
  const std::string& path = audited_.audit.libraries[library].path;
  const auto [own, is_new] = own_maps_.try_emplace(path);
  if (is_new)
    own->second = with_where(path, [&] {
      return loader::resolve(view_.files(), path, environment_, cache_,
                             calls_to_include(audited_.libraries[library].file, options_));
    });
  return own->second;
}

Answer LoaderAnswers::find_for_member(size_t member, const std::string& name) const {
  return find_for_start(maps_[member], name);
}

Answer LoaderAnswers::find_for_library(size_t library, const std::string& name) {
  const OutsideLibrary& asker = audited_.audit.libraries[library];
  const Answer known = library_requests_[asker.path][name];
  const bool certain = known.request != nullptr && rank(*known.request) == 0;
  if (certain || (known.request != nullptr && asker.facts.search_path().empty())) return known;
  const Answer own = find_for_start(map_of_library(library), name);
  if (known.request == nullptr || known.object() == nullptr) return own;
  const bool directed = own.object() != nullptr && (own.request->found_by == FoundBy::kRpath ||
                                                    own.request->found_by == FoundBy::kRunpath);
  return directed ? own : known;
}

}  // namespace elfwheel::repair
