#include <algorithm>
#include <optional>
#include <utility>

#include "elf/write/image_view.h"
#include "elf/write/planned_edit.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::elf {

struct EditedImage::State {
  std::vector<std::byte> original;  // of a file that is nowhere else
  Bytes unchanged;
  std::vector<std::byte> copy;
  std::optional<ImageView> view;
  std::vector<std::pair<uint64_t, uint64_t>> changes;
};

EditedImage::EditedImage(std::unique_ptr<State> state) : state_(std::move(state)) {}
EditedImage::EditedImage(EditedImage&&) noexcept = default;
EditedImage& EditedImage::operator=(EditedImage&&) noexcept = default;
EditedImage::~EditedImage() = default;

Bytes EditedImage::bytes() const {
  if (state_->view) return state_->view->bytes();
  return state_->copy.empty() ? state_->unchanged : Bytes(state_->copy);
}

void EditedImage::release(uint64_t begin, uint64_t end) const {
  if (state_->view) state_->view->release(begin, end);
}

std::vector<std::pair<uint64_t, uint64_t>> EditedImage::changes() const { return state_->changes; }

namespace {

std::vector<std::pair<uint64_t, uint64_t>> changes_of(uint64_t old_size, const Rewrite& rewrite) {
  std::vector<std::pair<uint64_t, uint64_t>> changes;
  const auto add = [&](uint64_t begin, uint64_t end) {
    if (begin >= end) return;
    if (!changes.empty() && begin <= changes.back().second) {
      changes.back().second = std::max(changes.back().second, end);
    } else {
      changes.emplace_back(begin, end);
    }
  };
  for (const Overwrite& overwrite : rewrite.overwrites)
    add(raw(overwrite.offset), raw(overwrite.offset) + overwrite.bytes.size());
  add(std::min(old_size, rewrite.patched_size()), rewrite.size);
  return changes;
}

}  // namespace

EditedImage edit_to_image(const ElfFile& file, int descriptor, const Edits& edits,
                          const SecondOpinion& second_opinion) {
  const PlannedEdit edit = plan_edit(file, edits);
  auto state = std::make_unique<EditedImage::State>();
  state->unchanged = file.bytes();
  if (descriptor >= 0 && edit.rewrite.changed) {
    state->view.emplace(file.bytes(), descriptor, edit.rewrite, ImageView::Carried::kIncluded);
  } else if (edit.rewrite.changed) {
    state->copy = materialize(file.bytes(), edit.rewrite);
  }
  EditedImage image(std::move(state));
  if (edit.rewrite.changed) {
    check_image(edit, image.bytes());
    if (second_opinion) second_opinion(file.bytes(), image.bytes(), edits);
    image.state_->changes = changes_of(file.bytes().size(), edit.rewrite);
  }
  return image;
}

EditedImage edit_to_image(std::vector<std::byte> original, const Edits& edits,
                          const SecondOpinion& second_opinion) {
  EditedImage image = edit_to_image(ElfFile::parse(original), -1, edits, second_opinion);
  // Its bytes stay where they are.
  image.state_->original = std::move(original);
  return image;
}

}  // namespace elfwheel::elf
