#include "repair/apply.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <unordered_map>

#include "elfwheel/base/error.h"
#include "elfwheel/elf/edit.h"
#include "repair/sbom.h"
#include "wheel/parallel.h"

namespace elfwheel::repair {
namespace {

constexpr uint32_t kDataMode = 0100644;

// One edited file or copied library: where it comes from, and what it became.
struct Work {
  std::string path;  // in the archive
  const elf::ElfFile* source = nullptr;
  const elf::Edits* edits = nullptr;
  // Afterwards:
  wheel::RecordRow row;
  wheel::CompressedMember member;
};

void carry_out(Work& work, const RepairOptions& options) {
  with_where(work.path, [&] {
    const std::vector<std::byte> image =
        elf::edit_in_memory(*work.source, *work.edits, options.second_opinion);
    const Bytes content = image.empty() ? work.source->bytes() : Bytes(image);
    work.row = wheel::record_row(work.path, content);
    work.member = wheel::compress(content, options.compression_level);
  });
}

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

  size_t write() {
    if (plan_.empty()) {
      for (size_t entry = 0; entry < wheel_.archive.entries().size(); ++entry) copy(entry);
      return copied_;
    }
    make_work();
    edit_and_pack();
    write_files();
    write_grafts();
    write_dist_info();
    write_sbom();
    write_record();
    return copied_;
  }

 private:
  void make_work() {
    std::unordered_map<size_t, const ElfMember*> members;
    for (const ElfMember& member : audited_.elf.members) members.emplace(member.entry, &member);
    for (const PatchStep& step : plan_.patches) {
      work_of_entry_.emplace(step.entry, work_.size());
      work_.push_back({step.path, &members.at(step.entry)->file, &step.edits, {}, {}});
    }
    first_graft_ = work_.size();
    for (const GraftStep& step : plan_.grafts)
      work_.push_back({step.path, &audited_.libraries[step.library].file, &step.edits, {}, {}});
  }

  // Largest first, so that no thread is left alone with a big file at the end.
  void edit_and_pack() {
    std::vector<size_t> order(work_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return work_[a].source->bytes().size() > work_[b].source->bytes().size();
    });
    wheel::parallel_for(order.size(), options_.audit.jobs,
                        [&](size_t i) { carry_out(work_[order[i]], options_); });
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
    const auto edited = work_of_entry_.find(entry);
    if (edited == work_of_entry_.end()) {
      copy(entry);
      const auto row = old_rows_.find(wheel_.archive.entries()[entry].path);
      if (row != old_rows_.end()) rows_.push_back(*row->second);
      return;
    }
    Work& work = work_[edited->second];
    rows_.push_back(std::move(work.row));
    writer_.add({work.path, wheel_.archive.entries()[entry].mode, time_}, std::move(work.member));
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
    for (size_t i = 0; i < plan_.grafts.size(); ++i) {
      Work& work = work_[first_graft_ + i];
      rows_.push_back(std::move(work.row));
      writer_.add({work.path, plan_.grafts[i].mode, time_}, std::move(work.member));
    }
  }

  void write_wheel_file(const wheel::ArchiveEntry& entry) {
    wheel::MetadataFile file = wheel_.wheel_file;
    wheel::change_platforms(file, plan_.tags.change);
    const std::string text = file.encode();
    rows_.push_back(wheel::record_row(entry.path, Bytes(text)));
    add_text(entry.path, entry.mode, text);
  }

  void write_sbom() {
    if (plan_.sbom_path.empty()) return;
    const std::string text = encode_sbom(wheel_, plan_, rows_, options_.source_date_epoch);
    rows_.push_back(wheel::record_row(plan_.sbom_path, Bytes(text)));
    add_text(plan_.sbom_path, kDataMode, text);
  }

  void write_record() {
    const std::string path = wheel_.record_path();
    const wheel::ArchiveEntry& old = wheel_.archive.entries()[wheel_.archive.find(path)];
    add_text(path, old.mode, wheel::encode_record(rows_, path));
  }

  void add_text(const std::string& path, uint32_t mode, const std::string& text) {
    writer_.add({path, mode, time_}, wheel::compress(Bytes(text), options_.compression_level));
  }

  const wheel::Wheel& wheel_;
  const AuditedWheel& audited_;
  const RepairPlan& plan_;
  const RepairOptions& options_;
  wheel::ArchiveWriter& writer_;
  std::set<std::string> dropped_;
  std::unordered_map<std::string_view, const wheel::RecordRow*> old_rows_;
  int64_t time_ = 0;  // of what is new: the input's newest time, so that no clock is needed

  std::vector<Work> work_;  // patches, then grafts
  std::unordered_map<size_t, size_t> work_of_entry_;
  size_t first_graft_ = 0;
  std::vector<wheel::RecordRow> rows_;
  size_t copied_ = 0;
};

}  // namespace

size_t write_repaired(const wheel::Wheel& wheel, const AuditedWheel& audited,
                      const RepairPlan& plan, const RepairOptions& options,
                      wheel::ArchiveWriter& writer) {
  return Assembly(wheel, audited, plan, options, writer).write();
}

}  // namespace elfwheel::repair
