"""The README's first screen: the code is that of a file which runs, and the report is what it prints."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(kind):
    """The first fenced block of a kind."""
    return re.search(rf"```{kind}\n(.*?)```", README, re.DOTALL)[1]


def test_the_first_screen_shows_lines_of_a_file_that_runs():
    assert block("python") in (ROOT / "docs" / "somebodys_network.py").read_text(encoding="utf-8")


def test_the_first_screen_shows_the_report_as_it_is_printed():
    command = [sys.executable, "docs/somebodys_network.py"]
    ran = subprocess.run(command, cwd=ROOT, env=None, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert block("text").strip() in ran.stdout.strip()
