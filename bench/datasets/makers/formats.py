"""Recognises the format of a file that is none of those that are read, to say what to do with it."""

from __future__ import annotations

_MAGIC = {
    b"ARROW1": ("Feather", "pandas.read_feather"),
    b"FEA1": ("Feather", "pandas.read_feather"),
    b"Obj\x01": ("Avro", "Spark"),
    b"\x89HDF\r\n\x1a\n": ("HDF5", "pandas.read_hdf"),
    b"SQLite format 3": ("an SQLite database", "pandas.read_sql"),
}
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xfd7zXZ\x00": "xz",
}
_READ = {"Parquet": (b"PAR1", ".parquet"), "ORC": (b"ORC", ".orc")}
HEAD_BYTES = 4096


def other_format(head: bytes, wanted: str) -> str | None:
    """Return what a file is instead of what it should be and what to do, as the end of a sentence; None if unclear.

    Args:
        head: Its first bytes, `HEAD_BYTES` of them if it has as many.
        wanted: Name of the format that it should have.
    """
    for name, (magic, ending) in _READ.items():
        if name != wanted and head.startswith(magic):
            return f"is {name} and no {wanted}, as its name or the files beside it say: give it the ending {ending}"
    if head.startswith(b"PARE"):
        return "is Parquet that is encrypted: write it without encryption"
    for magic, (name, reader) in _MAGIC.items():
        if head.startswith(magic):
            return f"is {name} and no Parquet: read it with {reader} and write it as Parquet"
    for magic, name in _PACKED.items():
        if head.startswith(magic):
            return f"is packed with {name} and no Parquet: unpack it, and write what is inside as Parquet"
    if not head or b"\0" in head or head.startswith(b"PAR"):
        return None
    # A character may be cut in two at the end.
    if head.decode(errors="replace").rstrip("\ufffd").count("\ufffd"):
        return None
    name, reader = (
        ("JSON", "pandas.read_json") if head.lstrip()[:1] in b"{[" else ("text, such as CSV,", "pandas.read_csv")
    )
    return f"is {name} and no Parquet: read it with {reader} and write it as Parquet"
