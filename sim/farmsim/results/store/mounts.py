"""Whether a folder lies on a network file system, where SQLite's write-ahead log does not work.

The log needs memory that all processes share, which machines do not (SQLite's documentation of WAL). Only
Linux tells what is mounted; elsewhere a Windows share is known by its name.
"""

import re
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/self/mounts")
NETWORK: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "lustre", "9p", "afs", "ceph", "coda"}
    | {"gpfs", "beegfs", "glusterfs", "ocfs2", "gfs2", "pvfs2", "orangefs", "panfs", "vboxsf", "prl_fs"}
    | {f"fuse.{name}" for name in ("sshfs", "glusterfs", "ceph", "rclone", "s3fs", "davfs2", "juicefs")}
)
_ESCAPE: Final = re.compile(r"\\([0-7]{3})")


def lies_on_network(folder: Path, mounts: Path = MOUNTS) -> bool:
    r"""Whether `folder` lies on a network file system, as far as can be known.

    `mounts` is a table in the form of fstab(5); blanks in names are written \040 there.
    """
    place = folder.resolve()
    if place.drive.startswith("\\\\"):
        return True
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return False
    kind, depth = "", -1
    for line in lines:
        _device, at, of_kind, *_options = [_unescaped(field) for field in line.split(" ")]
        point = Path(at)
        if place.is_relative_to(point) and len(point.parts) >= depth:
            kind, depth = of_kind, len(point.parts)
    return kind in NETWORK


def _unescaped(field: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 8)), field)
