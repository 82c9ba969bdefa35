// A program that answers, fails, crashes or hangs is an answer, and never harms the caller.

#include "second_opinion/child_program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/descriptor.h"
#include "elfwheel/base/error.h"

namespace elfwheel::second_opinion {
namespace {

ChildAnswer run(const char* program, const std::vector<std::string>& arguments,
                const std::string& input = {}, unsigned seconds = 60) {
  const Descriptor file(open(program, O_RDONLY | O_CLOEXEC));
  return run_child_program(file.number(), arguments, Bytes(std::string_view(input)), seconds);
}

ChildAnswer shell(const std::string& script, unsigned seconds = 60) {
  return run("/bin/sh", {"sh", "-c", script}, {}, seconds);
}

TEST(ChildProgram, ReadsTheInputAndIsHeard) {
  const std::string large(3'000'000, 'x');  // more than a socket takes at once, either way
  const ChildAnswer answer = run("/bin/cat", {"cat"}, large);
  EXPECT_EQ(answer.text, large);
  EXPECT_EQ(answer.failure, "");
}

TEST(ChildProgram, MayReadNothing) {
  const ChildAnswer answer = run("/bin/echo", {"echo", "early"}, std::string(3'000'000, 'x'));
  EXPECT_EQ(answer.text, "early\n");
  EXPECT_EQ(answer.failure, "");
}

TEST(ChildProgram, MaySayNothing) {
  const ChildAnswer answer = shell("exit 0");
  EXPECT_EQ(answer.text, "");
  EXPECT_EQ(answer.failure, "");
}

TEST(ChildProgram, TellsWhatAFailureSays) {
  EXPECT_EQ(shell("echo no luck >&2; echo more >&2; exit 3").failure,
            "ended with status 3: no luck");
  EXPECT_EQ(shell("exit 3").failure, "ended with status 3");
}

TEST(ChildProgram, MayCrash) {
  const ChildAnswer answer = shell("kill -SEGV $$");
  EXPECT_EQ(answer.text, "");
  EXPECT_EQ(answer.failure, "crashed (Segmentation fault)");
}

TEST(ChildProgram, IsEndedWhenItHangs) {
  EXPECT_EQ(shell("exec sleep 1000", 1).failure, "took longer than 1 s");
}

TEST(ChildProgram, HasNoOtherOpenFiles) {
  const Descriptor descriptor(open("/dev/null", O_RDONLY));
  const Descriptor high(fcntl(descriptor.number(), F_DUPFD, 50));
  ASSERT_TRUE(high.is_open());
  const std::string file = "/proc/$$/fd/" + std::to_string(high.number());
  EXPECT_EQ(shell("test -e /proc/$$/fd/3 && echo open; test -e " + file + " || echo closed").text,
            "open\nclosed\n");
}

TEST(ChildProgram, MustBeAProgram) { EXPECT_THROW(run("/dev/null", {"null"}), Error); }

// Locks that other threads hold at the moment of its start are none of its business.
TEST(ChildProgram, ServesManyThreadsWhileOthersAllocate) {
  std::atomic<bool> done = false;
  std::thread busy([&done] {
    while (!done) std::string(100'000, 'y').shrink_to_fit();
  });
  std::vector<std::string> answers(8);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < answers.size(); ++i)
    threads.emplace_back([&answers, i] {
      for (int round = 0; round < 20; ++round)
        answers[i] = run("/bin/cat", {"cat"}, std::string(1000, static_cast<char>('a' + i))).text;
    });
  for (std::thread& thread : threads) thread.join();
  done = true;
  busy.join();
  for (size_t i = 0; i < answers.size(); ++i)
    EXPECT_EQ(answers[i], std::string(1000, static_cast<char>('a' + i)));
}

}  // namespace
}  // namespace elfwheel::second_opinion
