"""A small loader for HTTP: a few connections that each ask again as soon as they are answered."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What a load showed: requests a second, and the median time of one request in ms."""

    per_second: float
    median_ms: float


def load(port: int, paths: Sequence[str], *, connections: int, seconds: float) -> Load:
    """Ask for the paths in turn on so many connections for so many seconds."""
    return asyncio.run(_load(port, paths, connections=connections, seconds=seconds))


async def _load(port: int, paths: Sequence[str], *, connections: int, seconds: float) -> Load:
    times: list[float] = []
    end = time.perf_counter() + seconds
    start = time.perf_counter()
    await asyncio.gather(*(_one(port, paths[n:] + paths[:n], end, times) for n in range(connections)))
    return Load(len(times) / (time.perf_counter() - start), statistics.median(times) * 1000)


async def _one(port: int, paths: Sequence[str], end: float, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    number = 0
    while time.perf_counter() < end:
        began = time.perf_counter()
        path = paths[number % len(paths)]
        number += 1
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(f"{path}: {head.splitlines()[0].decode()}")
        length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
        times.append(time.perf_counter() - began)
        if b"connection: close" in head:
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()
