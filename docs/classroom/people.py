"""Who may come in, and as which Linux account a learner's server runs."""

import asyncio
import os
import pwd
import secrets
import subprocess
import time
from pathlib import Path

from jupyterhub.auth import Authenticator
from jupyterhub.spawner import LocalProcessSpawner, set_user_setuid
from passwords import LEAST, Passwords
from tornado import web
from traitlets import Unicode

PREFIX = "casebook-"
"""Begins the Linux account of a learner, so that a learner called `root`, or as a colleague, does not get that account."""
NAME = r"^[a-z][a-z0-9_-]{0,19}$"
"""What a learner may be called: also the name of a folder and, behind the prefix, of a Linux account."""
TRIES = 5
WAIT = 60  # seconds, after so many wrong passwords in a row


class ClassList(Authenticator):
    """Whom a teacher puts on the list (the admin page, "Add Users") chooses a password at the first visit.

    Whoever came first under a teacher's name would be the teacher. So teachers have passwords from the first start on, which only the
    one who runs the hub can read.
    """

    folder = Unicode(help="Where passwords are kept.", config=True)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.passwords = Passwords(Path(self.folder) / "passwords.json")
        self.wrong: dict[str, list[float]] = {}  # {name: when}
        first = Path(self.folder) / "first_passwords.txt"
        for name in sorted(name for name in self.admin_users if name not in self.passwords):
            password = secrets.token_urlsafe(9)
            self.passwords.set(name, password)
            with open(os.open(first, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
                file.write(f"{name} {password}\n")
            self.log.warning("The first password of %s stands in %s", name, first)

    async def authenticate(self, handler, data):
        """The name, if the password is that person's; else a sentence on the page that asks for it."""
        name, password = self.normalize_username(data["username"]), data["password"]
        if name not in self.allowed_users | self.admin_users:
            raise web.HTTPError(403, f"{name} is not on the list of this class. Ask your teacher which name is yours.")
        recent = [when for when in self.wrong.get(name, []) if time.monotonic() - when < WAIT]
        if len(recent) >= TRIES:
            raise web.HTTPError(403, f"{TRIES} wrong passwords. Wait a minute, or ask your teacher for a new start.")
        if name not in self.passwords:
            if len(password) < LEAST:
                raise web.HTTPError(403, f"This is your first visit: choose a password of at least {LEAST} characters.")
            self.passwords.set(name, password)
        elif not await asyncio.to_thread(self.passwords.right, name, password):
            self.wrong[name] = [*recent, time.monotonic()]
            raise web.HTTPError(403, "That is not the password you chose. Ask your teacher for a new start if you forgot it.")
        self.wrong.pop(name, None)
        return name

    def delete_user(self, user):
        """Who is taken off the list and put on it again chooses a new password; the files stay."""
        self.passwords.forget(user.name)
        super().delete_user(user)


def closed_to_learners(paths: list[Path]) -> list[Path]:
    """The folders on the way to these paths that another account may not enter."""
    folders = {folder for path in paths for folder in path.resolve().parents}
    return sorted(folder for folder in folders if not folder.stat().st_mode & 0o001)


def make_account(name: str, home: Path) -> None:
    """Make the Linux account of a learner, with a home folder that nobody else can read, unless it exists."""
    try:
        pwd.getpwnam(PREFIX + name)
    except KeyError:
        command = ["useradd", "--create-home", "--home-dir", str(home), "--shell", "/bin/bash", PREFIX + name]
        subprocess.run(command, check=True, capture_output=True, text=True)
        home.chmod(0o700)


class OwnAccountSpawner(LocalProcessSpawner):
    """LocalProcessSpawner with the prefix, for machines without systemd."""

    def make_preexec_fn(self, name):
        """What turns the process of the server into one of the learner's."""
        return set_user_setuid(PREFIX + name)

    def user_env(self, env):
        """The learner's own environment."""
        account = pwd.getpwnam(PREFIX + self.user.name)
        return env | {"USER": self.user.name, "HOME": account.pw_dir, "SHELL": account.pw_shell}
