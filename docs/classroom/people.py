"""Who may come in, and as which Linux account a learner's server runs."""

import os
import pwd
import secrets
import subprocess
from pathlib import Path

import bcrypt
from jupyterhub.spawner import LocalProcessSpawner, set_user_setuid
from nativeauthenticator import NativeAuthenticator
from nativeauthenticator.orm import UserInfo
from traitlets import Unicode

PREFIX = "casebook-"
"""Begins the Linux account of a learner, so that nobody who signs up as `root` or as a colleague gets that account."""
NAME = r"^[a-z][a-z0-9_-]{0,19}$"
"""What a learner may be called: also the name of a folder and, behind the prefix, of a Linux account."""


class ClassAuthenticator(NativeAuthenticator):
    """Learners sign up with a password of their own, and a teacher lets them in.

    Whoever signed up first under a teacher's name would be the teacher. So their accounts exist from the first start on, each with a
    password that only the one who runs the hub can read.
    """

    first_passwords = Unicode(help="The file that gets a teacher's first password.", config=True)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        missing = sorted(name for name in self.admin_users if not self.user_exists(name))
        for name in missing:
            password = secrets.token_urlsafe(9)
            hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt())
            self.db.add(UserInfo(username=name, password=hashed, is_authorized=True))
            self.db.commit()
            _append(Path(self.first_passwords), f"{name} {password}\n")
        if missing:
            self.log.warning("First password of %s: see %s. Change it at /hub/change-password.", " and ".join(missing), self.first_passwords)


def _append(path: Path, line: str) -> None:
    """Add a line to a file that nobody else can read."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
        file.write(line)


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
