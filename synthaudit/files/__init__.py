"""All file work: nothing else in the package opens a file for writing.

So a fault injected here is a fault injected everywhere.
"""

from synthaudit.files.earlier import KEPT, dated_folders, set_aside_dated
from synthaudit.files.reading import excess, json_structure, open_input, parsed_json, read_document, sha256_of
from synthaudit.files.text import printable, toml_text, written_out
from synthaudit.files.writing import (
    PREVIOUS,
    create_private,
    leaves_its_folder,
    machine_faults,
    only_one,
    prepare_output_folder,
    private_temporary,
    set_aside,
    sweep_temporaries,
    write_atomic,
)

__all__ = [
    "KEPT",
    "PREVIOUS",
    "create_private",
    "dated_folders",
    "excess",
    "json_structure",
    "leaves_its_folder",
    "machine_faults",
    "only_one",
    "open_input",
    "parsed_json",
    "prepare_output_folder",
    "printable",
    "private_temporary",
    "read_document",
    "set_aside",
    "set_aside_dated",
    "sha256_of",
    "sweep_temporaries",
    "toml_text",
    "write_atomic",
    "written_out",
]
