"""Asking a publisher's server politely: one request at a time with a pause, waiting when told to, going on where it
stopped."""

from __future__ import annotations

import email.utils
import http.client
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

from safeground import __version__

Answer = TypeVar("Answer")

USER_AGENT = f"safeground/{__version__} (open data for violence reduction partnerships)"
_BLOCK = 256 * 1024
_TEMPORARY = {429, 500, 502, 503, 504}
_LONGEST_WAIT_S = 120.0


class FetchError(Exception):
    """What could not be fetched, in a sentence."""


class _NoParts(Exception):
    """The server answers a request for a part with the whole."""


class _OnlyHttp(urllib.request.HTTPRedirectHandler):
    """Follows redirects, to http and https addresses, and never from https down to http."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise FetchError(
                f"{req.full_url} leads to an address that is not protected, {newurl}; it was not followed."
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@dataclass
class Client:
    """Requests to one publisher. `sleep` and `clock` are given by tests."""

    pause_s: float = 1.0
    attempts: int = 5
    timeout_s: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler,
            urllib.request.HTTPHandler,
            urllib.request.HTTPSHandler,
            urllib.request.HTTPDefaultErrorHandler,
            urllib.request.HTTPErrorProcessor,
            _OnlyHttp,
            urllib.request.UnknownHandler,
        ):
            self._opener.add_handler(handler())
        self._next_request = 0.0

    def read_json(self, url: str) -> Any:
        """The answer as parsed JSON. Raises FetchError."""

        def read() -> Any:
            with self._request(url) as response:
                return json.loads(response.read())

        try:
            return self._persist(url, read)
        except ValueError:
            raise FetchError(f"{url} did not answer with JSON; the address may have moved.") from None

    def read_part(self, url: str, start: int, length: int) -> bytes:
        """Bytes of a file. Raises FetchError, also where the server does not give parts."""

        def read() -> bytes:
            with self._request(url, start=start, stop=start + length) as response:
                return response.read()

        return self._persist(url, read)

    def measure(self, url: str) -> int:
        """A file's size, asked for with its first byte, as some servers refuse HEAD. Raises FetchError as `read_part`
        does."""

        def read() -> int:
            with self._request(url, start=0, stop=1) as response:
                response.read()
                size = re.fullmatch(r"bytes 0-0/(\d+)", response.headers.get("Content-Range", ""))
                if size is None:
                    raise _NoParts
                return int(size[1])

        return self._persist(url, read)

    def download(self, url: str, part: Path, *, start: int = 0, stop: int | None = None) -> None:
        """Bring a file (or its bytes from `start` to `stop`) into `part`, going on from what is there.

        What the server says of the version (ETag or date) is kept beside it; if that changed, it begins anew. Raises
        FetchError.
        """
        self._persist(url, lambda: self._go_on(url, part, start, stop))

    def _go_on(self, url: str, part: Path, start: int, stop: int | None) -> None:
        seen = part.with_name(part.name + ".version")
        have = part.stat().st_size if part.exists() else 0
        if stop is not None and have == stop - start:
            return
        version = seen.read_text(encoding="utf-8") if have and seen.exists() else ""
        if have and not version:
            have = 0  # nothing tells whether the rest would fit
        is_part = have > 0 or stop is not None
        condition = version if stop is None else ""
        with self._request(url, start=start + have if is_part else None, stop=stop, version=condition) as response:
            now = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
            if is_part and response.status != http.client.PARTIAL_CONTENT:
                have = 0  # it has changed, or the server does not give parts: the whole comes
            elif have and now != version:
                part.unlink()
                raise http.client.HTTPException("it changed while it was fetched")
            part.parent.mkdir(parents=True, exist_ok=True)
            seen.write_text(now, encoding="utf-8")
            with part.open("r+b" if have else "wb") as file:
                file.truncate(have)
                file.seek(have)
                _copy(response, file)

    @contextmanager
    def _request(
        self, url: str, *, start: int | None = None, stop: int | None = None, version: str = ""
    ) -> Iterator[http.client.HTTPResponse]:
        wait = self._next_request - self.clock()
        if wait > 0:
            self.sleep(wait)
        self._next_request = self.clock() + self.pause_s
        request = urllib.request.Request(url, headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
        if start is not None:
            request.add_header("Range", f"bytes={start}-{'' if stop is None else stop - 1}")
            if version:
                request.add_header("If-Range", version)
        with self._opener.open(request, timeout=self.timeout_s) as response:
            if start is not None and response.status == http.client.PARTIAL_CONTENT:
                given = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
                if given is None or int(given[1]) != start:
                    raise _NoParts
            elif start is not None and stop is not None:
                raise _NoParts
            yield response

    def _persist(self, url: str, ask: Callable[[], Answer]) -> Answer:
        """Ask again after faults that pass, waiting longer each time or as long as the server says."""
        reason = ""
        for attempt in range(self.attempts):
            try:
                return ask()
            except _NoParts:
                raise FetchError(f"{url} gives only the whole file; download it with a browser and land it.") from None
            except urllib.error.HTTPError as error:
                error.close()
                reason = f"answered {error.code} ({error.reason})"
                if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
                    raise FetchError(
                        f"{url} has become shorter than what was fetched of it; remove its .part file."
                    ) from None
                if error.code not in _TEMPORARY:
                    break
                wait = _told_to_wait(error.headers.get("Retry-After"))
            except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
                reason = f"could not be reached or broke off ({getattr(error, 'reason', None) or error})"
                wait = None
            if attempt + 1 < self.attempts:
                self.sleep(min(2.0**attempt if wait is None else wait, _LONGEST_WAIT_S))
        raise FetchError(f"{url} {reason}; try again later, or download it with a browser and land it.")


def _told_to_wait(retry_after: str | None) -> float | None:
    """Seconds, from a number or a date."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time(), 0.0)
    except ValueError:
        return None


def _copy(response: http.client.HTTPResponse, file: IO[bytes]) -> None:
    """Write the answer as it comes, so that what came before a fault is kept. Raises IncompleteRead where it breaks
    off."""
    expected = response.length
    copied = 0
    while block := response.read(_BLOCK):
        file.write(block)
        copied += len(block)
    if expected is not None and copied < expected:
        raise http.client.IncompleteRead(b"", expected - copied)
