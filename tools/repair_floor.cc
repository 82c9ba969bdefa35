// The least that a repair costs: reads, inflates, hashes and deflates the bytes that change, on all
// processors and with the libraries that elfwheel uses, and writes nothing. What tools/bench holds
// `elfwheel repair` against.
//
//   repair_floor LEVEL FILE...           libraries to copy in
//   repair_floor LEVEL SIZE:FILE...      packed members of SIZE bytes, without their headers
#include <fcntl.h>
#include <libdeflate.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr size_t kPiece = size_t{2} << 20;

[[noreturn]] void fail(const std::string& problem) {
  std::fprintf(stderr, "repair_floor: %s\n", problem.c_str());
  std::exit(2);
}

struct Content {
  const unsigned char* data = nullptr;
  size_t size = 0;
};

Content map_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (file < 0 || ::fstat(file, &status) != 0) fail(path + ": cannot read");
  const auto size = static_cast<size_t>(status.st_size);
  void* const data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (data == MAP_FAILED) fail(path + ": cannot map");
  ::close(file);
  return {static_cast<const unsigned char*>(data), size};
}

Content inflate(Content packed, size_t size) {
  auto* const room = static_cast<unsigned char*>(std::malloc(size));
  libdeflate_decompressor* const decompressor = libdeflate_alloc_decompressor();
  if (libdeflate_deflate_decompress(decompressor, packed.data, packed.size, room, size, nullptr) !=
      LIBDEFLATE_SUCCESS)
    fail("a packed member is damaged");
  libdeflate_free_decompressor(decompressor);
  return {room, size};
}

void run(const std::vector<std::function<void()>>& jobs) {
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < jobs.size(); i = next++) jobs[i]();
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < std::max(1u, std::thread::hardware_concurrency()); ++i)
    threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) fail("usage: repair_floor LEVEL [SIZE:]FILE...");
  const int level = std::atoi(words[1]);
  std::vector<Content> contents(static_cast<size_t>(count - 2));
  std::vector<std::function<void()>> jobs;
  for (size_t i = 0; i < contents.size(); ++i)
    jobs.emplace_back([&contents, i, word = std::string(words[i + 2])] {
      const size_t colon = word.find(':');
      contents[i] = colon == word.npos ? map_file(word)
                                       : inflate(map_file(word.substr(colon + 1)),
                                                 std::stoull(word.substr(0, colon)));
    });
  run(jobs);

  jobs.clear();
  std::stable_sort(contents.begin(), contents.end(),
                   [](const Content& a, const Content& b) { return a.size > b.size; });
  std::atomic<size_t> packed{0};
  for (const Content content : contents) {
    jobs.emplace_back([content] {
      // Of what it was, for the copy's name or against RECORD, and of what it is, for RECORD.
      unsigned char digest[SHA256_DIGEST_LENGTH];
      SHA256(content.data, content.size, digest);
      SHA256(content.data, content.size, digest);
      libdeflate_crc32(0, content.data, content.size);
    });
    for (size_t begin = 0; begin < content.size; begin += kPiece)
      jobs.emplace_back([content, begin, level, &packed] {
        const size_t size = std::min(kPiece, content.size - begin);
        libdeflate_compressor* const compressor = libdeflate_alloc_compressor(level);
        std::vector<unsigned char> room(libdeflate_deflate_compress_bound(compressor, size));
        packed += libdeflate_deflate_compress(compressor, content.data + begin, size, room.data(),
                                              room.size());
        libdeflate_free_compressor(compressor);
      });
  }
  run(jobs);
  std::printf("%zu\n", packed.load());
  return 0;
}
