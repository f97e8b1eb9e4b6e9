"""Results on disk, one file per release and attacker, each under the hash of everything it depends on."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

Result = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The place of one result."""

    folder: Path
    table: str
    split: int
    release: str
    who: str
    key: str

    @property
    def file(self) -> Path:
        """Where the result is kept."""
        return self.folder / f"{self.table}-{self.split}-{self.release}-{self.who}.json"

    def read(self) -> Result | None:
        """The result, if it was computed from the same bytes by the same code."""
        if not self.file.exists():
            return None
        kept = json.loads(self.file.read_text(encoding="utf-8"))
        result: Result | None = kept["result"] if kept["key"] == self.key else None
        return result

    def write(self, result: Result) -> None:
        """Keep the result, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.file.with_suffix(".part")
        part.write_text(json.dumps({"key": self.key, "result": result}), encoding="utf-8")
        part.rename(self.file)


def digest(parts: Iterable[pd.DataFrame | Path | str]) -> str:
    """Hash of tables, files and words, in order."""
    found = hashlib.sha256()
    for part in parts:
        if isinstance(part, pd.DataFrame):
            part = part.to_csv(index=False)
        content = part.read_bytes() if isinstance(part, Path) else part.encode()
        found.update(len(content).to_bytes(8, "big") + content)
    return found.hexdigest()[:24]
