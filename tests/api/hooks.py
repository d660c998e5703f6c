"""What schemathesis does with every answer: nothing that was planted may come back to those who may not see it.

The planted words stand in CALLBOX_PLANTED, a JSON list; the answers are those of one role, so the list is that role's.
"""

import json
import os

import schemathesis

PLANTED = json.loads(os.environ.get("CALLBOX_PLANTED", "[]"))
# What no answer ever holds: hashes of passwords, the names of files and code, words of a crash.
NEVER = ["$argon2", "panicked at", "/root/", "src/", "RUST_BACKTRACE", "SELECT ", "rusqlite"]


@schemathesis.check
def nothing_leaks(ctx, response, case):
    """No planted word, and nothing of the inside, in an answer's body or headers."""
    text = response.content.decode("utf-8", "replace")
    text += "\n".join(f"{name}: {value}" for name, values in response.headers.items() for value in values)
    for word in PLANTED:
        assert word not in text, f"what may not be seen came back: {word}"
    sent = json.dumps(str(case.body)) + str(case.query) + str(case.path_parameters) + str(case.headers)
    for word in NEVER:
        assert word not in text or word in sent, f"something of the inside came back: {word}"
