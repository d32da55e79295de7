//! A progress bar, on a terminal only.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar over `n` months in all; invisible unless stderr is a terminal.
pub(super) fn months(n: u64, quiet: bool) -> ProgressBar {
    bar(n, quiet, "{pos}/{len} months, {per_sec}, {eta} to go")
}

/// A bar over `n` runs of a few seconds each; invisible unless stderr is a terminal.
pub(super) fn runs(n: u64) -> ProgressBar {
    bar(n, false, "{pos}/{len} seeds, {eta} to go")
}

/// A bar over one piece of work, in percent, with a message.
pub(super) fn share(quiet: bool) -> ProgressBar {
    bar(100, quiet, "{pos} %  {msg}")
}

fn bar(n: u64, quiet: bool, text: &str) -> ProgressBar {
    let visible = !quiet && std::io::stderr().is_terminal();
    let bar = ProgressBar::with_draw_target(
        Some(n),
        if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() },
    );
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let shape = if plain { "{bar:40}" } else { "{bar:40.cyan/blue}" };
    bar.set_style(ProgressStyle::with_template(&format!("{shape} {text}")).expect("the template is sound"));
    bar
}
