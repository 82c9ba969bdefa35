#include "repair/apply.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>

#include "elfwheel/base/error.h"
#include "elfwheel/elf/edit.h"
#include "repair/debug_files.h"
#include "repair/sbom.h"

namespace elfwheel::repair {
namespace {

constexpr uint32_t kDataMode = 0100644;

class Assembly {
 public:
  Assembly(const wheel::Wheel& wheel, const AuditedWheel& audited, const RepairPlan& plan,
           const RepairOptions& options, wheel::ArchiveWriter& writer)
      : wheel_(wheel),
        audited_(audited),
        plan_(plan),
        options_(options),
        writer_(writer),
        dropped_(plan.dropped.begin(), plan.dropped.end()) {
    for (const wheel::RecordRow& row : wheel.record) old_rows_.emplace(row.path, &row);
    for (const wheel::ArchiveEntry& entry : wheel.archive.entries())
      time_ = std::max(time_, entry.mtime);
    if (options.source_date_epoch) time_ = *options.source_date_epoch;
  }

  RepairedFiles write() {
    RepairedFiles files;
    if (plan_.empty()) {
      for (size_t entry = 0; entry < wheel_.archive.entries().size(); ++entry) copy(entry);
    } else {
      files.packer = start_packing();
      packer_ = files.packer.get();
      write_files();
      write_grafts();
      write_dist_info();
      write_sbom();
      write_record();
      for (const auto& [entry, item] : item_of_entry_)
        files.items.emplace(wheel_.archive.entries()[entry].path, item);
      for (size_t i = 0; i < plan_.grafts.size(); ++i)
        files.items.emplace(plan_.grafts[i].path, first_graft_ + i);
    }
    files.copied_entries = copied_;
    writer_.finish();
    return files;
  }

 private:
  // In the order in which they are written.
  std::unique_ptr<Packer> start_packing() {
    std::unordered_map<size_t, const ElfMember*> members;
    for (const ElfMember& member : audited_.elf.members) members.emplace(member.entry, &member);
    for (const PatchStep& step : plan_.patches) patches_.emplace(step.entry, &step);
    std::vector<PackItem> items;
    for (const bool in_dist_info : {false, true}) {
      for (const auto& [entry, step] : patches_) {
        if (is_dist_info(wheel_.archive.entries()[entry]) != in_dist_info) continue;
        const ElfMember& member = *members.at(entry);
        item_of_entry_.emplace(entry, items.size());
        items.push_back(pack_item(*step, member.file, member.content.descriptor()));
        if (!step->strip && wheel_.archive.entries()[entry].method == wheel::Method::kDeflated) {
          items.back().old_content = member.content.bytes();
          items.back().old_packed = wheel_.archive.raw(entry);
          items.back().release_old = [&member](uint64_t begin, uint64_t end) {
            member.content.release(begin, end);
          };
        }
      }
      if (in_dist_info) break;
      first_graft_ = items.size();
      for (const GraftStep& step : plan_.grafts) {
        const OpenedLibrary& library = audited_.libraries[step.library];
        items.push_back(pack_item(step, library.file, library.contents->descriptor()));
      }
    }
    std::function<void(uint64_t, uint64_t)> progress;
    if (options_.progress)
      progress = [this](uint64_t done, uint64_t total) {
        options_.progress("packing", done, total);
      };
    return std::make_unique<Packer>(std::move(items), options_.compression_level,
                                    options_.audit.jobs, std::move(progress));
  }

  // Stripped first, so that what the edits append is not moved again.
  template <class Step>
  PackItem pack_item(const Step& step, const elf::ElfFile& file, int descriptor) const {
    PackItem item;
    item.path = step.path;
    item.size = file.bytes().size();
    item.make = [this, &step, &file, descriptor] {
      if (step.strip)
        return elf::edit_to_image(strip_file(file, *step.strip, options_), step.edits,
                                  options_.second_opinion);
      return elf::edit_to_image(file, descriptor, step.edits, options_.second_opinion);
    };
    return item;
  }

  // When the entry's turn comes; what RECORD says of it is known from then on.
  void add_item(size_t item, const wheel::NewEntry& entry) {
    const size_t row = rows_.size();
    rows_.emplace_back();
    writer_.add(
        entry,
        [this, item, row] {
          PackedItem packed = packer_->take(item);
          rows_[row] = std::move(packed.row);
          return std::move(packed.member);
        },
        options_.compression_level == 0);
  }

  bool is_dist_info(const wheel::ArchiveEntry& entry) const {
    return entry.path == wheel_.dist_info || entry.path.starts_with(wheel_.dist_info + "/");
  }

  void write_files() {
    for (size_t entry = 0; entry < wheel_.archive.entries().size(); ++entry)
      if (!is_dist_info(wheel_.archive.entries()[entry])) write_entry(entry);
  }

  void write_dist_info() {
    const std::string wheel_path = wheel_.dist_info + "/WHEEL";
    for (size_t entry = 0; entry < wheel_.archive.entries().size(); ++entry) {
      const wheel::ArchiveEntry& each = wheel_.archive.entries()[entry];
      if (!is_dist_info(each) || each.path == wheel_.record_path()) continue;
      if (each.path == wheel_path && plan_.tags.changes_wheel_file) {
        write_wheel_file(each);
      } else if (dropped_.count(each.path) == 0) {
        write_entry(entry);
      }
    }
  }

  void write_entry(size_t entry) {
    const wheel::ArchiveEntry& old = wheel_.archive.entries()[entry];
    const auto edited = item_of_entry_.find(entry);
    if (edited != item_of_entry_.end())
      return add_item(edited->second,
                      {old.path, patches_.at(entry)->mode.value_or(old.mode), time_});
    copy(entry);
    const auto row = old_rows_.find(old.path);
    if (row != old_rows_.end()) rows_.push_back(*row->second);
  }

  void copy(size_t entry) {
    const wheel::ArchiveEntry& each = wheel_.archive.entries()[entry];
    const int64_t time = options_.source_date_epoch ? time_ : each.mtime;
    if (each.is_directory) {
      writer_.add_directory({each.path, each.mode, time});
      return;
    }
    writer_.copy(wheel_.archive, entry, {each.path, each.mode, time});
    ++copied_;
  }

  void write_grafts() {
    for (size_t i = 0; i < plan_.grafts.size(); ++i)
      add_item(first_graft_ + i, {plan_.grafts[i].path, plan_.grafts[i].mode, time_});
  }

  void write_wheel_file(const wheel::ArchiveEntry& entry) {
    wheel::MetadataFile file = wheel_.wheel_file;
    wheel::change_platforms(file, plan_.tags.change);
    const std::string text = file.encode();
    rows_.push_back(wheel::record_row(entry.path, Bytes(text)));
    add_text(entry.path, entry.mode, text);
  }

  // Both list what was packed, and so come late.
  void write_sbom() {
    if (plan_.sbom_path.empty()) return;
    const size_t row = rows_.size();
    rows_.emplace_back();
    add_late_text(plan_.sbom_path, kDataMode, [this, row] {
      std::string text = encode_sbom(wheel_, plan_, rows_, options_.source_date_epoch);
      rows_[row] = wheel::record_row(plan_.sbom_path, Bytes(text));
      return text;
    });
  }

  void write_record() {
    const std::string path = wheel_.record_path();
    const wheel::ArchiveEntry& old = wheel_.archive.entries()[wheel_.archive.find(path)];
    add_late_text(path, old.mode, [this, path] { return wheel::encode_record(rows_, path); });
  }

  void add_text(const std::string& path, uint32_t mode, const std::string& text) {
    writer_.add({path, mode, time_}, wheel::compress(Bytes(text), options_.compression_level));
  }

  void add_late_text(const std::string& path, uint32_t mode, std::function<std::string()> make) {
    writer_.add(
        {path, mode, time_},
        [this, make = std::move(make)] {
          const std::string text = make();
          return wheel::compress(Bytes(text), options_.compression_level);
        },
        options_.compression_level == 0);
  }

  const wheel::Wheel& wheel_;
  const AuditedWheel& audited_;
  const RepairPlan& plan_;
  const RepairOptions& options_;
  wheel::ArchiveWriter& writer_;
  std::set<std::string> dropped_;
  std::unordered_map<std::string_view, const wheel::RecordRow*> old_rows_;
  int64_t time_ = 0;  // of what is new: the input's newest time, so that no clock is needed

  Packer* packer_ = nullptr;
  std::map<size_t, const PatchStep*> patches_;  // by entry
  std::unordered_map<size_t, size_t> item_of_entry_;
  size_t first_graft_ = 0;
  std::vector<wheel::RecordRow> rows_;
  size_t copied_ = 0;
};

}  // namespace

RepairedFiles write_repaired(const wheel::Wheel& wheel, const AuditedWheel& audited,
                             const RepairPlan& plan, const RepairOptions& options,
                             wheel::ArchiveWriter& writer) {
  return Assembly(wheel, audited, plan, options, writer).write();
}

}  // namespace elfwheel::repair
