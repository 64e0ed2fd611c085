"""OpenSanctions' archive of one data set, on a loopback site: it publishes versions, and what led from one to the next.

    archive = Archive(site, "example_list")
    archive.publishes("20260701000000-aaa", entity("NK-1", "Example Works"))
    archive.publishes("20260702000000-bbb", entity("NK-1", "Example Works"), entity("NK-2", "Another"))

The newest version's index is at `/opensanctions.NAME`, as a mirror has it; the rest is under `/artifacts/`, as theirs.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.worlds.site import Site

Entity = dict[str, Any]


def entity(id: str, name: str, *, target: bool = True, was: tuple[str, ...] = (), **properties: list[str]) -> Entity:
    """A company as entities.ftm.json has it. `was` are ids of others that were found to be the same."""
    return {
        "id": id,
        "caption": name,
        "schema": "Company",
        "properties": {"name": [name], **properties},
        "referents": list(was),
        "datasets": ["example_list"],
        "first_seen": "2026-07-01T00:00:00",
        "target": target,
    }


def lines(*objects: object) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in objects)


class Archive:
    """See the module. What it has shown it knows, so that its changes are true unless a test spoils them."""

    def __init__(self, site: Site, name: str) -> None:
        self.site, self.name = site, name
        self.now: dict[str, Entity] = {}
        self.deltas: dict[str, str] = {}
        self.kept = 100  #: how many of its versions' changes delta.json names
        self.redirects = 0  #: the status by which the address of the newest index leads to that of its version
        self.version = ""

    def path(self, file: str, version: str = "") -> str:
        return f"/artifacts/{self.name}/{version or self.version}/{file}"

    @property
    def address(self) -> str:
        """Where the newest index is asked for."""
        return f"/opensanctions.{self.name}"

    def publishes(self, version: str, *entities: Entity, changes: bytes | None = None, **over: Any) -> None:
        """A version: its files, its index and its changes (or these instead). `over` goes into the index."""
        self.version = version
        before, self.now = self.now, {str(one["id"]): one for one in entities}
        said = lines(*_operations(before, self.now)) if changes is None else changes
        if said:
            self.deltas[version] = self.site.url(self.path("entities.delta.json"))
            self.site.shows(self.path("entities.delta.json"), said)
        kept = dict(list(self.deltas.items())[-self.kept :])
        self.site.shows(self.path("delta.json"), json.dumps({"versions": kept}))
        whole = lines(*entities)
        self.site.shows(self.path("entities.ftm.json"), whole)
        self._index(version, whole, over)

    def fails(self, version: str) -> None:
        """A run that broke: an index without files."""
        index = {"name": self.name, "version": version, "result": "failure", "resources": []}
        self._shows_index(version, index)

    def _index(self, version: str, whole: bytes, over: dict[str, Any]) -> None:
        index = {
            "name": self.name,
            "version": version,
            "result": "success",
            "target_count": sum(1 for one in self.now.values() if one["target"]),
            "delta_url": self.site.url(self.path("delta.json")),
            "resources": [
                {
                    "name": "entities.ftm.json",
                    "url": self.site.url(self.path("entities.ftm.json")),
                    "checksum": hashlib.sha1(whole, usedforsecurity=False).hexdigest(),
                    "size": len(whole),
                }
            ],
        } | over
        self._shows_index(version, index)

    def _shows_index(self, version: str, index: dict[str, Any]) -> None:
        at = self.path("index.json", version) if self.redirects else self.address
        self.site.shows(at, json.dumps(index), etag=f'"{version}"')
        if self.redirects:
            self.site.moves(self.address, at, status=self.redirects)

    def asked(self) -> list[str]:
        """The files asked for since this was last called, in order: "index" and the names of the others."""
        paths = [one.path for one in self.site.asked]
        self.site.asked.clear()
        return ["index" if path == self.address else path.rpartition("/")[2] for path in paths]


def _operations(before: dict[str, Entity], now: dict[str, Entity]) -> list[dict[str, Any]]:
    """What led from one version to the next: an entity is modified when its schema or properties are."""
    added = [{"op": "ADD", "entity": one} for id, one in now.items() if id not in before]
    changed = [
        {"op": "MOD", "entity": one}
        for id, one in now.items()
        if id in before and (before[id]["schema"], before[id]["properties"]) != (one["schema"], one["properties"])
    ]
    return [*added, *changed, *({"op": "DEL", "entity": {"id": id}} for id in before if id not in now)]
