//! `waterbed view`.

use super::failure::Failure;

/// Told where the program has no live session.
pub(super) const HOW_TO_GET: &str = "For the live 3D session: cargo run --release --features viewer";

/// Opens the live city
#[derive(clap::Args, Default)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed view
  waterbed view base --seed 7")]
pub(super) struct Args {
    /// Scenario file, or the name of a built-in scenario
    scenario: Option<String>,
    /// Seed of all draws
    #[arg(long)]
    seed: Option<u64>,
}

/// True if this program has a live session and there is a display to show it on.
pub(super) fn is_possible() -> bool {
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|v| std::env::var_os(v).is_some_and(|v| !v.is_empty()));
    cfg!(feature = "viewer") && (has_display || cfg!(any(windows, target_os = "macos")))
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let _ = (&args.scenario, args.seed);
    let message = "this program was built without the live session".to_string();
    Err(Failure::Argument(message, Some(HOW_TO_GET.into())))
}
