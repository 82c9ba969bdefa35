// The copies that a repair makes: which libraries they stand for, and what they are called.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "elfwheel/repair/options.h"
#include "elfwheel/repair/plan.h"
#include "repair/audited_wheel.h"

namespace elfwheel::repair {

// A copied library before its edits are known.
struct Graft {
  size_t library = 0;  // the first of those with the same content
  std::vector<size_t> libraries;
  std::string name;
  bool keeps_name = false;
  std::string path;
  bool present = false;  // an earlier repair copied the very same library in
};

class Grafts {
 public:
  // Copies of `libraries` (indices into audit.libraries) in `directory` of the wheel; `notes` gets
  // what a user should know of their names.
  // Errors: kUnsupported when two would have one name, or the wheel has another file there.
  Grafts(const wheel::Wheel& wheel, const WheelAudit& audit, const Examined& examined,
         const std::vector<size_t>& libraries, const std::string& directory,
         const std::vector<std::string>& kept_names, std::vector<std::string>& notes);

  const std::vector<Graft>& all() const { return grafts_; }
  // The graft that answers to a need, as an index into all().
  std::optional<size_t> find(const Need& need) const;
  // The graft of a library that is copied in.
  size_t of_library(size_t library) const { return graft_of_library_.at(library); }

 private:
  // The names that a graft answers to.
  struct AskedNames {
    std::set<std::string> needed;  // DT_NEEDED strings
    std::set<std::string> opened;
  };

  void join_same_content(const std::vector<size_t>& libraries, const Examined& examined);
  std::vector<AskedNames> names_asked_for() const;
  bool check_place(const wheel::Wheel& wheel, const std::string& directory, size_t index) const;

  const WheelAudit& audit_;
  std::vector<Graft> grafts_;
  std::map<size_t, size_t> graft_of_library_;  // index into audit_.libraries -> into grafts_
};

}  // namespace elfwheel::repair
