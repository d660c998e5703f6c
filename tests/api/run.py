#!/usr/bin/env python3
"""Sends what schemathesis makes of the server's own OpenAPI description: unauthenticated, and as each role.

    tests/api/run.py --schemathesis target/outsiders/bin/schemathesis

Each role gets a center of its own, with words planted in an open incident, in a closed one, in a premise note and in an
account. No answer may be a server error, differ from its description, or hold a planted word that the role may not see.
The last line is "N passed, N failed": one for each role, and one for each stream that was looked at.
"""

import argparse
import concurrent.futures
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from server import Server  # noqa: E402

ROLES = ["nobody", "call-taker", "dispatcher", "supervisor", "administrator", "auditor", "service"]
PEOPLE = {"call-taker", "dispatcher", "supervisor"}
# What was planted where, and who sees it without stating a purpose.
OPEN = ["MARK-OPEN-CALLER", "MARK-OPEN-NUMBER", "MARK-OPEN-PLACE", "MARK-OPEN-WORDS"]
CLOSED = ["MARK-CLOSED-CALLER", "MARK-CLOSED-NUMBER", "MARK-CLOSED-PLACE", "MARK-CLOSED-WORDS"]
PREMISE = ["MARK-PREMISE-WORDS"]
# The stream has no end, and schemathesis waits for one: it is looked at apart.
STREAM = "/api/v1/live"
# Whoever states a purpose may read for it: sent after all others, or nothing would be withheld any more.
PURPOSE = "/api/v1/consultations/purpose"
CHECKS = ",".join([
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "unsupported_method", "missing_required_header", "negative_data_rejection", "nothing_leaks",
])


def planted(role):
    """The words that must not come back to this role."""
    words = CLOSED.copy()
    if role not in PEOPLE:
        words += OPEN
    # Supervisors keep the notes, and read them for that.
    if role != "supervisor":
        words += PREMISE
    return words


def ago(hours):
    """The time so many hours ago, as the interface takes it."""
    then = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=hours)
    return then.isoformat(timespec="seconds")


class Center:
    """A center of its own, as it is after the words were planted."""

    def __init__(self, binary, directory):
        self.binary = binary
        self.directory = directory
        self.server = Server(binary, os.path.join(directory, "seed"))
        self.tokens = {}

    def command(self, *words):
        done = subprocess.run([self.binary, *words, "--data", self.server.data], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"callbox {' '.join(words)}: {done.stderr}")
        return done.stdout

    def ask(self, role, method, path, body=None, key=None):
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.tokens[role]}"}
        if method != "GET":
            headers["Idempotency-Key"] = key or os.urandom(8).hex()
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.server.origin + "/api/v1" + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()}") from None

    def wait_for_tokens(self):
        """The running server looks every half second at what the command line changed; a busy machine is slower."""
        end = time.monotonic() + 60
        for token in self.tokens.values():
            headers = {"Authorization": f"Bearer {token}"}
            request = urllib.request.Request(self.server.origin + "/api/v1/wall", headers=headers)
            while True:
                try:
                    urllib.request.urlopen(request, timeout=30).close()
                    break
                except urllib.error.HTTPError as error:
                    if error.code != 401 or time.monotonic() > end:
                        raise RuntimeError(f"a new token opens nothing: {error}") from None
                    time.sleep(0.2)

    def plant(self):
        """A demo's town without its day, an account for each role, and the planted words."""
        self.server.demo("--no-calls", "--history", "0")
        for role in ROLES[1:]:
            self.command("user", "add", f"x-{role}", "--role", role)
            label = ["--label", "schemathesis", "--days", "1"]
            made = json.loads(self.command("token", "add", f"x-{role}", *label, "--format", "json"))
            self.tokens[role] = made["token"]
        self.wait_for_tokens()
        board = self.ask("dispatcher", "GET", "/board")
        kind = board["types"][0]["code"]
        for name, words in (("OPEN", OPEN), ("CLOSED", CLOSED)):
            call = {"type": kind, "place": words[2], "caller_name": words[0], "caller_number": words[1], "text": words[3]}
            if name == "CLOSED":
                call["at"] = ago(hours=3)
            taken = self.ask("call-taker", "POST", "/incidents", call)
            setattr(self, name.lower(), taken["incident"])
        # Longer ago than what counts as the present work: only a stated purpose opens it.
        closing = {"disposition": board["dispositions"][0]["code"], "at": ago(hours=2)}
        self.ask("dispatcher", "POST", f"/incidents/{self.closed}/close", closing)
        self.ask("supervisor", "POST", "/premises/notes", {
            "hazard": "substances", "owner": board["agencies"][0]["code"], "place": "1 Planted St", "text": PREMISE[0],
            "expires": ago(-9_000), "review": ago(-4_000),
        })

    def copy(self, role):
        """Another server with the same data."""
        there = os.path.join(self.directory, role)
        server = Server(self.binary, there)
        shutil.copytree(self.server.data, server.data)
        server.start("demo", "--no-calls")
        return server


def stream(server, token):
    """The first bytes of the stream as somebody gets them, and its status."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(server.origin + STREAM, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read1(65_536).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")
    except OSError as error:
        return f"nothing: {error}", ""


def newest():
    """The binary that was built last."""
    built = [os.path.join(HERE, "..", "..", "target", kind, "callbox") for kind in ("release", "debug")]
    built = [path for path in built if os.path.exists(path)]
    if not built:
        sys.exit("there is no binary; build it first: cargo build")
    return max(built, key=os.path.getmtime)


def look(options, center, role, directory):
    """Everything that is sent as one role; whether the requests and the stream came out as they should."""
    begin = time.monotonic()
    token = center.tokens.get(role)
    server = center.copy(role)
    try:
        ok, words = fuzz(options, server, role, token, directory)
        status, text = stream(server, token)
    finally:
        server.stop()
    leaks = [word for word in planted(role) if word in text]
    streams = status == (200 if role in PEOPLE else 401 if role == "nobody" else 403) and not leaks
    print(f"{'ok     ' if ok else 'FAILED '} {role}: {words} ({time.monotonic() - begin:.0f} s)", flush=True)
    if not streams:
        print(f"FAILED  {role}: the stream answers {status}, leaks {leaks}", flush=True)
    return ok, streams


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", help="target/release/callbox or target/debug/callbox unless given, whichever is newer")
    parser.add_argument("--schemathesis", required=True)
    parser.add_argument("--examples", type=int, default=3)
    parser.add_argument("--roles", default=",".join(ROLES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    options = parser.parse_args()
    # Both are run from elsewhere.
    options.binary = os.path.abspath(options.binary or newest())
    options.schemathesis = os.path.abspath(options.schemathesis)
    directory = options.keep or tempfile.mkdtemp(prefix="callbox-api-")
    os.makedirs(directory, exist_ok=True)
    passed = failed = 0
    try:
        center = Center(options.binary, directory)
        try:
            center.plant()
        finally:
            center.server.stop()
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            for ok, streams in pool.map(lambda role: look(options, center, role, directory), options.roles.split(",")):
                passed += ok + streams
                failed += (not ok) + (not streams)
    finally:
        if not options.keep:
            shutil.rmtree(directory, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def fuzz(options, server, role, token, directory):
    """Runs schemathesis; whether nothing was found, and how much was sent."""
    sent = 0
    for name, selection in (("all", ["--exclude-path", STREAM, "--exclude-path", PURPOSE]), ("purpose", ["--include-path", PURPOSE])):
        command = [
            options.schemathesis, "run", f"{server.origin}/api/v1/openapi.json", "--no-color", "--continue-on-failure",
            "--phases", "examples,coverage,fuzzing", "--max-examples", str(options.examples), "--seed", str(options.seed),
            "--generation-deterministic", "--no-shrink", "--request-timeout", "60", "--suppress-health-check", "all",
            "--checks", CHECKS, "--warnings", "off", "--mode", "all" if role in PEOPLE else "positive", *selection,
        ]
        if token:
            command += ["--header", f"Authorization: Bearer {token}"]
        words = json.dumps(planted(role))
        environment = dict(os.environ, SCHEMATHESIS_HOOKS="hooks", PYTHONPATH=HERE, PYTHONDONTWRITEBYTECODE="1", CALLBOX_PLANTED=words)
        report = os.path.join(directory, f"{role}-{name}.log")
        with open(report, "w", encoding="utf-8") as log:
            done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=directory)
        with open(report, encoding="utf-8") as log:
            text = log.read()
        generated = re.search(r"(\d+) generated", text)
        sent += int(generated[1]) if generated else 0
        if done.returncode or not generated:
            print(text[-6_000:])
            return False, f"see above; {sent} requests"
    with open(server.log.name, encoding="utf-8") as log:
        text = log.read()
    if "panicked" in text:
        return False, f"a thread of the server panicked: {text[text.index('panicked'):][:400]}"
    return True, f"{sent} requests, nothing wrong"


if __name__ == "__main__":
    sys.exit(main())
