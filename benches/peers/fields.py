"""The same flood through Waterbed and landlab, the same sky through Waterbed and solweig, on this machine: agreement and times.

`just bench-peers`, or `python3 benches/peers/fields.py [SCRATCH]`. Makes a virtual environment in a scratch folder (argument, else
a temporary one) and installs landlab (OverlandFlow is the local inertial scheme of de Almeida et al. 2012) and solweig there. What
cannot be installed is left out, with the reason. Times are wall seconds of the solver alone where a peer tells them apart.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
N, CELL_M, MANNING, RAIN_MM_H, DURATION_S = 200, 5.0, 0.03, 60.0, 3600.0
GAUGES = [(k, j) for j in range(10, N, 20) for k in range(10, N, 20)]


def run(*command, **options):
    return subprocess.run([str(c) for c in command], check=True, text=True, stdout=subprocess.PIPE, **options).stdout


def python_with(scratch, *packages):
    folder = scratch / "venv"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def ascii_grid(path, rows, cell_m):
    head = f"ncols {len(rows[0])}\nnrows {len(rows)}\nxllcorner 0\nyllcorner 0\ncellsize {cell_m}\nNODATA_value -9999\n"
    path.write_text(head + "\n".join(" ".join(f"{v:.6f}" for v in row) for row in rows) + "\n")


def hills():
    """Gentle hills with hollows, on a plane that falls to the south-east; row 0 is the north."""
    import math

    def z(x, y):
        return 20 - 0.004 * x + 0.003 * y + 0.8 * math.sin(x / 70) * math.cos(y / 90)

    return [[z((k + 0.5) * CELL_M, (N - j - 0.5) * CELL_M) for k in range(N)] for j in range(N)]


def waterbed_flood(program, scratch, threads):
    case = scratch / "flood.toml"
    ascii_grid(scratch / "dem.asc", hills(), CELL_M)
    text = f'dem = "dem.asc"\nmanning = {MANNING}\nsolver = "local-inertial"\nduration_s = {DURATION_S}\n'
    text += f"output_every_s = {DURATION_S}\n[rain]\nseries = [[0, {RAIN_MM_H}], [{DURATION_S}, {RAIN_MM_H}]]\n"
    text += "[numerics]\ntheta = 0.8\nalpha = 0.7\n"
    for n, (k, j) in enumerate(GAUGES):
        text += f'[[gauge]]\nname = "{n}"\nx = {(k + 0.5) * CELL_M}\ny = {(N - j - 0.5) * CELL_M}\n'
    case.write_text(text)
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    out = scratch / f"flood-{threads}"
    summary = json.loads(run(program, "flood", case, "--out", out, "--backend", "cpu", "--json", env=environment))
    lines = (out / "gauges.csv").read_text().splitlines()[-len(GAUGES) :]
    return summary["steps"], summary["wall_s"], [float(line.split(",")[3]) for line in lines]


LANDLAB = """
import json, sys, time, numpy
from landlab import RasterModelGrid
from landlab.components import OverlandFlow
n, cell, manning, rain, end = int(sys.argv[1]), *map(float, sys.argv[2:6])
rows = numpy.loadtxt(sys.argv[6], skiprows=6)
grid = RasterModelGrid((n, n), xy_spacing=cell)
grid.add_field("topographic__elevation", numpy.flipud(rows).ravel(), at="node")
grid.add_full("surface_water__depth", 1e-8, at="node")
grid.set_closed_boundaries_at_grid_edges(True, True, True, True)
flow = OverlandFlow(grid, mannings_n=manning, alpha=0.7, theta=0.8, rainfall_intensity=rain / 3.6e6, steep_slopes=True)
t, steps, started = 0.0, 0, time.perf_counter()
while t < end:
    dt = min(flow.calc_time_step(), 10.0, end - t)
    flow.overland_flow(dt)
    t += dt
    steps += 1
wall = time.perf_counter() - started
print(json.dumps([steps, wall, grid.at_node["surface_water__depth"].reshape(n, n)[::-1].tolist()]))
"""


def flood_table(program, scratch):
    print(f"## Flood: {N} × {N} cells of {CELL_M:g} m, {RAIN_MM_H:g} mm/h for {DURATION_S / 60:g} minutes, closed edges\n")
    one, cores = waterbed_flood(program, scratch, 1), os.cpu_count()
    many = waterbed_flood(program, scratch, cores)
    python = python_with(scratch, "landlab")
    arguments = [N, CELL_M, MANNING, RAIN_MM_H, DURATION_S, scratch / "dem.asc"]
    steps, wall, depth = json.loads(run(python, "-c", LANDLAB, *arguments))
    theirs = [depth[j][k] for k, j in GAUGES]
    # landlab keeps the outermost ring of nodes as boundary: it holds no water of its own. Gauges lie 10 cells inside.
    differences = sorted(abs(a - b) for a, b in zip(one[2], theirs))
    wet = [(a, b) for a, b in zip(one[2], theirs) if max(a, b) > 0.01]
    middle, high = differences[len(differences) // 2], differences[int(0.95 * len(differences))]
    print("| who | threads | steps | wall s | cell-steps/s | times Waterbed, one thread |")
    print("|---|---|---|---|---|---|")
    for who, threads, s, w in [
        ("Waterbed", 1, one[0], one[1]),
        ("Waterbed", cores, many[0], many[1]),
        ("landlab OverlandFlow", 1, steps, wall),
    ]:
        print(f"| {who} | {threads} | {s} | {w:.2f} | {N * N * s / w / 1e6:.2f} M | {w / one[1]:.1f} |")
    print(
        f"\nDepth after {DURATION_S / 60:g} minutes at {len(GAUGES)} gauges ({len(wet)} of them over 1 cm): median difference"
        f" {1000 * middle:.1f} mm, 95 % below {1000 * high:.1f} mm, mean depth {1000 * sum(one[2]) / len(GAUGES):.1f} and"
        f" {1000 * sum(theirs) / len(GAUGES):.1f} mm.\n"
    )


def program():
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "release" / ("waterbed.exe" if os.name == "nt" else "waterbed")


def main():
    scratch = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="waterbed-peers-"))
    scratch.mkdir(parents=True, exist_ok=True)
    ours = program()
    for table in [flood_table]:
        try:
            table(ours, scratch)
        except subprocess.CalledProcessError as error:
            print(f"\nleft out: {error}")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"load of the machine at the end {load:.1f}, on {os.cpu_count()} cores")


main()
