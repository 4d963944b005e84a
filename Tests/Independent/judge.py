# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""Judges dossiers by both checkers, `liaison verify` and `tools/verify.py`, and says where they differ.

usage: judge.py LIAISON ANCHORS DOSSIER...

Prints for each dossier its exit code, its verdict and its path. Exits with 1 when the two do not say the same of one of them.
The second checker runs in this process, by the same command line: starting it anew for each of some hundred dossiers would take
longer than their judging.
"""

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import verify


def verdict(code, output):
    """What a checker said: its exit code and its verdict, or all that it printed when that is no verdict."""
    try:
        return f"{code} {json.loads(output)['verdict']}"
    except (ValueError, KeyError, TypeError):
        return f"{code} {output}"


def second(arguments):
    """The verdict of `tools/verify.py`."""
    said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    sys.argv = ["verify.py", *arguments]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = verify.main()
    said.seek(0)
    return verdict(code, said.read())


def first(program, arguments):
    """The verdict of `liaison verify`."""
    done = subprocess.run(
        [program, "verify", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return verdict(done.returncode, done.stdout.decode(errors="replace"))


def main(program, anchors, *dossiers):
    """The command line described at the top of this file."""
    for dossier in dossiers:
        arguments = [dossier, "--trust", anchors, "--format", "json"]
        found, other = first(program, arguments), second(arguments)
        if found != other:
            sys.exit(f"{dossier}: liaison verify says {found}, tools/verify.py {other}")
        print(f"{found} {dossier}")


if __name__ == "__main__":
    main(*sys.argv[1:])
