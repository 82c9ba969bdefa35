"""A headless Chromium (Debian's), driven over a pair of pipes in its DevTools protocol: messages of
JSON that end with a zero byte (chromium --remote-debugging-pipe; chromedevtools.github.io).

No request leaves the machine: every address but file: and data: is answered with a failure, and
noted.
"""

import base64
import fcntl
import json
import os
import select
import subprocess
import time
from pathlib import Path

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-extensions", "--disable-sync", "--hide-scrollbars", "--force-device-scale-factor=1",
         "--remote-debugging-pipe")


class Browser:
    """One process; `profile` is a directory of its own."""

    def __init__(self, profile: Path):
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        # Descriptors 3 and 4 are what it talks over; none of ours may be one of them.
        theirs = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in (to_read, to_write)]

        def place_descriptors():
            for fd, number in zip(theirs, (3, 4)):
                os.dup2(fd, number)

        self._log = open(profile / "chromium.log", "w+b")
        self._process = subprocess.Popen(
            [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"], pass_fds=(3, 4),
            preexec_fn=place_descriptors, stdin=subprocess.DEVNULL, stdout=self._log,
            stderr=self._log)
        for fd in (to_read, to_write, *theirs):
            os.close(fd)
        self._buffer = b""
        self._last_id = 0
        self._events = []

    def close(self):
        try:
            self.call("Browser.close")
            self._process.wait(20)
        finally:
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            os.close(self._read)
            os.close(self._write)
            self._log.close()

    def call(self, method: str, session: str | None = None, **parameters) -> dict:
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data):]
        while True:
            answer = self._next_message(60, method)
            if answer.get("id") != self._last_id:
                self._events.append(answer)
                continue
            assert "error" not in answer, (method, parameters, answer["error"])
            return answer["result"]

    def take_event(self, method: str, session: str, timeout: float = 60) -> dict:
        """The oldest event of that name, waited for if there is none yet."""
        while True:
            for index, event in enumerate(self._events):
                if event.get("method") == method and event.get("sessionId") == session:
                    return self._events.pop(index)["params"]
            self._events.append(self._next_message(timeout, method))

    def events(self, session: str) -> list[dict]:
        """All that came and was not taken."""
        return [event for event in self._events if event.get("sessionId") == session]

    def _next_message(self, timeout: float, what: str) -> dict:
        end = time.monotonic() + timeout
        while b"\0" not in self._buffer:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._read], [], [], left)[0]:
                raise AssertionError(f"chromium: no answer to {what}\n{self._said()}")
            data = os.read(self._read, 1 << 20)
            if not data:
                raise AssertionError(f"chromium ended during {what}\n{self._said()}")
            self._buffer += data
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def _said(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-4000:]


class Tab:
    """A page that has been loaded. What it asked for, and complained of, is kept."""

    def __init__(self, browser: Browser, url: str, width: int = 1200, height: int = 900,
                 dark: bool = False):
        self._browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._target = target
        self._session = browser.call("Target.attachToTarget", targetId=target,
                                     flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Network.setBlockedURLs", urls=["http://*", "https://*", "ws://*", "wss://*"])
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Page.navigate", url=url)
        self._browser.take_event("Page.loadEventFired", self._session)

    def close(self):
        self._browser.call("Target.closeTarget", targetId=self._target)

    def call(self, method: str, **parameters) -> dict:
        return self._browser.call(method, self._session, **parameters)

    def eval(self, script: str):
        """The value of an expression, or of the promise that it makes. An exception is an error."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True,
                           returnByValue=True)
        assert "exceptionDetails" not in answer, (script, answer["exceptionDetails"])
        return answer["result"].get("value")

    def click(self, selector: str):
        """A real click into the middle of the first element, where it is scrolled into view."""
        x, y = self.eval(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            "e.scrollIntoView({block: 'center'}); const r = e.getClientRects()[0];"
            "return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key: str, shift: bool = False):
        code = {"Enter": 13, "Escape": 27, "Tab": 9, " ": 32}.get(key, ord(key[0]))
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        for kind in ("keyDown", "keyUp"):
            extra = {"text": text} if kind == "keyDown" and text else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code,
                      modifiers=8 if shift else 0, **extra)

    def type(self, text: str):
        self.call("Input.insertText", text=text)

    def requests(self) -> list[str]:
        """The addresses that the page asked for, itself included."""
        return [event["params"]["request"]["url"] for event in self._seen("Network.requestWillBeSent")]

    def complaints(self) -> list:
        """What its console says: exceptions, violations of its policy, and messages of scripts."""
        return (self._seen("Runtime.exceptionThrown") + self._seen("Runtime.consoleAPICalled") +
                self._seen("Log.entryAdded"))

    def screenshot(self, file: Path):
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def print_to(self, file: Path):
        file.write_bytes(base64.b64decode(
            self.call("Page.printToPDF", printBackground=False)["data"]))

    def _seen(self, method: str) -> list[dict]:
        return [event for event in self._browser.events(self._session) if event["method"] == method]
