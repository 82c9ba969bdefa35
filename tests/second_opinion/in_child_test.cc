// A child that returns, throws, crashes or hangs is an answer, and never harms the caller.

#include "second_opinion/in_child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

namespace elfwheel::second_opinion {
namespace {

TEST(RunInChild, HandsBackWhatTheJobReturns) {
  const std::string large(300'000, 'x');  // more than a pipe takes at once
  const ChildAnswer answer = run_in_child([&] { return large; }, 60);
  EXPECT_EQ(answer.text, large);
  EXPECT_EQ(answer.failure, "");
}

TEST(RunInChild, TellsAnEmptyAnswerFromNone) {
  EXPECT_EQ(run_in_child([] { return std::string(); }, 60).failure, "");
  EXPECT_EQ(run_in_child([]() -> std::string { _exit(0); }, 60).failure, "ended with status 0");
}

TEST(RunInChild, TellsWhatTheJobThrows) {
  const ChildAnswer answer =
      run_in_child([]() -> std::string { throw std::runtime_error("no luck"); }, 60);
  EXPECT_EQ(answer.failure, "no luck");
}

TEST(RunInChild, SurvivesACrash) {
  const ChildAnswer answer = run_in_child(
      [] {
        raise(SIGSEGV);
        return std::string("unreachable");
      },
      60);
  EXPECT_EQ(answer.text, "");
  EXPECT_EQ(answer.failure, "crashed (Segmentation fault)");
}

TEST(RunInChild, EndsAJobThatHangs) {
  const ChildAnswer answer = run_in_child(
      [] {
        for (;;) pause();
        return std::string();
      },
      1);
  EXPECT_EQ(answer.failure, "took longer than 1 s");
}

TEST(RunInChild, KeepsNoFilesOpen) {
  const int descriptor = open("/dev/null", O_RDONLY);
  ASSERT_GE(descriptor, 0);
  const int high = fcntl(descriptor, F_DUPFD, 50);
  const ChildAnswer answer =
      run_in_child([&] { return std::string(fcntl(high, F_GETFD) < 0 ? "closed" : "open"); }, 60);
  EXPECT_EQ(answer.text, "closed");
  EXPECT_GE(fcntl(high, F_GETFD), 0);
  close(descriptor);
  close(high);
}

TEST(RunInChild, ServesManyThreadsAtOnce) {
  std::vector<std::string> answers(16);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < answers.size(); ++i)
    threads.emplace_back([&answers, i] {
      for (int round = 0; round < 20; ++round)
        answers[i] =
            run_in_child([i] { return std::string(1000, static_cast<char>('a' + i)); }, 60).text;
    });
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < answers.size(); ++i)
    EXPECT_EQ(answers[i], std::string(1000, static_cast<char>('a' + i)));
}

}  // namespace
}  // namespace elfwheel::second_opinion
