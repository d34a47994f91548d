"""How the audit trail is chained: pure arithmetic over entries, the same for a database and for a backup.

The digest of an entry is SHA-256 over the digest before it, its place, instant,
actor, action, subject and the digest of its payload; that one is SHA-256 over a
random salt and the payload. A lawful deletion removes salt and payload and
leaves the digest, so the chain stays whole and nobody can guess what was there.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

from models.base import JsonObject

GENESIS = "0" * 64
"""Stands for the digest before the first entry."""

ERASED = "audit.erased"
"""The action of the entry that allows the payload of another one to be removed."""

EVENT_SUBJECT = "audit_event"

SEARCHED_PLACES = 1_000
"""How far from where it stands an entry is tried, to say where it belongs."""

MOST_FINDINGS = 200

# Made once: json.dumps would make a new encoder for every entry.
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_sorted_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


class Entry(NamedTuple):
    """One link as it is stored; ``salt`` and ``body`` are None where there is no payload."""

    sequence: int
    occurred_at: datetime
    actor: str
    action: str
    subject_type: str
    subject_id: str
    payload_digest: str
    previous: str
    digest: str
    salt: str | None = None
    body: str | None = None


@dataclass(frozen=True, kw_only=True)
class Head:
    """The end of a chain: how many entries it has, and the digest of the last."""

    sequence: int = 0
    digest: str = GENESIS

    def __str__(self) -> str:
        """As commands print and read it."""
        return f"{self.sequence}:{self.digest}"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something wrong with the chain; ``first`` and ``last`` are the places it is about."""

    kind: str
    first: int
    last: int
    message: str

    def __str__(self) -> str:
        """One line for a terminal."""
        places = f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"
        return f"{self.kind} {places}: {self.message}"


def payload_body(before: JsonObject | None, after: JsonObject | None) -> str:
    """The payload as text that is always the same for the same values."""
    return _sorted_json({"after": after, "before": before})


def payload_digest(salt: str, body: str) -> str:
    """What of a payload goes into the chain."""
    return hashlib.sha256(bytes.fromhex(salt) + body.encode()).hexdigest()


def entry_digest(entry: Entry) -> str:
    """The digest that an entry with this content must have."""
    instant = entry.occurred_at.astimezone(UTC).isoformat(timespec="microseconds")
    told = [
        entry.previous,
        entry.sequence,
        instant,
        entry.actor,
        entry.action,
        entry.subject_type,
        entry.subject_id,
        entry.payload_digest,
    ]
    text = _json(told)
    return hashlib.sha256(text.encode()).hexdigest()


def link(entry: Entry, after: Head) -> Entry:
    """Put an entry behind the end of a chain."""
    placed = entry._replace(sequence=after.sequence + 1, previous=after.digest)
    return placed._replace(digest=entry_digest(placed))


@dataclass(kw_only=True)
class Verification:
    """Walks along a chain and notes what is wrong; memory does not grow with the chain.

    ``start`` is the last entry that is taken as given: the empty chain, or the
    one before the first to be looked at.
    """

    start: Head = field(default_factory=Head)
    anchors: tuple[Head, ...] = ()
    """Heads known from elsewhere; a place of 0 means that only the digest is known."""

    findings: list[Finding] = field(default_factory=list)
    checked: int = 0
    end: Head = field(default_factory=Head)
    _erased: dict[int, int] = field(default_factory=dict)
    """Erased places, each with the newest entry that says so."""

    _without_payload: list[int] = field(default_factory=list)
    _shift: int = 0
    _met: set[str] = field(default_factory=set)
    _newest: dict[tuple[str, str], int] = field(default_factory=dict)

    def walk(self, entries: Iterable[Entry]) -> None:
        """Check every entry, in the order of their places."""
        self.end = self.start
        self._met.add(self.start.digest)
        wanted = {anchor.digest for anchor in self.anchors}
        for entry in entries:
            self.checked += 1
            self._check(entry)
            if entry.digest in wanted:
                self._met.add(entry.digest)
            self.end = Head(sequence=entry.sequence, digest=entry.digest)
        self._look_for_anchors()
        self._look_for_payloads()

    def expect_end(self, kept: Head) -> None:
        """Compare with the head that is kept beside the chain."""
        if self.end.sequence < kept.sequence:
            message = f"the chain ends at {self.end.sequence}, but its head says {kept.sequence} entries"
            self._note("cut off", self.end.sequence + 1, kept.sequence, message)
        elif self.end.sequence > kept.sequence:
            message = f"these stand behind the head, which says {kept.sequence} entries"
            self._note("inserted", kept.sequence + 1, self.end.sequence, message)
        elif self.end.digest != kept.digest and not self.findings:
            self._note("altered", kept.sequence, kept.sequence, "the head has another digest than the entry")

    def _check(self, entry: Entry) -> None:
        expected = self.end.sequence + 1
        if entry.sequence > expected:
            self._note("missing", expected, entry.sequence - 1, "no such entry")
        elif entry.sequence < expected:
            self._note("inserted", entry.sequence, entry.sequence, "a place before the first")
        if entry_digest(entry) != entry.digest:
            self._name_wrong_content(entry)
        elif entry.sequence == expected and entry.previous != self.end.digest:
            message = f"does not follow entry {expected - 1}, which was rewritten, or put in after it"
            self._note("broken link", entry.sequence, entry.sequence, message)
        self._check_payload(entry)

    def _name_wrong_content(self, entry: Entry) -> None:
        written_for = self._place_written_for(entry)
        if written_for is None:
            message = "its content or digest is not what was written"
            self._note("altered", entry.sequence, entry.sequence, message)
            return
        self._shift = written_for - entry.sequence
        side = "an entry before it was put in" if self._shift < 0 else "an entry before it was taken out"
        message = f"written {abs(self._shift)} places {'earlier' if self._shift < 0 else 'later'}: {side}"
        self._note("reordered", entry.sequence, entry.sequence, message + ", or two were exchanged")

    def _place_written_for(self, entry: Entry) -> int | None:
        searched = SEARCHED_PLACES if len(self.findings) < MOST_FINDINGS else 0
        for shift in (self._shift, *(sign * n for n in range(1, searched + 1) for sign in (-1, 1))):
            place = entry.sequence + shift
            if shift and place > 0 and entry_digest(entry._replace(sequence=place)) == entry.digest:
                return place
        return None

    def _check_payload(self, entry: Entry) -> None:
        if entry.action == ERASED and entry.subject_type == EVENT_SUBJECT and entry.subject_id.isdecimal():
            self._erased[int(entry.subject_id)] = entry.sequence
        if entry.salt is None or entry.body is None:
            self._without_payload.append(entry.sequence)
        elif payload_digest(entry.salt, entry.body) != entry.payload_digest:
            message = "the values before and after are not what was written"
            self._note("altered payload", entry.sequence, entry.sequence, message)

    def _look_for_payloads(self) -> None:
        for place in self._without_payload:
            if self._erased.get(place, 0) <= place:
                message = (
                    "the values before and after are gone, and no later entry says that they were erased"
                )
                self._note("missing payload", place, place, message)

    def _look_for_anchors(self) -> None:
        for anchor in self.anchors:
            if anchor.digest in self._met or 0 < anchor.sequence < self.start.sequence:
                continue
            if anchor.sequence > self.end.sequence:
                message = f"the chain ends at {self.end.sequence}, but its head once was {anchor}"
                self._note("cut off", self.end.sequence + 1, anchor.sequence, message)
            else:
                message = f"no entry has the digest of the kept head {anchor}: cut off or written anew"
                self._note("cut off", anchor.sequence or self.end.sequence, self.end.sequence, message)

    def _note(self, kind: str, first: int, last: int, message: str) -> None:
        """Keep a finding; neighbours with the same message become one."""
        key = (kind, message)
        place = self._newest.get(key)
        if place is not None and self.findings[place].last + 1 == first:
            self.findings[place] = replace(self.findings[place], last=last)
        elif len(self.findings) < MOST_FINDINGS:
            self._newest[key] = len(self.findings)
            self.findings.append(Finding(kind=kind, first=first, last=last, message=message))

    def summed_up(self) -> list[Finding]:
        """The findings in the order of their places."""
        return sorted(self.findings, key=lambda finding: (finding.first, finding.kind))
