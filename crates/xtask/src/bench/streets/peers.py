"""Measures OSRM and Valhalla on the points that the bench gives: python3 peers.py GIVEN.json TAKEN.json

Needs PyPI's osrm-bindings and pyvalhalla; what is not installed is left out and said. All times are
milliseconds of CPU of the whole process (result objects included) and by the clock.
"""
import json, os, shutil, statistics, subprocess, sys, time

given = json.load(open(sys.argv[1]))
work, extract, patience = given["work"], given["extract"], given["seconds"]
units, places = given["units"], given["places"]
taken = {}


def run(args):
    """Runs a step of preparation: seconds by the clock, seconds of CPU, peak megabytes."""
    start = time.perf_counter()
    child = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    text = child.stderr.read().decode(errors="replace")
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{args} ended with {child.returncode}: {text[-400:]}")
    return [time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000]


def steps(*commands):
    all_steps = [run(command) for command in commands]
    return {
        "seconds": sum(step[0] for step in all_steps),
        "cpu_seconds": sum(step[1] for step in all_steps),
        "peak_mb": max(step[2] for step in all_steps),
    }


def timed(ask):
    """Least, median and 99th of 100 of CPU milliseconds; at least 3 and at most all places."""
    cpu, wall, begun = [], [], time.perf_counter()
    for place in places:
        before = time.process_time(), time.perf_counter()
        ask(place)
        cpu.append((time.process_time() - before[0]) * 1e3)
        wall.append((time.perf_counter() - before[1]) * 1e3)
        if len(cpu) >= 3 and time.perf_counter() - begun > patience:
            break
    cpu.sort()
    wall.sort()
    at = lambda list, part: list[round(part * (len(list) - 1))]
    return {"cpu": [at(cpu, 0), at(cpu, 0.5), at(cpu, 0.99)], "wall": statistics.median(wall), "n": len(cpu)}


def tables(ask):
    return {
        "500 to 1": timed(lambda place: ask(units[:500], [place])),
        "2000 to 1": timed(lambda place: ask(units, [place])),
        "1 to 500": timed(lambda place: ask([place], units[:500])),
    }


def osrm_tables(engine):
    def ask(sources, targets):
        points = [tuple(point) for point in sources + targets]
        parameters = osrm.TableParameters(
            coordinates=points,
            sources=list(range(len(sources))),
            destinations=list(range(len(sources), len(points))),
            annotations=["duration"],
        )
        engine.Table(parameters)

    return tables(ask)


def meters(a, b):
    import math
    east = math.radians(b[0] - a[0]) * math.cos(math.radians(a[1]))
    return 6_371_000 * math.hypot(east, math.radians(b[1] - a[1]))


def off(point, line):
    """Metres from a point to a line, about."""
    import math
    scale = math.cos(math.radians(point[1]))
    best = float("inf")
    x, y = point[0] * scale, point[1]
    for a, b in zip(line, line[1:]):
        ax, ay, bx, by = a[0] * scale, a[1], b[0] * scale, b[1]
        dx, dy = bx - ax, by - ay
        whole = dx * dx + dy * dy
        part = max(0.0, min(1.0, ((x - ax) * dx + (y - ay) * dy) / whole)) if whole else 0.0
        best = min(best, math.hypot(x - ax - part * dx, y - ay - part * dy))
    return math.radians(best) * 6_371_000


def osrm_route(engine, points):
    parameters = osrm.RouteParameters(
        coordinates=[tuple(point) for point in points], geometries="geojson", overview="full", continue_straight=True
    )
    try:
        answer = engine.Route(parameters)
    except RuntimeError:
        return None
    routes = answer["routes"]
    return (routes[0], answer["waypoints"]) if len(routes) else None


def compare(engine):
    """For each of our ways: OSRM's way, how much of it is ours, and what OSRM thinks of ours."""
    found = []
    for way in given["routes"]:
        theirs = osrm_route(engine, [way["from"], way["to"]])
        if theirs is None:
            found.append(None)
            continue
        route, waypoints = theirs
        line = [tuple(point[:2]) for point in (list(p) for p in route["geometry"]["coordinates"])]
        ours = way["points"]
        on = sum(off(point, ours) < 20 for point in line[::max(1, len(line) // 60)]) if ours else 0
        row = {
            "seconds": route["duration"],
            "meters": route["distance"],
            "shared": on / max(1, len(line[::max(1, len(line) // 60)])),
            "apart": max(meters(list(w["location"]), s) for w, s in zip(waypoints, way["snapped"])) if ours else 0,
        }
        if ours and row["shared"] < 0.95:
            via = ours[:: max(1, len(ours) // 20)][:24]
            priced = osrm_route(engine, [ours[0], *via[1:], ours[-1]])
            row["ours_by_them"] = priced[0]["duration"] if priced else None
        found.append(row)
    return found


try:
    import osrm

    base = os.path.join(work, "peer.osrm")
    link = os.path.join(work, "peer.osm.pbf")
    os.symlink(os.path.abspath(extract), link)
    profile = os.path.join(os.path.dirname(osrm.__file__), "share", "profiles", "car.lua")
    tool = [sys.executable, "-m", "osrm"]
    reading = steps(tool + ["extract", "-p", profile, link])
    mld = steps(tool + ["partition", base], tool + ["customize", base])
    taken["OSRM MLD"] = {"prepare": [reading, mld]}
    engine = osrm.OSRM(algorithm="MLD", storage_config=base, max_locations_distance_table=5000, use_shared_memory=False)
    taken["OSRM MLD"]["tables"] = osrm_tables(engine)
    taken["routes"] = compare(engine)
    del engine
    ch = steps(tool + ["contract", base])
    taken["OSRM CH"] = {"prepare": [reading, ch]}
    engine = osrm.OSRM(algorithm="CH", storage_config=base, max_locations_distance_table=5000, use_shared_memory=False)
    taken["OSRM CH"]["tables"] = osrm_tables(engine)
    del engine
except ImportError as error:
    taken["OSRM"] = {"left_out": str(error)}
except Exception as error:
    taken["OSRM"] = {"left_out": repr(error)[:500]}

try:
    import valhalla
    from valhalla.config import get_config

    tiles = os.path.join(work, "valhalla")
    os.mkdir(tiles)
    config = get_config(tile_extract="", tile_dir=tiles, verbose=False)
    config["service_limits"]["auto"].update(max_matrix_location_pairs=10_000, max_matrix_distance=5e7)
    config["service_limits"]["max_timedep_distance_matrix"] = 0
    # The faster of its two ways for one place and many.
    config["thor"]["source_to_target_algorithm"] = "timedistancematrix"
    config["mjolnir"]["concurrency"] = os.cpu_count()
    file = os.path.join(work, "valhalla.json")
    json.dump(config, open(file, "w"))
    tool = os.path.join(os.path.dirname(valhalla.__file__), "bin", "valhalla_build_tiles")
    if shutil.which("osmium"):
        # Valhalla wants nodes, ways and relations by their ids; sorting is not counted.
        run(["osmium", "sort", "-o", os.path.join(work, "sorted.osm.pbf"), extract])
        extract = os.path.join(work, "sorted.osm.pbf")
    taken["Valhalla"] = {"prepare": [steps([tool, "-c", file, extract])]}
    actor = valhalla.Actor(config)
    spots = lambda points: [{"lon": lon, "lat": lat} for lon, lat in points]

    def ask(sources, targets):
        actor.matrix({"sources": spots(sources), "targets": spots(targets), "costing": "auto", "verbose": False})

    taken["Valhalla"]["tables"] = tables(ask)
except ImportError as error:
    taken["Valhalla"] = {"left_out": str(error)}
except Exception as error:
    taken["Valhalla"] = dict(taken.get("Valhalla", {}), left_out=repr(error)[:500])

json.dump(taken, open(sys.argv[2], "w"))
