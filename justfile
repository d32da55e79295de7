# Short names for the commands of README.md and CONTRIBUTING.md: `just`, then a name.

# List the recipes
default:
    @just --list

# The main job: the base scenario, into out/base-1
run *arguments:
    cargo run --release -- {{ arguments }}

# The live city
view *arguments:
    cargo run --release --features viewer -- view {{ arguments }}

# All tests, or those whose name contains FILTER
test *filter:
    cargo test --release {{ filter }}

# Pictures of the live city into out/gallery (software rendering will do; without a display it needs xvfb-run)
gallery *arguments:
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --release --features viewer
    mkdir -p out/gallery
    measure() { printf '[[measure]]\nlever = "%s"\nvalue = %s\nfrom = "%s"\n' "$@"; }
    { measure build 120 2026-01; measure spreading 1.0 2026-01; } > out/gallery/plan.toml
    { measure lighting 1.0 2026-01; measure street_coaches 2.0 2026-01; } | sed 's/^from/area = ["VB0101"]\nfrom/' > out/gallery/safe.toml
    { measure event_cloudburst 90 2026-06; measure water_squares 100 2026-01; } > out/gallery/rain.toml
    measure event_breach 200 2026-06 > out/gallery/breach.toml
    measure event_heat_wave 37 2026-07 > out/gallery/heat.toml
    screen=()
    [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || screen=(xvfb-run -a -s '-screen 0 1280x720x24')
    program="${CARGO_TARGET_DIR:-target}/release/waterbed"
    shot() {
        local name=$1; shift
        echo "out/gallery/$name.png"
        "${screen[@]}" "$program" view base --screenshot "out/gallery/$name.png" --lang "${language:-en}" "$@" {{ arguments }}
    }
    plan=(--measures out/gallery/plan.toml)
    shot 01-tenure
    shot 02-close --camera 0,0,20,28,700
    shot 03-above --camera 0,0,0,88,3800 --layer age_65_up_share
    shot 04-empty-homes --at 2030-01 --layer vacancy
    shot 05-measures --at 2028-01 "${plan[@]}" --layer vacant_share
    shot 06-chart --at 2030-01 "${plan[@]}" --layer vacant_share --twin toggle --page chart
    shot 07-split --at 2030-01 "${plan[@]}" --layer vacant_share --twin split --page chart
    shot 08-difference --at 2030-01 "${plan[@]}" --layer vacant_share --twin difference --page chart
    shot 09-new-homes --at 2030-01 "${plan[@]}" --camera 0,0,200,30,900
    language=nl shot 10-dutch --at 2027-01 "${plan[@]}" --layer age_mean_y
    shot 11-small --at 2026-01 --size 640x400
    shot 12-large --residents 60000 --at 2026-01 --layer age_65_up_share
    shot 13-unavailable --at 2027-01 "${plan[@]}" --twin difference
    shot 14-where-to --at 2028-01 --measures out/gallery/safe.toml --layer property_crime_per_1000_y --twin difference --page moved
    shot 15-cloudburst --at 2026-06 --measures out/gallery/rain.toml --layer flood.depth
    shot 16-water-squares --at 2026-06 --measures out/gallery/rain.toml --layer flood.depth --twin split
    shot 17-breach --at 2026-06 --measures out/gallery/breach.toml --layer flood.depth
    shot 18-heat --at 2026-07 --measures out/gallery/heat.toml --layer heat.air
    shot 18b-heat-felt --at 2026-07 --measures out/gallery/heat.toml --layer heat.pet --moment 5
    shot 17b-breach-speed --at 2026-06 --measures out/gallery/breach.toml --layer flood.velocity
    shot 19-liveability --at 2028-01 --layer liveability_index
    language=nl shot 20-loneliness --at 2028-01 --layer lonely_elders_share
    shot 21-unsafe --at 2028-01 --measures out/gallery/safe.toml --layer feels_unsafe_share --twin split --page moved
    shot 22-moves --at 2028-01 "${plan[@]}" --layer moves
    shot 23-moves-here --at 2028-01 "${plan[@]}" --layer moves --here VB0101 --page here
    shot 24-moves-difference --at 2028-01 "${plan[@]}" --layer moves --twin difference
    echo out/gallery/25-classroom.png
    "${screen[@]}" "$program" lab schelling --view --screenshot out/gallery/25-classroom.png

# What the live city takes on this machine, as JSON: frames, memory, measure to picture, the twin's cost
figures *arguments:
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --release --features viewer
    screen=()
    [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || screen=(xvfb-run -a -s '-screen 0 1280x720x24')
    program="${CARGO_TARGET_DIR:-target}/release/waterbed"
    for residents in 10000 100000; do
        "${screen[@]}" "$program" view base --residents $residents --figures {{ arguments }}
    done

# A folder to pass on: the program with the live city, a city ready to be opened, words and licences. No installing.
package:
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --release --features viewer
    system=$(rustc -vV | sed -n 's/^host: //p')
    folder=target/package/waterbed-$system
    rm -rf "$folder"; mkdir -p "$folder/docs/images" "$folder/city"
    cp "${CARGO_TARGET_DIR:-target}/release/waterbed" README.md USE.md LICENSE-* "$folder/"
    cp docs/live.md "$folder/docs/"
    cp docs/images/live*.png "$folder/docs/images/"
    cp -r configs "$folder/"
    "$folder/waterbed" city build configs/cities/voorbeeldstad.toml --residents 20000 --out "$folder/city/voorbeeldstad.city"
    sed -e 's/^name = .*/name = "voorbeeldstad"/' -e 's/rotterdam/voorbeeldstad/g' -e '/^#/d' \
        configs/scenarios/rotterdam.toml > "$folder/city/voorbeeldstad.toml"
    printf '%s\n' 'Start: ./waterbed' 'A city that is ready: ./waterbed view city/voorbeeldstad.toml' > "$folder/START.txt"
    tar -czf "$folder.tar.gz" -C target/package "waterbed-$system"
    du -h "$folder.tar.gz"

# The walk of a planner in a window on a virtual screen: place, undo, split, save, kill, reopen (needs xvfb and xdotool)
walk:
    cargo test --release --features viewer --test it -- viewer_walk viewer_device --ignored --nocapture

# Format
format:
    cargo fmt

# What CI asks of style
lint:
    cargo fmt --check
    cargo clippy --release --all-targets -- -D warnings

# The documentation of the code, in the browser
doc:
    cargo doc --release --no-deps --open

# Everything CI does, the live city included (well over half an hour the first time)
ci:
    .ci/run

# Licences and origins of all crates; needs cargo-deny
licences:
    cargo deny check licenses sources bans

# The table of docs/targets.md: 30 seeds of a city of 10,000, twelve years
targets:
    cargo run --release --example targets -- 30 10000 12

# Schelling beside Mesa and krABMaga, water beside landlab, sky beside solweig, which it installs into scratch folders (needs
# python3 and the package registries)
bench-peers:
    python3 benches/peers/classic.py
    python3 benches/peers/fields.py
