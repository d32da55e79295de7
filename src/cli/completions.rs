//! `waterbed completions SHELL`.

use clap_complete::Shell;

use super::failure::Failure;

/// Writes shell completions to stdout
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed completions bash > ~/.local/share/bash-completion/completions/waterbed
  waterbed completions fish > ~/.config/fish/completions/waterbed.fish")]
pub(super) struct Args {
    /// Shell
    shell: Shell,
}

pub(super) fn run(args: &Args, mut command: clap::Command) -> Result<(), Failure> {
    clap_complete::generate(args.shell, &mut command, "waterbed", &mut std::io::stdout());
    Ok(())
}
