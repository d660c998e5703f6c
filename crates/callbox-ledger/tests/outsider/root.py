"""Computes the root of an export from its entry bundles with the package pymerkle.

    python3 root.py ENTRIES SIZE

Prints the root in base64. Exits 3 when the package is missing.
"""

import base64
import pathlib
import sys

try:
    from pymerkle import InmemoryTree
except ImportError:
    sys.exit(3)

root, size = pathlib.Path(sys.argv[1]) / "tile/entries", int(sys.argv[2])
tree = InmemoryTree(algorithm="sha256")
for index in range((size + 255) // 256):
    width = min(256, size - index * 256)
    name = f"{index:03}" if width == 256 else f"{index:03}.p/{width}"
    bundle = (root / name).read_bytes()
    while bundle:
        end = 2 + int.from_bytes(bundle[:2], "big")
        tree.append_entry(bundle[2:end])
        bundle = bundle[end:]
assert tree.get_size() == size
print(base64.b64encode(tree.get_state()).decode())
