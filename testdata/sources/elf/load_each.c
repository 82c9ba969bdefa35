/* load_each SECONDS < paths: loads each library whose path is a line of stdin in a process of its
   own and prints one line for it: what its answer() returns, or why there is none. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void load(const char* path, int out) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) _exit(1);
  int (*answer)(void) = (int (*)(void))dlsym(library, "answer");
  if (answer == NULL) _exit(2);
  char text[16];
  const int size = snprintf(text, sizeof text, "%d", answer());
  _exit(write(out, text, (size_t)size) == size ? 0 : 3);
}

int main(int argc, char** argv) {
  static char line[65536];
  const unsigned seconds = argc == 2 ? (unsigned)atoi(argv[1]) : 10;
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    int ends[2];
    if (pipe(ends) != 0) return 1;
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      alarm(seconds);
      if (freopen("/dev/null", "w", stderr) == NULL) _exit(4);
      load(line, ends[1]);
    }
    close(ends[1]);
    char text[16] = "";
    const ssize_t got = read(ends[0], text, sizeof text - 1);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (got > 0 && WIFEXITED(status)) {
      text[got] = '\0';
      printf("%s\n", text);
    } else if (WIFSIGNALED(status)) {
      printf("signal %d\n", WTERMSIG(status));
    } else {
      printf("exit %d\n", WEXITSTATUS(status));
    }
  }
  return 0;
}
