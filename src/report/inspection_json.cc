// `inspect --json`. Numbers are decimal, tags and types are named as in the gABI.
#include <nlohmann/json.hpp>

#include "elfwheel/report/inspection.h"

namespace elfwheel::report {

namespace {

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

Json relro_json(Relro relro) {
  switch (relro) {
    case Relro::kFull:
      return "full";
    case Relro::kPartial:
      return "partial";
    case Relro::kNone:
      break;
  }
  return "none";
}

Json header_json(const elf::Header& header) {
  Json json;
  json["class"] = header.elf_class == elf::ElfClass::kElf64 ? 64 : 32;
  json["byte_order"] = header.byte_order == elf::ByteOrder::kLittle ? "little" : "big";
  json["os_abi"] = elf::os_abi_name(header.os_abi);
  json["abi_version"] = header.abi_version;
  json["type"] = elf::file_type_name(header.e_type);
  json["machine"] = elf::machine_name(header.e_machine);
  json["entry"] = raw(header.e_entry);
  json["flags"] = header.e_flags;
  json["program_headers"] = header.e_phnum;
  json["section_headers"] = header.e_shnum;
  return json;
}

Json segments_json(const std::vector<elf::Segment>& segments) {
  Json json = Json::array();
  for (const elf::Segment& segment : segments) {
    Json one;
    one["type"] = elf::segment_type_name(segment.p_type);
    one["offset"] = raw(segment.p_offset);
    one["vaddr"] = raw(segment.p_vaddr);
    one["filesz"] = segment.p_filesz;
    one["memsz"] = segment.p_memsz;
    one["read"] = (segment.p_flags & elf::PF_R) != 0;
    one["write"] = (segment.p_flags & elf::PF_W) != 0;
    one["execute"] = (segment.p_flags & elf::PF_X) != 0;
    one["align"] = segment.p_align;
    json.push_back(std::move(one));
  }
  return json;
}

Json dynamic_json(const std::vector<DynamicLine>& dynamic) {
  Json json = Json::array();
  for (const DynamicLine& line : dynamic) {
    Json one;
    one["tag"] = line.name;
    one["value"] = line.value;
    if (line.text) one["text"] = *line.text;
    json.push_back(std::move(one));
  }
  return json;
}

Json notes_json(const std::vector<NoteLine>& notes) {
  Json json = Json::array();
  for (const NoteLine& note : notes) {
    Json one;
    one["owner"] = note.owner;
    one["type"] = note.type;
    one["size"] = note.size;
    json.push_back(std::move(one));
  }
  return json;
}

Json security_json(const Security& security) {
  Json json;
  json["relro"] = relro_json(security.relro);
  json["bind_now"] = security.bind_now;
  json["position_independent"] = security.position_independent;
  json["executable_stack"] = security.executable_stack;
  json["text_relocations"] = security.text_relocations;
  json["writable_code"] = security.writable_code;
  return json;
}

}  // namespace

Json inspection_json(const Inspection& file) {
  Json json;
  json["path"] = file.path;
  json["size"] = file.size;
  json["header"] = header_json(file.header);
  json["arch"] = file.architecture.empty() ? Json(nullptr) : Json(file.architecture);
  json["libc"] = file.libc == "unknown" ? Json(nullptr) : Json(file.libc);
  json["interp"] = text_or_null(file.interp);
  json["soname"] = text_or_null(file.soname);
  json["needed"] = file.needed;
  json["rpath"] = text_or_null(file.rpath);
  json["runpath"] = text_or_null(file.runpath);
  json["build_id"] = text_or_null(file.build_id);
  json["security"] = security_json(file.security);
  json["dynamic_symbols"] = file.dynamic_symbols;
  json["version_needs"] = Json::object();
  for (const VersionLine& line : file.version_needs) {
    json["version_needs"][line.library] = line.versions;
  }
  json["version_definitions"] = Json::array();
  if (file.version_definitions) json["version_definitions"] = file.version_definitions->versions;
  json["segments"] = segments_json(file.segments);
  json["dynamic"] = dynamic_json(file.dynamic);
  json["notes"] = notes_json(file.notes);
  if (!file.problems.empty()) json["problems"] = file.problems;
  return json;
}

}  // namespace elfwheel::report
