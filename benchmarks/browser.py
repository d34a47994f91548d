"""A browser without a screen: cookies, form tokens, and every answer with its time; for loopback only."""

import asyncio
import html
import re
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
ANSWER_WITHIN = 60.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer: status, where it leads, the text, and the seconds it took."""

    status: int
    location: str
    text: str
    seconds: float

    def field(self, name: str) -> str:
        """The value of a form field of the page; empty where it has none."""
        for tag in re.findall(rf'<input[^>]*\bname="{name}"[^>]*>', self.text):
            return html.unescape(dict(_ATTRIBUTE.findall(tag)).get("value", ""))
        return ""


@dataclass(kw_only=True)
class Browser:
    """One person's browser; a connection for each request, as nginx makes them by default."""

    port: int
    address: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    async def get(self, path: str) -> Answer:
        """Open a page, and keep the token of its forms."""
        answer = await self._ask("GET", path, b"")
        found = _TOKEN.search(answer.text)
        self.token = html.unescape(found[1]) if found else self.token
        return answer

    async def post(self, path: str, **typed: str) -> Answer:
        """Send a form with the token of the page that was opened last."""
        return await self._ask("POST", path, urlencode(typed | {"csrf_token": self.token}).encode())

    async def _ask(self, method: str, path: str, body: bytes) -> Answer:
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(self.address, 0))
        try:
            writer.write(self._head(method, path, len(body)) + body)
            raw = await asyncio.wait_for(reader.read(), ANSWER_WITHIN)
        finally:
            writer.close()
        return self._read(raw, time.perf_counter() - began)

    def _head(self, method: str, path: str, length: int) -> bytes:
        lines = [f"{method} {path} HTTP/1.0", f"Host: 127.0.0.1:{self.port}", "Accept-Language: zh-CN"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {length}"]
        return "\r\n".join([*lines, "", ""]).encode()

    def _read(self, raw: bytes, seconds: float) -> Answer:
        head, _blank, body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        location = ""
        for line in lines[1:]:
            name, _colon, value = line.partition(":")
            if name.lower() == "set-cookie":
                for cookie in SimpleCookie(value.strip()).values():
                    self.cookies[cookie.key] = cookie.value
            elif name.lower() == "location":
                location = value.strip()
        words = lines[0].split(" ", 2)
        status = int(words[1]) if len(words) > 1 else 0
        return Answer(status=status, location=location, text=body.decode("utf-8", "replace"), seconds=seconds)
