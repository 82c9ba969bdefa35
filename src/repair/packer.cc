#include "repair/packer.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "elfwheel/base/error.h"
#include "wheel/deflate_splice.h"

namespace elfwheel::repair {
namespace {

// Enough for all threads to have work while the result is written.
constexpr uint64_t kWindow = uint64_t{48} << 20;
// Below that there is little to be had from what is packed already.
constexpr uint64_t kLeastToSplice = uint64_t{2} << 20;

// What becomes of an item. One thread makes the image; then others fill in the rest, each its own
// part.
struct Progress {
  std::optional<elf::EditedImage> image;
  std::optional<wheel::PieceCompressor> compressor;
  std::vector<wheel::Buffer> parts;
  wheel::RecordRow row;
  uint32_t crc32 = 0;
  size_t unfinished = 0;  // jobs of this item
  bool made = false;
  bool is_spliced = false;
  std::exception_ptr failure;

  bool is_done() const { return failure || (made && unfinished == 0); }
};

}  // namespace

class Packer::State {
 public:
  State(std::vector<PackItem> items, int level, unsigned jobs,
        std::function<void(uint64_t, uint64_t)> tell)
      : items_(std::move(items)), level_(level), tell_(std::move(tell)), progress_(items_.size()) {
    if (jobs == 0) jobs = std::max(1u, std::thread::hardware_concurrency());
    for (const PackItem& item : items_) {
      window_ = std::max(window_, item.size);
      total_ += item.size;
    }
    for (unsigned i = 1; i < jobs; ++i) threads_.emplace_back([this] { help(); });
  }

  ~State() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  PackedItem take(size_t index) {
    std::unique_lock lock(mutex_);
    while (written_ < index) in_flight_ -= items_[written_++].size;
    changed_.notify_all();
    Progress& progress = progress_[index];
    while (!progress.is_done()) {
      if (!work(lock)) changed_.wait(lock);
      tell(lock);
    }
    if (progress.failure) std::rethrow_exception(progress.failure);
    lock.unlock();
    PackedItem result;
    result.row = std::move(progress.row);
    result.member = progress.compressor->assemble(progress.image->bytes(), progress.crc32,
                                                  std::move(progress.parts));
    return result;
  }

  const elf::EditedImage& image(size_t index) const { return progress_.at(index).image.value(); }

 private:
  void help() {
    std::unique_lock lock(mutex_);
    while (!stop_)
      if (!work(lock)) changed_.wait(lock);
  }

  void tell(std::unique_lock<std::mutex>& lock) {
    if (!tell_) return;
    const uint64_t done = std::min<uint64_t>(done_, total_);
    lock.unlock();
    tell_(done, total_);
    lock.lock();
  }

  // Does what comes next; false when that has to wait. The lock is held before and after.
  bool work(std::unique_lock<std::mutex>& lock) {
    if (!ready_.empty()) {
      const auto [index, job] = std::move(ready_.front());
      ready_.pop_front();
      run(lock, index, job);
      --progress_[index].unfinished;
    } else if (opened_ < items_.size() &&
               (in_flight_ == 0 || in_flight_ + items_[opened_].size <= window_)) {
      const size_t index = opened_++;
      in_flight_ += items_[index].size;
      run(lock, index, [this, index] { make(index); });
      progress_[index].made = true;
      if (!progress_[index].failure) queue_jobs(index);
    } else {
      return false;
    }
    changed_.notify_all();
    return true;
  }

  // Without the lock. Of several failures of an item the first counts.
  void run(std::unique_lock<std::mutex>& lock, size_t index, const std::function<void()>& job) {
    std::exception_ptr failure;
    lock.unlock();
    try {
      with_where(items_[index].path, job);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure && !progress_[index].failure) progress_[index].failure = failure;
  }

  void make(size_t index) {
    Progress& progress = progress_[index];
    progress.image.emplace(items_[index].make());
    progress.compressor.emplace(progress.image->bytes().size(), level_);
    if (!splice(items_[index], progress)) progress.parts.resize(progress.compressor->pieces());
  }

  // One part, packed by this thread alone: others have other files.
  bool splice(const PackItem& item, Progress& progress) {
    if (item.old_packed.empty() || item.old_content.size() < kLeastToSplice || level_ == 0)
      return false;
    auto stream = wheel::splice_deflate(
        item.old_packed, item.old_content, progress.image->bytes(), progress.image->changes(),
        level_, item.release_old,
        [&](uint64_t begin, uint64_t end) { progress.image->release(begin, end); });
    item.release_old(0, item.old_content.size());
    progress.image->release(0, progress.image->bytes().size());
    if (!stream) return false;
    progress.parts.push_back(std::move(*stream));
    progress.is_spliced = true;
    done_ += item.size;
    return true;
  }

  void queue_jobs(size_t index) {
    Progress& progress = progress_[index];
    progress.unfinished = 1;
    ready_.emplace_back(index, [this, index] { sum(index); });
    if (progress.is_spliced) return;
    progress.unfinished += progress.parts.size();
    for (size_t piece = 0; piece < progress.parts.size(); ++piece)
      ready_.emplace_back(index, [this, index, piece] { pack(index, piece); });
  }

  void sum(size_t index) {
    Progress& progress = progress_[index];
    const Bytes content = progress.image->bytes();
    progress.row =
        wheel::record_row(items_[index].path, content, [&](uint64_t begin, uint64_t end) {
          progress.crc32 =
              wheel::extend_crc32(progress.crc32, content.sub(begin, end - begin, "content"));
          progress.image->release(begin, end);
        });
  }

  void pack(size_t index, size_t piece) {
    Progress& progress = progress_[index];
    const uint64_t begin = progress.compressor->begin(piece);
    const uint64_t end = progress.compressor->begin(piece + 1);
    progress.parts[piece] = progress.compressor->pack(
        piece, progress.image->bytes().sub(begin, end - begin, "content"));
    progress.image->release(begin, end);
    done_ += end - begin;
  }

  const std::vector<PackItem> items_;
  const int level_;
  const std::function<void(uint64_t, uint64_t)> tell_;
  uint64_t total_ = 0;  // bytes of all items
  std::atomic<uint64_t> done_ = 0;
  std::vector<Progress> progress_;
  std::mutex mutex_;  // for what follows, and for the flags in progress_
  std::condition_variable changed_;
  std::deque<std::pair<size_t, std::function<void()>>> ready_;
  size_t opened_ = 0;
  size_t written_ = 0;
  uint64_t window_ = kWindow;
  uint64_t in_flight_ = 0;  // bytes of the items that are opened and not yet written
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

Packer::Packer(std::vector<PackItem> items, int compression_level, unsigned jobs,
               std::function<void(uint64_t, uint64_t)> progress)
    : state_(std::make_unique<State>(std::move(items), compression_level, jobs,
                                     std::move(progress))) {}
Packer::~Packer() = default;
PackedItem Packer::take(size_t index) { return state_->take(index); }
const elf::EditedImage& Packer::image(size_t index) const { return state_->image(index); }

}  // namespace elfwheel::repair
