// Which file of a wheel is meant by a name that several of its files may bear.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "repair/audited_wheel.h"

namespace elfwheel::repair {

// The archive path of a file by its index.
using PathOf = std::function<std::string(size_t)>;

class Bearers {
 public:
  // Both must outlive this; the members of `audited` must be there, their needs need not.
  Bearers(const wheel::Wheel& wheel, const AuditedWheel& audited);

  // The members, without `asker`, that bear `name` as their file name or, failing that, as their
  // SONAME: one where the asker's search path, the distance in the wheel or equal content decides;
  // several where nothing does; none.
  std::vector<size_t> find(std::optional<size_t> asker, const std::string& name) const;

  // The members that bear it as their file name.
  const std::vector<size_t>& files_called(const std::string& name) const;

  // The one of `bearers` that the asker's own search path leads to in some layout.
  std::optional<size_t> find_led_to(size_t asker, const std::vector<size_t>& bearers,
                                    const PathOf& path_of) const;

 private:
  using Index = std::unordered_map<std::string, std::vector<size_t>>;

  std::optional<size_t> choose(std::optional<size_t> asker, std::vector<size_t> bearers) const;
  std::vector<size_t> nearest_of(size_t asker, const std::vector<size_t>& bearers) const;

  const wheel::Wheel& wheel_;
  const AuditedWheel& audited_;
  Index by_file_name_;
  Index by_soname_;
};

}  // namespace elfwheel::repair
