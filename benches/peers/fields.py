"""The same flood through Waterbed and landlab, the same dam break through Waterbed and ANUGA, the same sky through Waterbed and
solweig, on this machine: agreement and times.

`just bench-peers`, or `python3 benches/peers/fields.py [SCRATCH]`. Makes a virtual environment in a scratch folder (argument, else
a temporary one) and installs landlab (OverlandFlow is the local inertial scheme of de Almeida et al. 2012), anuga (shallow water on
triangles) and solweig there. What cannot be installed is left out, with the reason. Itzï is not compared: it needs GRASS GIS. WATERBED names a program that is built already. Times are CPU seconds.
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
N, CELL_M, MANNING, RAIN_MM_H, DURATION_S = 300, 5.0, 0.03, 60.0, 1800.0
GAUGES = [(k, j) for j in range(10, N, 20) for k in range(10, N, 20)]


def run(*command, **options):
    return subprocess.run([str(c) for c in command], check=True, text=True, stdout=subprocess.PIPE, **options).stdout


def timed(*command, **options):
    """Output and CPU seconds of a program: on a machine shared with others they say more than wall seconds."""
    before = os.times()
    text = run(*command, **options)
    after = os.times()
    return text, after[2] + after[3] - before[2] - before[3]


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


def waterbed_flood(program, scratch, duration_s):
    case = scratch / "flood.toml"
    ascii_grid(scratch / "dem.asc", hills(), CELL_M)
    text = f'dem = "dem.asc"\nmanning = {MANNING}\nsolver = "local-inertial"\nduration_s = {duration_s}\n'
    text += f"output_every_s = {duration_s}\n[rain]\nseries = [[0, {RAIN_MM_H}], [{duration_s}, {RAIN_MM_H}]]\n"
    text += "[numerics]\ntheta = 0.8\nalpha = 0.7\n"
    for n, (k, j) in enumerate(GAUGES):
        text += f'[[gauge]]\nname = "{n}"\nx = {(k + 0.5) * CELL_M}\ny = {(N - j - 0.5) * CELL_M}\n'
    case.write_text(text)
    environment = {**os.environ, "RAYON_NUM_THREADS": "1"}
    out = scratch / "flood"
    text, cpu = timed(program, "flood", case, "--out", out, "--backend", "cpu", "--json", env=environment)
    summary = json.loads(text)
    lines = (out / "gauges.csv").read_text().splitlines()[-len(GAUGES) :]
    return summary["steps"], cpu, [float(line.split(",")[3]) for line in lines]


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
t, steps, started = 0.0, 0, time.process_time()
while t < end:
    dt = min(flow.calc_time_step(), 10.0, end - t)
    flow.overland_flow(dt)
    t += dt
    steps += 1
wall = time.process_time() - started
print(json.dumps([steps, wall, grid.at_node["surface_water__depth"].reshape(n, n)[::-1].tolist()]))
"""


def flood_table(program, scratch):
    print(f"## Flood: {N} × {N} cells of {CELL_M:g} m, {RAIN_MM_H:g} mm/h for {DURATION_S / 60:g} minutes, closed edges\n")
    # What the command does besides: starting, reading, writing maps.
    besides = min(waterbed_flood(program, scratch, 1.0)[1] for _ in range(3))
    one = min((waterbed_flood(program, scratch, DURATION_S) for _ in range(3)), key=lambda r: r[1])
    one = one[0], max(one[1] - besides, 0.01), one[2]
    # The newest requireit, which landlab asks for, does not run on Python 3.11.
    python = python_with(scratch, "landlab==2.11.0", "requireit==0.8.0")
    # More threads than needed would wait for each other and count as CPU seconds.
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}
    arguments = [N, CELL_M, MANNING, RAIN_MM_H, DURATION_S, scratch / "dem.asc"]
    steps, wall, depth = json.loads(run(python, "-c", LANDLAB, *arguments, env=alone))
    theirs = [depth[j][k] for k, j in GAUGES]
    # landlab keeps the outermost ring of nodes as boundary: it holds no water of its own. Gauges lie 10 cells inside.
    differences = sorted(abs(a - b) for a, b in zip(one[2], theirs))
    wet = [(a, b) for a, b in zip(one[2], theirs) if max(a, b) > 0.01]
    middle, high = differences[len(differences) // 2], differences[int(0.95 * len(differences))]
    print("| who, one thread | steps | CPU s | M cell-steps per CPU second | times Waterbed | per step |")
    print("|---|---|---|---|---|---|")
    for who, s, w in [
        (f"Waterbed, without {besides:.2f} s for reading and writing", one[0], one[1]),
        ("landlab OverlandFlow, the loop alone", steps, wall),
    ]:
        rate, per_step = N * N * s / w / 1e6, w / s / (one[1] / one[0])
        print(f"| {who} | {s} | {w:.2f} | {rate:.2f} | {w / one[1]:.1f} | {per_step:.1f} |")
    print(
        f"\nDepth after {DURATION_S / 60:g} minutes at {len(GAUGES)} gauges ({len(wet)} of them over 1 cm): median difference"
        f" {1000 * middle:.1f} mm, 95 % below {1000 * high:.1f} mm, mean depth {1000 * sum(one[2]) / len(GAUGES):.1f} and"
        f" {1000 * sum(theirs) / len(GAUGES):.1f} mm.\n"
    )


SUN = (2022, 7, 19, 15)


def blocks():
    """A city of blocks of different heights on flat ground, 150 × 150 pixels of 2 m."""
    n = 150
    house = lambda k, j: k % 15 < 9 and j % 12 < 7
    return [[6.0 + 3 * ((k // 15 + 2 * (j // 12)) % 5) if house(k, j) else 0.0 for k in range(n)] for j in range(n)]


def waterbed_sky(program, scratch, hours):
    rows = blocks()
    ascii_grid(scratch / "dsm.asc", rows, 2.0)
    ascii_grid(scratch / "ground.asc", [[0.0] * len(rows[0]) for _ in rows], 2.0)
    lines = "".join(f"{h + 0.5},30,40,2,90,{700 if 5 < h < 19 else 0}\n" for h in hours)
    (scratch / "weather.csv").write_text("hour,temperature_c,humidity_pct,wind_m_s,wind_from_deg,radiation_w_m2\n" + lines)
    case = scratch / "heat.toml"
    date = "{:04}-{:02}-{:02}".format(*SUN[:3])
    text = f'dsm = "dsm.asc"\ndem = "ground.asc"\nweather = "weather.csv"\ndate = "{date}"\nmap_hour = {SUN[3] + 0.5}\n'
    case.write_text(text)
    out = scratch / "heat"
    environment = {**os.environ, "RAYON_NUM_THREADS": "1"}
    return json.loads(run(program, "heat", case, "--out", out, "--backend", "cpu", "--json", env=environment))["sky_s"], out


SOLWEIG = """
import json, math, sys, time, numpy
from PIL import Image
import solweig
from solweig import rustalgos
solweig.disable_gpu()
out = sys.argv[2]
dsm = numpy.loadtxt(sys.argv[1], skiprows=6).astype(numpy.float32)
started = time.process_time()
surface = solweig.SurfaceData(dsm=dsm, pixel_size=2.0)
surface.compute_svf()
wall = time.process_time() - started
theirs = numpy.asarray(surface.svf.svf)
ours = numpy.asarray(Image.open(out + "/svf.tif"))
azimuth, height = map(float, sys.argv[3:5])
shadow = rustalgos.shadowing.calculate_shadows_wall_ht_25(azimuth, height, 2.0, float(dsm.max()), dsm)
names = [n for n in dir(shadow) if not n.startswith("_")]
lit = numpy.asarray(shadow.bldg_sh) if "bldg_sh" in names else None
sun = numpy.asarray(Image.open(out + "/sunlit.tif"))
inside = numpy.s_[20:-20, 20:-20]
ground = dsm[inside] == 0
a, b = ours[inside][ground], theirs[inside][ground]
print(json.dumps({
    "wall": wall, "ours": float(a.mean()), "theirs": float(b.mean()), "mean": float(abs(a - b).mean()),
    "r": float(numpy.corrcoef(a, b)[0, 1]), "high": float(numpy.quantile(abs(a - b), 0.95)),
    "shadow": None if lit is None else float(((sun[inside] > 0.5) == (lit[inside] > 0.5)).mean()), "names": names,
}))
"""


def sun_position():
    """Azimuth and height of the sun, degrees, at 52.1° N 5.2° E: the same short formulas as src/fields/heat/sun.rs."""
    from math import asin, atan2, cos, degrees, pi, radians, sin

    day = 200
    hour = SUN[3] + 0.5
    b = 2 * pi * (day - 1 + (hour - 12) / 24) / 365
    declination = 0.006918 - 0.399912 * cos(b) + 0.070257 * sin(b) - 0.006758 * cos(2 * b) + 0.000907 * sin(2 * b)
    declination += -0.002697 * cos(3 * b) + 0.00148 * sin(3 * b)
    equation = 229.18 * (0.000075 + 0.001868 * cos(b) - 0.032077 * sin(b) - 0.014615 * cos(2 * b) - 0.040849 * sin(2 * b))
    angle = (hour + 5.2 / 15 + equation / 60 - 12) * pi / 12
    latitude = radians(52.1)
    height = asin(sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(angle))
    east = -cos(declination) * sin(angle)
    north = cos(latitude) * sin(declination) - sin(latitude) * cos(declination) * cos(angle)
    return degrees(atan2(east, north)) % 360, degrees(height)


def sky_table(program, scratch):
    print("## Sky and shadow: 150 × 150 pixels of 2 m, blocks of 6 to 18 m\n")
    # On one thread that has the processor to itself, wall seconds are CPU seconds; the fastest of five had it.
    seconds, out = min(waterbed_sky(program, scratch, range(24)) for _ in range(5))
    python = python_with(scratch, "pillow", "--pre", "solweig==0.1.0b96")
    theirs = json.loads(run(python, "-c", SOLWEIG, scratch / "dsm.asc", out, *sun_position()).splitlines()[-1])
    print("| sky view factor | CPU s | times Waterbed |")
    print("|---|---|---|")
    print(f"| Waterbed: 32 directions, 100 m | {seconds:.3f} | 1 |")
    print(f"| solweig: 153 patches | {theirs['wall']:.3f} | {theirs['wall'] / seconds:.1f} |")
    print(
        f"\nSky view factor of the ground, 40 m and more from the rim: mean {theirs['ours']:.3f} and {theirs['theirs']:.3f},"
        f" mean difference {theirs['mean']:.3f}, 95 % below {theirs['high']:.3f}, correlation {theirs['r']:.3f}."
    )
    if theirs["shadow"] is not None:
        print(f"Sun or shade at {SUN[3]}:30 UTC on 19 July: the same in {100 * theirs['shadow']:.1f} % of the pixels.\n")
    else:
        print(f"Its shadows have other names now: {theirs['names']}\n")


def program():
    if "WATERBED" in os.environ:
        return pathlib.Path(os.environ["WATERBED"])
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "release" / ("waterbed.exe" if os.name == "nt" else "waterbed")


DAM_N, DAM_CELL_M, DAM_END_S = 160, 1.25, 20.0


def water_of_dam(x, y):
    """2 m of water within 40 m of the middle, 0.5 m around it."""
    return 2.0 if (x - 100.0) ** 2 + (y - 100.0) ** 2 < 40.0**2 else 0.5


def waterbed_dam(program, scratch, duration_s):
    n, cell = DAM_N, DAM_CELL_M
    ascii_grid(scratch / "flat.asc", [[0.0] * n for _ in range(n)], cell)
    depth = [[water_of_dam((k + 0.5) * cell, (n - j - 0.5) * cell) for k in range(n)] for j in range(n)]
    ascii_grid(scratch / "dam.asc", depth, cell)
    text = f'dem = "flat.asc"\nmanning = {MANNING}\nsolver = "shallow-water"\nduration_s = {duration_s}\n'
    text += f'output_every_s = {duration_s}\ninitial_depth = "dam.asc"\n'
    for k in range(45):
        text += f'[[gauge]]\nname = "{k}"\nx = {100.625 + 2.16 * k}\ny = 100.625\n'
    case = scratch / "dam.toml"
    case.write_text(text)
    out = scratch / "dam"
    environment = {**os.environ, "RAYON_NUM_THREADS": "1"}
    text, cpu = timed(program, "flood", case, "--out", out, "--backend", "cpu", "--json", env=environment)
    lines = (out / "gauges.csv").read_text().splitlines()[-45:]
    return json.loads(text)["steps"], cpu, [float(line.split(",")[3]) for line in lines]


ANUGA = """
import json, sys, time, numpy, anuga
end, manning = float(sys.argv[1]), float(sys.argv[2])
# Four triangles to a square of 2.5 m: as many as the other has cells.
domain = anuga.rectangular_cross_domain(80, 80, len1=200.0, len2=200.0)
domain.set_name("dam")
domain.set_datadir(sys.argv[3])
domain.set_store(False)
domain.set_quantity("elevation", 0.0)
domain.set_quantity("friction", manning)
inside = lambda x, y: (x - 100.0) ** 2 + (y - 100.0) ** 2 < 1600.0
domain.set_quantity("stage", lambda x, y: numpy.where(inside(x, y), 2.0, 0.5), location="centroids")
wall = anuga.Reflective_boundary(domain)
domain.set_boundary({side: wall for side in ["left", "right", "top", "bottom"]})
steps, started = 0, time.process_time()
for t in domain.evolve(yieldstep=end, finaltime=end):
    steps += domain.number_of_steps
spent = time.process_time() - started
xy = domain.get_centroid_coordinates()
stage = domain.quantities["stage"].centroid_values
areas = domain.areas
# The mean of the triangles around each gauge, within 1.25 m.
depth = []
for k in range(45):
    x = 100.625 + 2.16 * k
    near = numpy.hypot(xy[:, 0] - x, xy[:, 1] - 100.625) < 1.25
    depth.append(float((stage[near] * areas[near]).sum() / areas[near].sum()))
print("RESULT " + json.dumps([steps, spent, len(areas), depth, anuga.__version__]))
"""


def dam_table(program, scratch):
    print(f"## Dam break: 200 × 200 m, a round lake of 2 m in 0.5 m of water, {DAM_END_S:g} s, full shallow water\n")
    besides = min(waterbed_dam(program, scratch, 0.01)[1] for _ in range(3))
    steps, cpu, ours = min((waterbed_dam(program, scratch, DAM_END_S) for _ in range(3)), key=lambda r: r[1])
    cpu = max(cpu - besides, 0.01)
    python = python_with(scratch, "anuga==4.1.0")
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}
    text = run(python, "-c", ANUGA, DAM_END_S, MANNING, scratch, env=alone, stderr=subprocess.DEVNULL)
    line = next(line for line in text.splitlines() if line.startswith("RESULT "))
    their_steps, their_cpu, triangles, theirs, version = json.loads(line[7:])
    print("| who, one thread | cells | steps | CPU s | M cell-steps per CPU second | times Waterbed | per step |")
    print("|---|---|---|---|---|---|---|")
    for who, cells, s, w in [
        (f"Waterbed, first order, without {besides:.2f} s for reading and writing", DAM_N * DAM_N, steps, cpu),
        (f"anuga {version}, its default scheme, the loop alone", triangles, their_steps, their_cpu),
    ]:
        per_step = w / s / (cpu / steps)
        print(f"| {who} | {cells} | {s} | {w:.2f} | {cells * s / w / 1e6:.2f} | {w / cpu:.1f} | {per_step:.1f} |")
    differences = sorted(abs(a - b) for a, b in zip(ours, theirs))
    means = sum(ours) / len(ours), sum(theirs) / len(theirs)
    print(
        f"\nDepth on the line from the middle to the wall: mean difference {1000 * sum(differences) / len(differences):.0f} mm,"
        f" 95 % below {1000 * differences[int(0.95 * len(differences))]:.0f} mm; means {1000 * means[0]:.0f} and {1000 * means[1]:.0f} mm\n"
    )


def main():
    scratch = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="waterbed-peers-"))
    scratch.mkdir(parents=True, exist_ok=True)
    ours = program()
    for table in [flood_table, dam_table, sky_table]:
        try:
            table(ours, scratch)
        except subprocess.CalledProcessError as error:
            print(f"\nleft out: {pathlib.Path(error.cmd[0]).name} ended with {error.returncode}\n")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"load of the machine at the end {load:.1f}, on {os.cpu_count()} cores")


main()
