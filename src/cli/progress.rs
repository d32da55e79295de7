//! A progress bar, on a terminal only.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar over `n` months in all; invisible unless stderr is a terminal.
pub(super) fn months(n: u64, quiet: bool) -> ProgressBar {
    let visible = !quiet && std::io::stderr().is_terminal();
    let bar = ProgressBar::with_draw_target(
        Some(n),
        if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() },
    );
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let template = if plain {
        "{bar:40} {pos}/{len} months, {per_sec}, {eta} to go"
    } else {
        "{bar:40.cyan/blue} {pos}/{len} months, {per_sec}, {eta} to go"
    };
    bar.set_style(ProgressStyle::with_template(template).expect("the template is sound"));
    bar
}
