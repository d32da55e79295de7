//! A window to look for a file or a folder, by mouse or by keys. It needs nothing of the desktop, so it is the same on
//! every system and on a bare one.

use std::path::{Path, PathBuf};

use bevy_egui::egui::{self, Align2, Context, Key, RichText};

use super::super::words::say;
use super::style;
use crate::report::Lang;

/// Most entries that are listed.
const MOST: usize = 2_000;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Sought {
    /// A file with one of these suffixes.
    File(&'static [&'static str]),
    /// A folder.
    Folder,
}

/// A folder and what is in it.
#[derive(Debug, Clone)]
pub(in super::super) struct Browser {
    sought: Sought,
    folder: PathBuf,
    /// The folder as it is being written.
    text: String,
    /// Folders first, each by name.
    entries: Vec<(String, bool)>,
    problem: Option<String>,
}

/// How it ended.
pub(in super::super) enum Found {
    /// It is still open.
    Nothing,
    /// Closed without a choice.
    Closed,
    /// This.
    Path(PathBuf),
}

impl Browser {
    /// Begins where `near` is, or in the current folder.
    pub fn new(sought: Sought, near: &str) -> Browser {
        let near = Path::new(near.trim());
        let folder = near.ancestors().find(|p| p.is_dir()).map(Path::to_path_buf);
        let current = || std::env::current_dir().unwrap_or_else(|_| "/".into());
        let folder = folder.and_then(|f| f.canonicalize().ok()).unwrap_or_else(current);
        let mut browser =
            Browser { sought, folder: PathBuf::new(), text: String::new(), entries: Vec::new(), problem: None };
        browser.enter(folder);
        browser
    }

    fn enter(&mut self, folder: PathBuf) {
        match list(&folder, self.sought) {
            Ok(entries) => {
                (self.entries, self.problem) = (entries, None);
                self.text = folder.display().to_string();
                self.folder = folder;
            }
            Err(error) => self.problem = Some(format!("{}: {error}", folder.display())),
        }
    }

    /// Shows it.
    pub fn show(&mut self, ctx: &Context, lang: Lang) -> Found {
        let mut found = Found::Nothing;
        let title = say(lang, if self.sought == Sought::Folder { "files_folder" } else { "files_file" });
        let mut go = None;
        let room = ctx.viewport_rect().size();
        egui::Window::new(title).collapsible(false).resizable(false).anchor(Align2::CENTER_CENTER, [0.0, 0.0]).show(
            ctx,
            |ui| {
                ui.set_width((room.x - 60.0).clamp(200.0, 560.0));
                ui.horizontal(|ui| {
                    if ui.button("⬆").on_hover_text(say(lang, "files_up")).clicked() {
                        go = self.folder.parent().map(Path::to_path_buf);
                    }
                    if let Some(home) = std::env::home_dir().filter(|_| ui.button(say(lang, "files_home")).clicked()) {
                        go = Some(home);
                    }
                    let field = ui.add(egui::TextEdit::singleline(&mut self.text).desired_width(f32::INFINITY));
                    if field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter)) {
                        let path = PathBuf::from(self.text.trim());
                        match (path.is_file(), self.sought) {
                            (true, Sought::File(_)) => found = Found::Path(path),
                            _ => go = Some(path),
                        }
                    }
                });
                if let Some(problem) = &self.problem {
                    ui.label(RichText::new(problem).color(style::ALARM));
                }
                ui.add_space(4.0);
                let high = (room.y - 220.0).clamp(60.0, 320.0);
                egui::ScrollArea::vertical().max_height(high).auto_shrink([false, false]).show(ui, |ui| {
                    if self.entries.is_empty() {
                        style::small(ui, say(lang, "files_none"));
                    }
                    for (name, is_folder) in &self.entries {
                        let text = if *is_folder { format!("🗀  {name}") } else { format!("🗋  {name}") };
                        if ui.selectable_label(false, text).clicked() {
                            match is_folder {
                                true => go = Some(self.folder.join(name)),
                                false => found = Found::Path(self.folder.join(name)),
                            }
                        }
                    }
                });
                ui.add_space(6.0);
                ui.horizontal(|ui| {
                    if self.sought == Sought::Folder && style::strong_button(ui, say(lang, "files_take")).clicked() {
                        found = Found::Path(self.folder.clone());
                    }
                    if ui.button(say(lang, "cancel")).clicked() || ui.input(|i| i.key_pressed(Key::Escape)) {
                        found = Found::Closed;
                    }
                    if let Sought::File(suffixes) = self.sought {
                        style::small(ui, suffixes.iter().map(|s| format!(".{s}")).collect::<Vec<_>>().join(", "));
                    }
                });
            },
        );
        if let Some(folder) = go {
            self.enter(folder);
        }
        found
    }
}

/// Folders and such files as are sought, hidden ones left out.
fn list(folder: &Path, sought: Sought) -> std::io::Result<Vec<(String, bool)>> {
    let fits = |name: &str| match sought {
        Sought::Folder => false,
        Sought::File(suffixes) => {
            let name = name.to_lowercase();
            suffixes.iter().any(|suffix| name.strip_suffix(suffix).is_some_and(|stem| stem.ends_with('.')))
        }
    };
    let mut entries: Vec<(String, bool)> = std::fs::read_dir(folder)?
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            // Links count as what they lead to.
            let is_folder = entry.path().is_dir();
            (!name.starts_with('.') && (is_folder || fits(&name))).then_some((name, is_folder))
        })
        .collect();
    entries.sort_by_key(|(name, is_folder)| (!is_folder, name.to_lowercase()));
    entries.truncate(MOST);
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_first_and_only_what_is_sought_is_listed() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["b.toml", "A.TOML", "c.txt", ".hidden.toml", "toml"] {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("z")).unwrap();
        let names = |sought| list(folder.path(), sought).unwrap().into_iter().map(|e| e.0).collect::<Vec<_>>();
        assert_eq!(names(Sought::File(&["toml"])), ["z", "A.TOML", "b.toml"]);
        assert_eq!(names(Sought::Folder), ["z"]);
        assert!(list(&folder.path().join("none"), Sought::Folder).is_err());
    }
}
