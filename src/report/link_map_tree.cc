// A link map as a tree on the page.
#include <fmt/format.h>

#include "elfwheel/report/link_map.h"

namespace elfwheel::report {

namespace {

using loader::FoundBy;
using loader::LinkMap;
using loader::ObjectId;
using loader::Request;

class Tree {
 public:
  Tree(const LinkMap& map, const TextStyle& style)
      : map_(map),
        style_(style),
        requests_of_(map.objects.size()),
        expanded_(map.objects.size()),
        has_line_(map.objects.size()) {
    for (const Request& request : map.requests) {
      requests_of_[request.asker].push_back(&request);
      if (request.object && request.found_by != FoundBy::kAlreadyLoaded) {
        has_line_[*request.object] = true;
      }
    }
  }

  std::string render() {
    text_ = render_heading(style_, printable(map_.objects.front().path)) + "\n";
    expand(0, 1);
    for (const Request& request : map_.requests) {
      if (request.fatal.empty()) continue;
      text_ += render_alarm(style_, "the loader gives up here: " + printable(request.fatal)) + "\n";
    }
    for (const std::string& warning : map_.warnings) text_ += printable(warning) + "\n";
    return std::move(text_);
  }

 private:
  void expand(ObjectId object, size_t depth) {
    expanded_[object] = true;
    for (const Request* request : requests_of_[object]) {
      text_ += std::string(4 * depth, ' ') + line(*request) + "\n";
      if (request->object && request->found_by != FoundBy::kAlreadyLoaded &&
          !expanded_[*request->object]) {
        expand(*request->object, depth + 1);
      }
    }
  }

  std::string line(const Request& request) {
    const std::string name = printable(request.name);
    if (!request.object) return render_alarm(style_, name + " => not found");
    const std::string_view how = loader::found_by_name(request.found_by);
    // ld.so is loaded before anybody asks for it: nowhere else would its path be told.
    if (request.found_by == FoundBy::kAlreadyLoaded && has_line_[*request.object]) {
      return render_dim(style_, fmt::format("{} ({})", name, how));
    }
    has_line_[*request.object] = true;
    return fmt::format("{} => {} {}", name, printable(map_.objects[*request.object].path),
                       render_dim(style_, fmt::format("({})", how)));
  }

  const LinkMap& map_;
  const TextStyle& style_;
  std::vector<std::vector<const Request*>> requests_of_;
  std::vector<bool> expanded_;
  std::vector<bool> has_line_;  // a line with its path was or will be written
  std::string text_;
};

}  // namespace

std::string render_tree(const LinkMap& map, const TextStyle& style) {
  return Tree(map, style).render();
}

}  // namespace elfwheel::report
