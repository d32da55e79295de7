"""Schelling's model on Waterbed, a plain loop, Mesa and krABMaga, one after another on this machine, as ratios.

`just bench-peers`. Installs Mesa 3.2.0 and krABMaga into a scratch folder (argument, else a temporary one). All single-threaded;
times are the best of several repeats, for 20 ticks without making the town and for all of it. A ratio above 1: that many times
slower than Waterbed.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
STEPS = {"S": 1000 * 20, "L": 8000 * 20}


def output(*command, **options):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **options).stdout


def mesa(scratch):
    folder = scratch / "venv"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "mesa==3.2.0"], check=True)
    return output(python, HERE / "schelling_mesa.py")


def krabmaga(scratch):
    folder = scratch / "krabmaga"
    (folder / "src").mkdir(parents=True, exist_ok=True)
    manifest = '[package]\nname = "schelling"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n'
    (folder / "Cargo.toml").write_text(manifest + '[dependencies]\nkrabmaga = "=0.6.2"\n')
    (folder / "src" / "main.rs").write_text((HERE / "schelling_krabmaga.rs").read_text())
    environment = {**os.environ, "CARGO_TARGET_DIR": str(folder / "target")}
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=folder, env=environment, check=True)
    return output(folder / "target" / "release" / "schelling", cwd=folder)


def waterbed():
    bench = ["cargo", "bench", "--quiet", "--bench", "classic_models", "--", "--tsv"]
    subprocess.run(bench[:4] + ["classic_models", "--no-run"], cwd=ROOT, check=True)
    return lambda: output(*bench, cwd=ROOT)


def main():
    scratch = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="waterbed-peers-"))
    scratch.mkdir(parents=True, exist_ok=True)
    ours = waterbed()
    # Everything is built before anything is timed, by a first run that does not count.
    krabmaga(scratch)
    lines = "".join([ours(), krabmaga(scratch), mesa(scratch), ours()]).splitlines()
    best = {}
    for who, case, ticks_s, all_s, happy in (line.split("\t") for line in lines):
        now = float(ticks_s), float(all_s), float(happy)
        old = best.get((case, who), now)
        best[case, who] = min(now[0], old[0]), min(now[1], old[1]), now[2]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"load of the machine at the end {load:.1f}, on {os.cpu_count()} cores")
    print("| case | who | 20 ticks ms | all ms | M agent-steps/s | times Waterbed, ticks | times Waterbed, all | happy |")
    print("|---|---|---|---|---|---|---|---|")
    for (case, who), (ticks_s, all_s, happy) in sorted(best.items(), key=lambda e: (e[0][0] != "S", e[1][0])):
        base = best[case, "waterbed"]
        rate = 1e-6 * STEPS[case] / ticks_s
        print(
            f"| {case} | {who} | {1e3 * ticks_s:.3f} | {1e3 * all_s:.3f} | {rate:.3f} |"
            f" {ticks_s / base[0]:.1f} | {all_s / base[1]:.1f} | {happy:.4f} |"
        )


main()
