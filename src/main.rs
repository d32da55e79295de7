//! The program `waterbed`; see [`waterbed::cli`].

fn main() -> std::process::ExitCode {
    waterbed::cli::main()
}
