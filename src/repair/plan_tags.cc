#include "repair/plan_tags.h"

namespace elfwheel::repair {

TagStep plan_tags(const wheel::Wheel& wheel, const WheelAudit& audit,
                  const policy::TagChoice& choice, const RepairOptions& options) {
  TagStep tags;
  tags.policy = audit.evaluation->name(choice.policy);
  tags.old_file_name = wheel.name.file_name();
  if (options.update_tags) {
    tags.change.add = choice.tags;
    if (!choice.replaced.empty()) tags.change.remove.push_back(choice.replaced);
  }
  const auto texts = [](const std::vector<wheel::Tag>& all) {
    std::vector<std::string> result;
    for (const wheel::Tag& tag : all) result.push_back(wheel::tag_text(tag));
    return result;
  };
  tags.old_tags = tags.new_tags = texts(wheel.wheel_fields.tags);
  tags.new_file_name = tags.old_file_name;
  if (!options.update_tags) return tags;
  tags.new_file_name = wheel::with_platforms(wheel.name, tags.change).file_name();
  wheel::MetadataFile file = wheel.wheel_file;
  tags.changes_wheel_file = wheel::change_platforms(file, tags.change);
  tags.new_tags = texts(wheel::parse_wheel_fields(file).tags);
  return tags;
}

}  // namespace elfwheel::repair
