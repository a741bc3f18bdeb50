"""A headless Chromium, driven over its own protocol: enough to see what a page loads, says and shows."""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from websockets.sync.client import connect

ROOT = Path(__file__).parents[3]
UNPACK = """
import chromium from "@sparticuz/chromium";
console.log(JSON.stringify({path: await chromium.executablePath(), arguments: chromium.args}));
"""
PATIENCE = 300
"""Seconds that a page may take to show something."""


class Browser:
    """One Chromium process, from the npm package that the project's package.json pins."""

    def __enter__(self) -> Self:
        self._folder = tempfile.mkdtemp(prefix="chromium-")
        environment = {**os.environ, "TMPDIR": self._folder}
        unpacked = subprocess.run(
            ["node", "--input-type=module", "--eval", UNPACK],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        chromium = json.loads(unpacked.stdout)
        own = ["--disable-gpu", "--remote-debugging-port=0", f"--user-data-dir={self._folder}/user"]
        self._process = subprocess.Popen(
            [chromium["path"], *chromium["arguments"], *own],
            env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self._closing = contextlib.ExitStack()
        self._connection = self._closing.enter_context(connect(self._address(), max_size=None))
        self._messages = 0
        self._pages: dict[str, Page] = {}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._closing.close()
        self._process.terminate()
        self._process.wait(600)
        assert self._process.stderr
        self._process.stderr.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def open(self, url: str, *, width: int = 1400, height: int = 1000, dark: bool = False) -> "Page":
        """Open a page and wait until it is loaded. It stays open until it is closed, or the browser."""
        target = self.send("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        page = self._pages[session] = Page(self, target, session)
        for domain in ("Page", "Network", "Runtime", "Log"):
            page.send(f"{domain}.enable")
        page.resize(width, height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        page.send("Emulation.setEmulatedMedia", {"features": [scheme]})
        page.send("Page.navigate", {"url": url})
        page.wait_for("document.readyState === 'complete'")
        return page

    def send(self, method: str, parameters: dict[str, Any] | None = None, session: str | None = None) -> dict[str, Any]:
        """Send one command and return its result; what pages report meanwhile is kept with them."""
        self._messages += 1
        message: dict[str, Any] = {"id": self._messages, "method": method, "params": parameters or {}}
        if session:
            message["sessionId"] = session
        self._connection.send(json.dumps(message))
        while True:
            answer = json.loads(self._connection.recv(PATIENCE))
            if answer.get("id") == self._messages:
                assert "error" not in answer, f"{method}: {answer['error']}"
                result: dict[str, Any] = answer["result"]
                return result
            if answer.get("sessionId") in self._pages:
                self._pages[answer["sessionId"]].hear(answer["method"], answer["params"])

    def _address(self) -> str:
        assert self._process.stderr
        printed = ""
        for line in self._process.stderr:
            printed += line
            if line.startswith("DevTools listening on "):
                return line.removeprefix("DevTools listening on ").strip()
        raise AssertionError(f"Chromium did not start:\n{printed}")


class Page:
    """One page: what it requested, what it complained about, and what it shows."""

    def __init__(self, browser: Browser, target: str, session: str) -> None:
        self._browser = browser
        self._target = target
        self._session = session
        self.requests: list[str] = []
        self.complaints: list[str] = []

    def send(self, method: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._browser.send(method, parameters, self._session)

    def hear(self, method: str, said: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(said["exceptionDetails"])[:500])
        elif method == "Runtime.consoleAPICalled" and said["type"] in {"error", "assert"}:
            self.complaints.append(json.dumps(said["args"])[:500])
        elif method == "Log.entryAdded" and said["entry"]["level"] == "error":
            self.complaints.append(f"{said['entry']['text']} {said['entry'].get('url', '')}")

    def close(self) -> None:
        self._browser.send("Target.closeTarget", {"targetId": self._target})

    def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression in the page."""
        answer = self.send("Runtime.evaluate", {"expression": script, "returnByValue": True, "awaitPromise": True})
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def resize(self, width: int, height: int) -> None:
        """Change the window's size; a narrow one is a phone's."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.send("Emulation.setDeviceMetricsOverride", metrics)

    def go(self, place: str) -> None:
        """Go to a place of the page, `#…`, without loading it again."""
        self.evaluate(f"location.hash = {json.dumps(place)}")

    def wait_for(self, script: str) -> None:
        """Wait until a JavaScript expression is true."""
        deadline = time.monotonic() + PATIENCE
        while not self.evaluate(script):
            assert time.monotonic() < deadline, f"never true: {script}"
            time.sleep(0.05)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.send("Input.insertText", {"text": text})

    def press(self, key: str) -> None:
        """Press and release a key, by its DOM name."""
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": key})

    def screenshot(self, target: Path) -> None:
        """Write what the page shows as a PNG."""
        target.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))
