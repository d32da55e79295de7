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

# The table of docs/targets.md: 30 seeds of a city of 20,000, fifteen years
targets:
    cargo run --release --example targets -- 30 20000 15

# Schelling beside Mesa and krABMaga, which it installs into a scratch folder (needs python3 and the package registries)
bench-peers:
    python3 benches/peers/classic.py
