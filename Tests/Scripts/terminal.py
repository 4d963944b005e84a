# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
r"""Types answers at a terminal as their questions come; prints what the terminal showed and the exit code. Fails when a question
changes how the terminal shows what is written, or when the terminal is left other than it was.

    terminal.py ANSWERS COMMAND…

A line of the file ANSWERS is QUESTION<tab>ANSWER; Enter follows each answer but ^C, ^D and ^\; \n and \x15 stand for those bytes.
An empty question is none: the answer is typed ahead. SIGTERM, or another signal's name, is sent and not typed;
PAUSE is nothing for three seconds.
"""

import os
import pty
import re
import select
import signal
import sys
import termios
import time

os.environ["TERM"] = "xterm"
KEYS = {"^C": b"\x03", "^D": b"\x04", "^\\": b"\x1c"}


def typed(answer):
    spelled = re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), answer.replace("\\n", "\n"))
    return KEYS.get(answer) or spelled.encode() + b"\n"


with open(sys.argv[1], encoding="utf-8") as lines:
    answers = [line.rstrip("\n").split("\t") for line in lines]
pid, terminal = pty.fork()
if pid == 0:
    # A shell in the background ignores some of them.
    for number in [signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP]:
        signal.signal(number, signal.SIG_DFL)
    os.execvp(sys.argv[2], sys.argv[2:])
before = termios.tcgetattr(terminal)
seen, mark, left, started = b"", 0, b"", time.time()


def step(seconds=30):
    """Reads what there is, and writes as much of what is left as the terminal takes; False at its end."""
    global seen, left
    readable, writable, _ = select.select([terminal], [terminal] if left else [], [], seconds)
    try:
        if readable:
            piece = os.read(terminal, 65536)
            seen += piece
            return bool(piece)
        if writable:
            left = left[os.write(terminal, left[:512]):]
        return bool(writable)
    except OSError:
        return False


for question, answer in answers:
    while left or question.encode() not in seen[mark:]:
        if not step():
            sys.exit(f"no question {question!r} in {seen[mark:].decode(errors='replace')!r}")
    mark = seen.index(question.encode(), mark) + len(question.encode())
    [taken, shown, control] = termios.tcgetattr(terminal)[:3]
    if taken & ~before[0] or [shown, control] != before[1:3]:
        sys.exit(f"the terminal's settings at {question!r}: {taken:o} {shown:o} {control:o}, before: {before[:3]}")
    if answer in signal.Signals.__members__:
        os.kill(pid, signal.Signals[answer])
    elif answer == "PAUSE":
        time.sleep(3)
    else:
        left = typed(answer)
while step():
    pass
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
if termios.tcgetattr(terminal) != before:
    sys.exit(f"the terminal's settings at the end: {termios.tcgetattr(terminal)}, before: {before}")
sys.stdout.write(seen.decode(errors="replace"))
print(f"exit {status} after {time.time() - started:.0f} s")
