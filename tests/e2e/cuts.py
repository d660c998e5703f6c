"""Many random cuts of the live stream while others write: in the end the board is exact.

    tests/e2e/cuts.py --binary target/debug/callbox [--cuts 10000] [--streams 4] [--seed 1]

Runs the board's own store and stream (assets/js) in node over real connections, several boards at once, each with a
seed of its own and its share of the cuts. The last line is "N passed, N failed".
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading

from server import Client, Server


def write(server, stop, count, seed):
    """Takes calls, sends units, moves their statuses, closes: everything that changes rows."""
    client = Client(server, "supervisor")
    board = client.ask("GET", "/board")
    dice = random.Random(seed)
    kinds = [row["code"] for row in board["types"]]
    status = {meaning: next(row["code"] for row in board["statuses"] if row["meaning"] == meaning) for meaning in ("en_route", "on_scene", "available")}
    disposition = board["dispositions"][0]["code"]
    free = [row["call_sign"] for row in board["units"] if row["meaning"] == "available" and not row["shared_crew"]]
    busy = []
    while not stop.is_set():
        try:
            if free and (len(busy) < 6 or dice.random() < 0.3):
                unit = free.pop(dice.randrange(len(free)))
                id = client.ask("POST", "/incidents", {"type": dice.choice(kinds), "place": f"{count[0] + 1} Cut Street"})["incident"]
                client.ask("POST", f"/incidents/{id}/units", {"units": [unit]})
                busy.append([unit, id, 0])
                count[0] += 2
            else:
                one = dice.choice(busy)
                unit, id, step = one
                if step < 3:
                    client.ask("POST", f"/units/{unit}/status", {"status": status[("en_route", "on_scene", "available")[step]]})
                    one[2] += 1
                else:
                    client.ask("POST", f"/incidents/{id}/close", {"disposition": disposition})
                    busy.remove(one)
                    free.append(unit)
                count[0] += 1
        except RuntimeError as error:
            print(f"        {error}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--cuts", type=int, default=10_000)
    parser.add_argument("--streams", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not shutil.which("node"):
        print("skipped: there is no node\n0 passed, 0 failed")
        return 0
    here = os.path.dirname(os.path.abspath(__file__))
    directory = tempfile.mkdtemp(prefix="callbox-cuts-")
    server = Server(options.binary, directory)
    stop, count = threading.Event(), [0]
    try:
        server.demo("--no-calls", "--history", "1", "--speed", "1")
        server.stop()
        server.serve()
        client = Client(server, "dispatcher")
        each = -(-options.cuts // options.streams)
        boards = [subprocess.Popen(["node", os.path.join(here, "cuts.mjs"), server.origin, client.cookie, str(each), str(options.seed + number)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for number in range(options.streams)]
        writer = threading.Thread(target=write, args=(server, stop, count, options.seed), daemon=True)
        writer.start()
        for node in boards:
            node.stdout.readline()
        stop.set()
        writer.join(30)
        isFine = True
        total = messages = 0
        for number, node in enumerate(boards):
            node.stdin.write("over\n")
            node.stdin.flush()
            found = json.loads(node.stdout.readline())
            node.wait(60)
            total += found["cuts"]
            messages += found["delivered"]
            isFine = isFine and node.returncode == 0
            print(f"        seed {options.seed + number}: {found['cuts']} cuts, {found['delivered']} messages, {found['resets']} resets; "
                  f"{found['incidents']} incidents and {found['units']} units the same after {found['settled_ms']} ms: {found['same']}; rows that went back: {found['older']}")
        print(f"        {total} cuts, {count[0]} writes, {messages} messages")
        if messages * 5 < total:
            print("        too few messages came through for the cuts to say anything")
            isFine = False
        print(f"{'ok     ' if isFine else 'FAILED '} the boards are exact after {options.cuts} random cuts of their streams")
        print(f"{int(isFine)} passed, {int(not isFine)} failed")
        return 0 if isFine else 1
    finally:
        stop.set()
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
