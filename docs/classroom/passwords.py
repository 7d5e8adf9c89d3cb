"""The passwords of a class, hashed, in one file that only the account of the hub can read.

`python passwords.py NAME` sets one by hand: a teacher's, or that of a learner who forgot it. A running hub notices by itself.
"""

import getpass
import hashlib
import json
import os
import secrets
import sys
from pathlib import Path

COST = {"n": 2**14, "r": 8, "p": 1}
"""Of scrypt: 16 MiB and about 50 ms a password, as RFC 7914 has it for people who wait."""
LEAST = 8
"""Characters of a password."""


class Passwords:
    """{name: password}, of which only hashes are kept; read afresh each time, for another process may have written."""

    def __init__(self, path: Path):
        self.path = path

    def _read(self) -> dict[str, list[str]]:
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def _write(self, kept: dict) -> None:
        part = self.path.with_suffix(".part")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(kept, file, indent=1)
        os.replace(part, self.path)

    def __contains__(self, name: str):
        return name in self._read()

    def set(self, name: str, password: str) -> None:
        """Keep a password. Raises ValueError for one that is too short."""
        if len(password) < LEAST:
            raise ValueError(f"that password has {len(password)} characters; it needs at least {LEAST}")
        salt = secrets.token_bytes(16)
        self._write(self._read() | {name: [salt.hex(), _hash(password, salt).hex()]})

    def forget(self, name: str) -> None:
        """Keep no password for this name."""
        self._write({other: kept for other, kept in self._read().items() if other != name})

    def right(self, name: str, password: str) -> bool:
        """Whether this is the password that was set."""
        salt, wanted = map(bytes.fromhex, self._read()[name])
        return secrets.compare_digest(_hash(password, salt), wanted)


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(errors="surrogatepass"), salt=salt, maxmem=2**26, **COST)


def main(names: list[str]) -> None:
    """Ask for the password of each name."""
    from settings import class_folder

    file = class_folder() / "hub" / "passwords.json"
    if not names or not file.parent.is_dir():
        sys.exit(f"usage: python passwords.py NAME…, once the hub was started (there is {'' if file.parent.is_dir() else 'no '}{file.parent})")
    for name in names:
        first = getpass.getpass(f"Password of {name}: ")
        if first != getpass.getpass("Again: "):
            sys.exit(f"Those were two different passwords; nothing was changed for {name}.")
        try:
            Passwords(file).set(name, first)
        except ValueError as error:
            sys.exit(f"Nothing was changed for {name}: {error}.")


if __name__ == "__main__":
    main(sys.argv[1:])
