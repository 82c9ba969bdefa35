"""An interactive shell as somebody at a terminal has it: keys go in, the screen is what is read.

tmux is the terminal. Each session has a server of its own, so nothing of the user's is touched.
"""

import subprocess
import time
from pathlib import Path

PROMPT = "ready> "
LONG_ENOUGH = 60  # seconds; a loaded machine starts a shell in some


class ShellSession:
    """`command` is the shell with its arguments; it must show PROMPT when it is ready."""

    def __init__(self, command: list[str], directory: Path, socket: Path,
                 variables: dict[str, str]):
        self.socket = socket
        environment = {"TERM": "xterm", "LC_ALL": "C.UTF-8"} | variables
        settings = [word for name, value in environment.items() for word in (f"{name}={value}",)]
        subprocess.run(
            ["tmux", "-f", "/dev/null", "-S", str(socket), "new-session", "-d", "-x", "100",
             "-y", "50", "-c", str(directory), "env", "-i", *settings, *command],
            check=True, env={"LC_ALL": "C.UTF-8", "PATH": environment["PATH"]})
        self.wait_for(PROMPT.strip())

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(["tmux", "-S", str(self.socket), *arguments], check=True,
                              capture_output=True, text=True)
        return done.stdout

    def close(self) -> None:
        self.tmux("kill-server")

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p")

    def wait_for(self, *texts: str) -> str:
        """The screen once it shows all of them."""
        end = time.monotonic() + LONG_ENOUGH
        while True:
            screen = self.screen()
            missing = [text for text in texts if text not in screen]
            if not missing:
                return screen
            assert time.monotonic() < end, f"{missing} did not appear:\n{screen}"
            time.sleep(0.02)

    def wait_until_empty(self) -> None:
        """Until nothing but a prompt is there."""
        end = time.monotonic() + LONG_ENOUGH
        while (screen := self.screen()).strip() != PROMPT.strip():
            assert time.monotonic() < end, f"the screen is not empty:\n{screen}"
            time.sleep(0.02)

    def start_line(self) -> None:
        """An empty line on an empty screen, whatever was typed before."""
        # Not C-c: with it, the terminal throws away keys that have not been read.
        self.press("C-e", "C-u", "C-l")
        self.wait_until_empty()
