#include "wheel/deflate_walk.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "elfwheel/base/error.h"

namespace elfwheel::wheel {
namespace {

constexpr unsigned kMaxCodeLength = 15;
constexpr size_t kLiteralCodes = 288;
constexpr size_t kDistanceCodes = 32;
constexpr unsigned kEndOfBlock = 256;
constexpr uint64_t kReleaseStep = uint64_t{8} << 20;
constexpr const char* kOtherContent = "it makes something else";

[[noreturn]] void fail(const char* problem) {
  throw Error(ErrorCode::kCorrupt, std::string("the packed data is damaged: ") + problem);
}

// Bits from the low end of each byte on (3.1.1). Behind the end zeros follow, so that a look ahead
// needs no check; what was taken of them shows at the next check_end().
class BitReader {
 public:
  explicit BitReader(Bytes bytes)
      : begin_(reinterpret_cast<const unsigned char*>(bytes.data())),
        next_(begin_),
        end_(begin_ + bytes.size()) {}

  // At least 56 bits can be peeked at afterwards.
  void refill() {
    if (end_ - next_ >= 8) {
      uint64_t word;
      std::memcpy(&word, next_, sizeof word);
      bits_ |= little(word) << count_;
      next_ += (63 - count_) >> 3;
      count_ |= 56;
      return;
    }
    while (count_ <= 56) {
      if (next_ < end_) {
        bits_ |= uint64_t{*next_++} << count_;
      } else {
        ++behind_end_;
      }
      count_ += 8;
    }
  }

  uint64_t peek() const { return bits_; }
  void skip(unsigned count) {
    bits_ >>= count;
    count_ -= count;
  }
  unsigned take(unsigned count) {
    const auto value = static_cast<unsigned>(bits_ & ((uint64_t{1} << count) - 1));
    skip(count);
    return value;
  }

  uint64_t position() const {
    return (static_cast<uint64_t>(next_ - begin_) + behind_end_) * 8 - count_;
  }
  void check_end() const {
    if (position() > static_cast<uint64_t>(end_ - begin_) * 8) fail("it ends too early");
  }
  // Goes to the next whole byte and over `size` of them, of which the first is returned.
  const unsigned char* skip_bytes(uint64_t size) {
    const uint64_t at = (position() + 7) / 8;
    if (at > static_cast<uint64_t>(end_ - begin_) ||
        size > static_cast<uint64_t>(end_ - begin_) - at)
      fail("it ends too early");
    next_ = begin_ + at + size;
    bits_ = 0;
    count_ = 0;
    behind_end_ = 0;
    return begin_ + at;
  }

 private:
  static uint64_t little(uint64_t word) {
    if constexpr (std::endian::native == std::endian::little) return word;
    return __builtin_bswap64(word);
  }

  const unsigned char* begin_;
  const unsigned char* next_;
  const unsigned char* end_;
  uint64_t bits_ = 0;
  unsigned count_ = 0;
  uint64_t behind_end_ = 0;  // bytes of zeros that were made up
};

// What a code stands for in one word, as the look-up of the next one waits for it: how long the
// code is (0: not in the table) in the lowest byte, what it is, how many bits are added to what it
// is worth, and that: a byte, or the least length or distance.
class Symbol {
 public:
  enum Kind : uint32_t { kLiteral, kMatch, kStop, kInvalid };

  Symbol() = default;
  constexpr Symbol(Kind kind, unsigned value, unsigned extra = 0)
      : word_(value << 16 | extra << 12 | static_cast<uint32_t>(kind) << 8) {}

  Symbol with_length(unsigned length) const {
    Symbol symbol = *this;
    symbol.word_ |= length;
    return symbol;
  }
  unsigned length() const { return word_ & 0xffu; }
  Kind kind() const { return static_cast<Kind>(word_ >> 8 & 0xfu); }
  unsigned extra() const { return word_ >> 12 & 0xfu; }
  unsigned value() const { return word_ >> 16; }

 private:
  uint32_t word_ = 0;
};

// 3.2.5
Symbol literal_symbol(size_t code) {
  if (code < kEndOfBlock) return {Symbol::kLiteral, static_cast<unsigned>(code)};
  if (code == kEndOfBlock) return {Symbol::kStop, 0};
  if (code > 285) return {Symbol::kInvalid, 0};
  if (code == 285) return {Symbol::kMatch, 258};
  const auto step = static_cast<unsigned>(code - 257);
  if (step < 8) return {Symbol::kMatch, 3 + step};
  const unsigned extra = step / 4 - 1;
  return {Symbol::kMatch, 3 + ((4 + step % 4) << extra), extra};
}

Symbol distance_symbol(size_t code) {
  if (code > 29) return {Symbol::kInvalid, 0};
  const auto step = static_cast<unsigned>(code);
  if (step < 4) return {Symbol::kMatch, 1 + step};
  const unsigned extra = step / 2 - 1;
  return {Symbol::kMatch, 1 + ((2 + step % 2) << extra), extra};
}

template <size_t kCodes>
std::array<Symbol, kCodes> symbols_of(Symbol (*make)(size_t)) {
  std::array<Symbol, kCodes> symbols;
  for (size_t code = 0; code < kCodes; ++code) symbols[code] = make(code);
  return symbols;
}

// A canonical prefix code (3.2.2). Codes of up to kRootBits bits are found by one look; longer
// ones, which are rare by their nature, bit by bit.
class PrefixCode {
 public:
  // `meanings[code]` for each code whose length is not 0.
  void build(const uint8_t* lengths, size_t codes, const Symbol* meanings) {
    count_.fill(0);
    for (size_t code = 0; code < codes; ++code) ++count_[lengths[code]];
    count_[0] = 0;
    int left = 1;
    std::array<uint16_t, kMaxCodeLength + 2> offset{};
    std::array<uint16_t, kMaxCodeLength + 2> first{};
    for (unsigned length = 1; length <= kMaxCodeLength; ++length) {
      left = left * 2 - count_[length];
      if (left < 0) fail("a code has too many words");
      offset[length + 1] = static_cast<uint16_t>(offset[length] + count_[length]);
      first[length + 1] = static_cast<uint16_t>((first[length] + count_[length]) << 1);
    }
    root_.fill(Symbol{});
    for (size_t code = 0; code < codes; ++code) {
      const unsigned length = lengths[code];
      if (length == 0) continue;
      const Symbol symbol = meanings[code].with_length(length);
      sorted_[offset[length]++] = symbol;
      enter(first[length]++, length, symbol);
    }
  }

  // The next one of `reader`, which has at least 15 bits to look at.
  Symbol next(BitReader& reader) const {
    Symbol found = root_[reader.peek() & (kRootSize - 1)];
    if (found.length() == 0) [[unlikely]]
      found = search(reader.peek());
    reader.skip(found.length());
    return found;
  }

 private:
  static constexpr unsigned kRootBits = 11;
  static constexpr size_t kRootSize = size_t{1} << kRootBits;

  // Codes stand in the stream from their highest bit on, the reader sees the first bit lowest.
  void enter(unsigned code, unsigned length, Symbol symbol) {
    if (length > kRootBits) return;
    unsigned reversed = 0;
    for (unsigned bit = 0; bit < length; ++bit)
      if ((code >> bit & 1u) != 0) reversed |= 1u << (length - 1 - bit);
    for (size_t at = reversed; at < kRootSize; at += size_t{1} << length) root_[at] = symbol;
  }

  // By value: a reader whose address is known to somebody has to be in memory.
  Symbol search(uint64_t bits) const {
    unsigned code = 0;
    unsigned first = 0;
    unsigned index = 0;
    for (unsigned length = 1; length <= kMaxCodeLength; ++length, bits >>= 1) {
      code |= static_cast<unsigned>(bits & 1u);
      const unsigned count = count_[length];
      if (code < first + count) return sorted_[index + (code - first)];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    fail("there is no such code");
  }

  std::array<Symbol, kRootSize> root_;
  std::array<uint16_t, kMaxCodeLength + 1> count_{};
  std::array<Symbol, kLiteralCodes> sorted_;
};

class Walk {
 public:
  Walk(Bytes packed, Bytes content)
      : packed_(packed),
        reader_(packed),
        content_(reinterpret_cast<const unsigned char*>(content.data())),
        size_(content.size()) {}

  std::vector<DeflateBlock> blocks(const Release& release) {
    std::vector<DeflateBlock> result;
    uint64_t released = 0;
    do {
      result.push_back(block());
      // The next blocks may refer to what is just before them.
      if (release && done_ - released > kReleaseStep) {
        release(released, done_ - kDeflateReach);
        released = done_ - kDeflateReach;
      }
    } while (!result.back().is_last);
    if (done_ != size_) fail("it makes less than it is to hold");
    if ((result.back().end + 7) / 8 != packed_.size()) fail("something follows its end");
    return result;
  }

 private:
  DeflateBlock block() {
    DeflateBlock block;
    block.begin = reader_.position();
    block.content_begin = done_;
    reader_.refill();
    block.is_last = reader_.take(1) != 0;
    const unsigned type = reader_.take(2);
    block.is_stored = type == 0;
    if (type == 0) {
      stored();
    } else if (type == 1) {
      fixed_codes();
      symbols();
    } else if (type == 2) {
      read_codes();
      symbols();
    } else {
      fail("there is no such block");
    }
    reader_.check_end();
    block.end = reader_.position();
    block.content_end = done_;
    return block;
  }

  void stored() {
    const unsigned char* const header = reader_.skip_bytes(4);
    const unsigned size = header[0] | unsigned{header[1]} << 8;
    if ((size ^ 0xffffu) != (header[2] | unsigned{header[3]} << 8)) fail("a length is damaged");
    const unsigned char* const bytes = reader_.skip_bytes(size);
    if (size > size_ - done_ || (size != 0 && std::memcmp(bytes, content_ + done_, size) != 0))
      fail(kOtherContent);
    done_ += size;
  }

  void fixed_codes() {
    std::array<uint8_t, kLiteralCodes> lengths;
    for (size_t code = 0; code < kLiteralCodes; ++code)
      lengths[code] = code < 144 ? 8 : code < 256 ? 9 : code < 280 ? 7 : 8;
    build_literals(lengths.data(), kLiteralCodes);
    lengths.fill(5);
    build_distances(lengths.data(), kDistanceCodes);
  }

  // 3.2.7
  void read_codes() {
    static constexpr std::array<uint8_t, 19> kOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                       11, 4,  12, 3, 13, 2, 14, 1, 15};
    const unsigned literals = reader_.take(5) + 257;
    const unsigned distances = reader_.take(5) + 1;
    const unsigned used = reader_.take(4) + 4;
    std::array<uint8_t, 19> small{};
    for (unsigned i = 0; i < used; ++i) {
      reader_.refill();
      small[kOrder[i]] = static_cast<uint8_t>(reader_.take(3));
    }
    static const auto kNumbers = symbols_of<19>(
        [](size_t code) { return Symbol(Symbol::kLiteral, static_cast<unsigned>(code)); });
    lengths_code_.build(small.data(), small.size(), kNumbers.data());
    std::array<uint8_t, kLiteralCodes + kDistanceCodes> lengths{};
    for (size_t at = 0; at < literals + distances;) {
      reader_.refill();
      const unsigned code = lengths_code_.next(reader_).value();
      if (code < 16) {
        lengths[at++] = static_cast<uint8_t>(code);
        continue;
      }
      if (code == 16 && at == 0) fail("nothing to repeat");
      const uint8_t repeated = code == 16 ? lengths[at - 1] : uint8_t{0};
      const unsigned times = code == 16   ? 3 + reader_.take(2)
                             : code == 17 ? 3 + reader_.take(3)
                                          : 11 + reader_.take(7);
      if (times > literals + distances - at) fail("too many code lengths");
      std::fill_n(lengths.begin() + static_cast<ptrdiff_t>(at), times, repeated);
      at += times;
    }
    reader_.check_end();
    if (literals > kLiteralCodes) fail("too many codes");
    build_literals(lengths.data(), literals);
    build_distances(lengths.data() + literals, distances);
  }

  void build_literals(const uint8_t* lengths, size_t codes) {
    static const auto kMeanings = symbols_of<kLiteralCodes>(literal_symbol);
    literals_.build(lengths, codes, kMeanings.data());
  }

  void build_distances(const uint8_t* lengths, size_t codes) {
    static const auto kMeanings = symbols_of<kDistanceCodes>(distance_symbol);
    distances_.build(lengths, codes, kMeanings.data());
  }

  // A match takes 48 bits at most, three codes 45; a refill gives 56.
  void symbols() {
    // Copies, which the compiler need not keep in memory.
    BitReader reader = reader_;
    size_t done = done_;
    const unsigned char* const content = content_;
    const size_t size = size_;
    const auto holds = [&](Symbol literal, size_t at) {
      return at < size && content[at] == literal.value();
    };
    for (;;) {
      reader.refill();
      Symbol symbol = literals_.next(reader);
      if (symbol.kind() == Symbol::kLiteral) {
        if (!holds(symbol, done)) fail(kOtherContent);
        ++done;
        symbol = literals_.next(reader);
        if (symbol.kind() == Symbol::kLiteral) {
          if (!holds(symbol, done)) fail(kOtherContent);
          ++done;
          continue;
        }
        reader.refill();
      }
      if (symbol.kind() == Symbol::kStop) break;
      if (symbol.kind() == Symbol::kInvalid) fail("there is no such length");
      const size_t length = symbol.value() + reader.take(symbol.extra());
      const Symbol far = distances_.next(reader);
      if (far.kind() == Symbol::kInvalid) fail("there is no such distance");
      const size_t distance = far.value() + reader.take(far.extra());
      if (distance > done) fail("it refers to what is before its beginning");
      if (length > size - done ||
          std::memcmp(content + done, content + done - distance, length) != 0)
        fail(kOtherContent);
      done += length;
    }
    reader_ = reader;
    done_ = done;
  }

  Bytes packed_;
  BitReader reader_;
  const unsigned char* content_;
  size_t size_;
  size_t done_ = 0;
  PrefixCode lengths_code_;
  PrefixCode literals_;
  PrefixCode distances_;
};

}  // namespace

std::vector<DeflateBlock> walk_deflate(Bytes packed, Bytes content, const Release& release) {
  return Walk(packed, content).blocks(release);
}

}  // namespace elfwheel::wheel
