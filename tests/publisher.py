"""A publisher's server on this machine, for tests of fetching: files in parts, queries in pages, and faults when told to."""

from __future__ import annotations

import http.server
import json
import re
import urllib.parse

from safeground.engine.catalogue import load_feeds

FEEDS = load_feeds()


class Publisher(http.server.ThreadingHTTPServer):
    """Files by path, with parts, and a fault to show on each request in turn (the name of a method, or None)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files: dict[str, bytes] = {}
        self.pages: list[dict[str, object]] = []
        self.most_in_a_page = 1000
        self.faults: list[str | None] = []
        self.asked: list[tuple[str, str | None, str | None]] = []
        self.version = '"1"'
        self.gives_parts = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answer(http.server.BaseHTTPRequestHandler):
    server: Publisher
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args: object) -> None:
        pass

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        self.server.asked.append((self.path, self.headers.get("Range"), self.headers.get("User-Agent")))
        fault = self.server.faults.pop(0) if self.server.faults else None
        if fault == "too many":
            return self._say(429, b"", {"Retry-After": "7"})
        if fault == "unavailable":
            return self._say(503, b"")
        if fault == "moved":
            return self._say(302, b"", {"Location": "/elsewhere" + self.path})
        path = path.removeprefix("/elsewhere")
        if path.endswith("/query"):
            return self._say(200, json.dumps(self._query(dict(urllib.parse.parse_qsl(query)))).encode())
        if path not in self.server.files:
            return self._say(404, b"")
        content, status, headers = self.server.files[path], 200, {"ETag": self.server.version}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if (
            wanted
            and self.server.gives_parts
            and self.headers.get("If-Range", self.server.version) == self.server.version
        ):
            start, stop = int(wanted[1]), int(wanted[2] or len(content) - 1) + 1
            headers["Content-Range"] = f"bytes {start}-{min(stop, len(content)) - 1}/{len(content)}"
            content, status = content[start:stop], 206
        if fault == "drop":
            return self._say(status, content, headers, send=len(content) // 2)
        if fault == "wrong length":
            return self._say(status, content, headers, claim=len(content) + 50)
        return self._say(status, content, headers)

    def _query(self, query: dict[str, str]) -> dict[str, object]:
        if "returnCountOnly" in query:
            return {"count": len(self.server.pages)}
        start = int(query["resultOffset"])
        rows = self.server.pages[start : start + min(int(query["resultRecordCount"]), self.server.most_in_a_page)]
        if query["f"] == "geojson":
            return {"type": "FeatureCollection", "features": rows}
        return {"features": [{"attributes": row} for row in rows]}

    def _say(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str] | None = None,
        send: int | None = None,
        claim: int | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if claim is None else claim))
        self.end_headers()
        self.wfile.write(body if send is None else body[:send])
        if send is not None or claim is not None:
            self.close_connection = True
