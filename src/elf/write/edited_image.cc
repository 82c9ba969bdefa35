#include <optional>

#include "elf/write/image_view.h"
#include "elf/write/planned_edit.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::elf {

struct EditedImage::State {
  Bytes unchanged;
  std::vector<std::byte> copy;
  std::optional<ImageView> view;
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
  }
  return image;
}

}  // namespace elfwheel::elf
