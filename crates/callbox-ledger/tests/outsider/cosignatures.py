"""An outsider's check of a cosigned checkpoint, written from the C2SP texts alone.

    python3 cosignatures.py NOTE-FILE KEY...

Needs the package cryptography (47 or newer for ML-DSA-44). Prints one line for each key, "NAME TYPE TIME", or
"wrong: ..." and exits 1. Exits 3 when the package is missing or too old.
"""

import base64
import hashlib
import struct
import sys

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
except ImportError:
    sys.exit(3)


def opaque(text):
    data = text.encode()
    return bytes([len(data)]) + data


def check(note, vkey):
    name, key_hash, key = vkey.split("+", 2)
    key = base64.b64decode(key, validate=True)
    kind, public = key[0], key[1:]
    key_id = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if key_id.hex() != key_hash:
        raise ValueError("the key's hash does not fit")
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    origin, size, root = text.split("\n")[:3]
    for line in lines.splitlines():
        dash, signer, signature = line.split(" ")
        signature = base64.b64decode(signature, validate=True)
        if (dash, signer, signature[:4]) != ("—", name, key_id):
            continue
        signature = signature[4:]
        if kind == 0x01:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
            return f"{name} 1 -"
        time, signature = struct.unpack(">Q", signature[:8])[0], signature[8:]
        if kind == 0x04:
            message = f"cosignature/v1\ntime {time}\n{text}".encode()
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        elif kind == 0x06:
            message = b"subtree/v1\n\0" + opaque(name) + struct.pack(">Q", time)
            message += opaque(origin) + struct.pack(">QQ", 0, int(size)) + base64.b64decode(root)
            MLDSA44PublicKey.from_public_bytes(public).verify(signature, message)
        else:
            raise ValueError(f"unknown type {kind}")
        return f"{name} {kind} {time}"
    raise ValueError(f"no signature by {name}")


def main():
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        note = file.read()
    try:
        for vkey in sys.argv[2:]:
            print(check(note, vkey))
    except (ValueError, InvalidSignature) as error:
        print("wrong:", repr(error))
        sys.exit(1)


main()
