// Source: CycloneDX 1.4, cyclonedx.org/docs/1.4/json; PEP 770 "The .dist-info/sboms directory".
#include "repair/sbom.h"

#include <algorithm>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>

#include "base/digest.h"
#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "repair/packages/purl.h"

namespace elfwheel::repair {
namespace {

// Keys in the order in which they are put in.
using Json = nlohmann::ordered_json;

Json hashes_json(std::string_view algorithm, const std::string& hexadecimal) {
  return Json::array({{{"alg", algorithm}, {"content", hexadecimal}}});
}

Json hashes_json(const wheel::RecordRow& row) {
  const std::string_view algorithm = row.algorithm == "sha384"   ? "SHA-384"
                                     : row.algorithm == "sha512" ? "SHA-512"
                                                                 : "SHA-256";
  const std::vector<std::byte> digest = from_base64url(row.digest);
  return hashes_json(algorithm, to_hex(Bytes(digest)));
}

std::string time_text(int64_t seconds) {
  const time_t time = seconds;
  struct tm fields = {};
  if (gmtime_r(&time, &fields) == nullptr || fields.tm_year + 1900 > 9999) return "";
  char text[32];
  return {text, strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &fields)};
}

class SbomWriter {
 public:
  SbomWriter(const wheel::Wheel& wheel, const RepairPlan& plan,
             const std::vector<wheel::RecordRow>& rows)
      : wheel_(wheel), plan_(plan) {
    for (const wheel::RecordRow& row : rows) rows_.emplace(row.path, &row);
    for (const GraftStep& graft : plan.grafts) path_of_graft_.emplace(graft.name, graft.path);
    for (const GraftStep& graft : plan.grafts)
      for (const std::string& user : graft.users) note_use(user, graft.path);
  }

  std::string write(std::optional<int64_t> timestamp) {
    Json sbom;
    sbom["bomFormat"] = "CycloneDX";
    sbom["specVersion"] = "1.4";
    sbom["version"] = 1;
    sbom["metadata"] = metadata_json(timestamp);
    sbom["components"] = Json::array();
    for (const GraftStep& graft : plan_.grafts) sbom["components"].push_back(graft_json(graft));
    sbom["dependencies"] = dependencies_json();
    return sbom.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  }

 private:
  // `user` as GraftStep::users has it: a copy's name or a member's path.
  void note_use(const std::string& user, const std::string& graft) {
    const auto copy = path_of_graft_.find(user);
    if (copy != path_of_graft_.end()) {
      needs_[copy->second].insert(graft);
    } else if (rows_.contains(user)) {
      needs_[user].insert(graft);
      members_.insert(user);
    }
  }

  Json metadata_json(std::optional<int64_t> timestamp) {
    Json metadata;
    if (timestamp) {
      const std::string text = time_text(*timestamp);
      if (!text.empty()) metadata["timestamp"] = text;
    }
    metadata["tools"] = Json::array({{{"name", "elfwheel"}, {"version", ELFWHEEL_VERSION}}});
    metadata["component"] = wheel_json();
    return metadata;
  }

  // The wheel, made of those of its files that need what was copied in.
  Json wheel_json() {
    Json json;
    json["type"] = "library";
    json["bom-ref"] = wheel_purl();
    json["name"] = wheel_.metadata.name;
    json["version"] = wheel_.metadata.version;
    json["purl"] = wheel_purl();
    for (const std::string& member : members_) {
      Json file;
      file["type"] = "file";
      file["bom-ref"] = member;
      file["name"] = member;
      file["hashes"] = hashes_json(*rows_.at(member));
      json["components"].push_back(file);
    }
    return json;
  }

  std::string wheel_purl() const {
    return purl_text({"pypi",
                      "",
                      wheel::normalize_name(wheel_.metadata.name),
                      wheel_.metadata.version,
                      {{"file_name", plan_.tags.new_file_name}}});
  }

  // A copy is its package's, as far as scanners go; its ancestor is the file of the build machine.
  Json graft_json(const GraftStep& graft) const {
    Json json;
    json["type"] = "library";
    json["bom-ref"] = graft.path;
    json["name"] = graft.package ? graft.package->name : std::string(base_name(graft.source));
    if (graft.package) json["version"] = graft.package->version;
    json["hashes"] = hashes_json(*rows_.at(graft.path));
    if (graft.package) json["purl"] = graft.package->purl;
    Json ancestor;
    ancestor["type"] = "file";
    ancestor["name"] = graft.source;
    ancestor["hashes"] = hashes_json("SHA-256", graft.sha256);
    json["pedigree"]["ancestors"] = Json::array({ancestor});
    return json;
  }

  Json dependencies_json() const {
    std::set<std::string> needed_by_members;
    for (const std::string& member : members_)
      needed_by_members.insert(needs_.at(member).begin(), needs_.at(member).end());
    Json all = Json::array();
    const auto add = [&](const std::string& reference, const std::set<std::string>& needed) {
      Json json;
      json["ref"] = reference;
      if (!needed.empty()) json["dependsOn"] = needed;
      all.push_back(json);
    };
    add(wheel_purl(), needed_by_members);
    for (const std::string& member : members_) add(member, needs_.at(member));
    for (const GraftStep& graft : plan_.grafts) {
      const auto needed = needs_.find(graft.path);
      add(graft.path, needed == needs_.end() ? std::set<std::string>() : needed->second);
    }
    return all;
  }

  const wheel::Wheel& wheel_;
  const RepairPlan& plan_;
  std::unordered_map<std::string_view, const wheel::RecordRow*> rows_;
  std::unordered_map<std::string_view, std::string> path_of_graft_;
  std::set<std::string> members_;                       // that need some copy
  std::map<std::string, std::set<std::string>> needs_;  // paths in the archive
};

}  // namespace

std::string plan_sbom_path(const wheel::Wheel& wheel) {
  const std::string directory = wheel.dist_info + "/sboms";
  const size_t there = wheel.archive.find(directory);
  if (there != wheel::Archive::kNoEntry && !wheel.archive.entries()[there].is_directory)
    throw Error(ErrorCode::kUnsupported,
                "the wheel has a file where its directory of SBOMs belongs: " + directory);
  std::string path = directory + "/elfwheel.cdx.json";
  for (int i = 2; wheel.archive.find(path) != wheel::Archive::kNoEntry; ++i)
    path = directory + "/elfwheel-" + std::to_string(i) + ".cdx.json";
  return path;
}

std::string encode_sbom(const wheel::Wheel& wheel, const RepairPlan& plan,
                        const std::vector<wheel::RecordRow>& rows,
                        std::optional<int64_t> timestamp) {
  return SbomWriter(wheel, plan, rows).write(timestamp);
}

}  // namespace elfwheel::repair
