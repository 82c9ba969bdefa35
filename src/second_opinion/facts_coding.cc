// One walk over all fields serves both directions: numbers as eight bytes, strings and lists with
// their length before them.
#include "second_opinion/facts_coding.h"

#include <cstring>

#include "elfwheel/base/bytes.h"
#include "elfwheel/base/error.h"

namespace elfwheel::second_opinion {
namespace {

class Encoder {
 public:
  std::string text;

  void number(const uint64_t& value) {
    text.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void string(const std::string& value) {
    number(value.size());
    text += value;
  }
  template <class List>
  size_t length(const List& list) {
    number(list.size());
    return list.size();
  }
};

class Decoder {
 public:
  explicit Decoder(std::string_view text) : rest_(text) {}

  void number(uint64_t& value) { std::memcpy(&value, take(sizeof value).data(), sizeof value); }
  void string(std::string& value) {
    uint64_t size = 0;
    number(size);
    value = take(size);
  }
  // Every item takes some bytes, so an honest length is no more than what follows.
  template <class List>
  size_t length(List& list) {
    uint64_t size = 0;
    number(size);
    if (size > rest_.size()) fail();
    list.resize(size);
    return list.size();
  }
  void end() const {
    if (!rest_.empty()) fail();
  }

 private:
  std::string_view take(uint64_t size) {
    if (size > rest_.size()) fail();
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  [[noreturn]] static void fail() { throw Error(ErrorCode::kCorrupt, "its answer was cut short"); }

  std::string_view rest_;
};

template <class Coder>
void flag(Coder& coder, auto& value) {
  uint64_t number = value;
  coder.number(number);
  if constexpr (std::is_same_v<Coder, Decoder>) value = number != 0;
}

template <class Coder>
void optional(Coder& coder, auto& value) {
  uint64_t number = value.has_value();
  coder.number(number);
  if constexpr (std::is_same_v<Coder, Decoder>)
    if (number != 0) value.emplace();
  if (number != 0) coder.string(*value);
}

template <class Coder>
void strings(Coder& coder, auto& list) {
  const size_t length = coder.length(list);
  for (size_t i = 0; i < length; ++i) coder.string(list[i]);
}

template <class Coder>
void segments(Coder& coder, auto& list) {
  const size_t length = coder.length(list);
  for (size_t i = 0; i < length; ++i) {
    for (auto* field : {&list[i].type, &list[i].flags, &list[i].offset, &list[i].address,
                        &list[i].file_size, &list[i].memory_size, &list[i].align, &list[i].digest})
      coder.number(*field);
    flag(coder, list[i].cache_note);
  }
}

template <class Coder>
void sections(Coder& coder, auto& list) {
  const size_t length = coder.length(list);
  for (size_t i = 0; i < length; ++i) {
    coder.string(list[i].name);
    for (auto* field : {&list[i].type, &list[i].flags, &list[i].address, &list[i].offset,
                        &list[i].size, &list[i].digest})
      coder.number(*field);
  }
}

template <class Coder>
void symbols(Coder& coder, auto& list) {
  const size_t length = coder.length(list);
  for (size_t i = 0; i < length; ++i) {
    coder.string(list[i].name);
    coder.string(list[i].version);
    for (auto* field : {&list[i].value, &list[i].size, &list[i].info, &list[i].section})
      coder.number(*field);
  }
}

template <class Coder>
void dynamic(Coder& coder, auto& list) {
  const size_t length = coder.length(list);
  for (size_t i = 0; i < length; ++i) {
    coder.number(list[i].tag);
    coder.number(list[i].value);
  }
}

template <class Coder>
void all(Coder& coder, auto& facts) {
  for (auto* field : {&facts.header.type, &facts.header.machine, &facts.header.entry,
                      &facts.header.flags, &facts.header.os_abi})
    coder.number(*field);
  for (auto* field : {&facts.interpreter, &facts.soname, &facts.rpath, &facts.runpath})
    optional(coder, *field);
  strings(coder, facts.needed);
  dynamic(coder, facts.dynamic);
  segments(coder, facts.segments);
  sections(coder, facts.sections);
  symbols(coder, facts.symbols);
  flag(coder, facts.symbols_cut);
  strings(coder, facts.version_needs);
}

}  // namespace

std::string encode(const Facts& facts) {
  Encoder encoder;
  all(encoder, facts);
  return std::move(encoder.text);
}

Facts decode(std::string_view text) {
  Decoder decoder(text);
  Facts facts;
  all(decoder, facts);
  decoder.end();
  return facts;
}

}  // namespace elfwheel::second_opinion
