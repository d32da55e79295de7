//! The walk of a planner through a real window, on a virtual screen with software rendering: start, place a measure by a
//! click, undo, play, go back, split, save, kill −9, reopen. Slow, and it needs Xvfb, xdotool and a Vulkan driver:
//! `just walk`. Pictures of the way are copied to the folder that `WALK_PICTURES` names.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use waterbed::session::SessionFile;

use super::cli;

const SIZE: &str = "1280x720";

struct Walk {
    screen: Child,
    display: String,
    folder: tempfile::TempDir,
    window: Option<Child>,
}

impl Drop for Walk {
    fn drop(&mut self) {
        if let Some(keep) = std::env::var_os("WALK_PICTURES").map(std::path::PathBuf::from) {
            for path in std::fs::read_dir(self.path()).into_iter().flatten().flatten().map(|entry| entry.path()) {
                if path.extension().is_some_and(|e| e == "png") {
                    let _ = std::fs::copy(&path, keep.join(path.file_name().unwrap_or_default()));
                }
            }
        }
        for child in self.window.iter_mut().chain([&mut self.screen]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Walk {
    fn begin() -> Walk {
        let display = format!(":{}", 90 + std::process::id() % 800);
        let screen = Command::new("Xvfb")
            .args([&display, "-screen", "0", "1280x720x24"])
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is there");
        std::thread::sleep(Duration::from_secs(2));
        Walk { screen, display, folder: tempfile::tempdir().unwrap(), window: None }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn open(&mut self, arguments: &[&str]) {
        let program = std::env::var("WATERBED_PROGRAM").unwrap_or(env!("CARGO_BIN_EXE_waterbed").into());
        let window = Command::new(program)
            .arg("view")
            .args(arguments)
            .current_dir(self.path())
            .env("DISPLAY", &self.display)
            .env("XDG_STATE_HOME", self.path().join("state"))
            .env("LANG", "C")
            .spawn()
            .unwrap();
        self.window = Some(window);
        self.wait("the window", || {
            let found = self.xdotool(&["search", "--name", "Waterbed"]);
            found.status.success() && !found.stdout.is_empty()
        });
        // Without a window manager nobody else gives the window the keys.
        self.xdotool(&["search", "--name", "Waterbed", "windowfocus"]);
        std::thread::sleep(Duration::from_secs(12));
    }

    fn xdotool(&self, arguments: &[&str]) -> std::process::Output {
        Command::new("xdotool").args(arguments).env("DISPLAY", &self.display).output().expect("xdotool is there")
    }

    /// Presses a key, with the key that is to be held before it.
    fn key(&self, key: &str) {
        match key.split_once('+') {
            Some((held, key)) => {
                self.xdotool(&["keydown", held]);
                std::thread::sleep(Duration::from_millis(1500));
                self.xdotool(&["key", key]);
                std::thread::sleep(Duration::from_millis(1500));
                self.xdotool(&["keyup", held]);
            }
            None => drop(self.xdotool(&["key", key])),
        }
        std::thread::sleep(Duration::from_millis(2500));
    }

    fn click(&self, x: u32, y: u32) {
        self.xdotool(&["mousemove", &x.to_string(), &y.to_string()]);
        std::thread::sleep(Duration::from_millis(2500));
        self.xdotool(&["mousedown", "1"]);
        std::thread::sleep(Duration::from_millis(1500));
        self.xdotool(&["mouseup", "1"]);
        std::thread::sleep(Duration::from_millis(2500));
    }

    fn wait(&self, what: &str, there: impl Fn() -> bool) {
        let start = Instant::now();
        while !there() {
            std::thread::sleep(Duration::from_millis(300));
            assert!(start.elapsed() < Duration::from_secs(90), "{what} did not come; see {}", self.path().display());
        }
        println!("{what}: after {:.1} s", start.elapsed().as_secs_f32());
    }

    fn autosave(&self) -> Option<SessionFile> {
        SessionFile::load(&self.path().join("state/waterbed/base.waterbed")).ok()
    }

    fn n_placed(&self) -> Option<usize> {
        Some(self.autosave()?.plans.placements().len())
    }

    fn picture(&self) {
        self.key("F12");
        std::thread::sleep(Duration::from_secs(3));
    }
}

#[test]
#[ignore = "slow; needs Xvfb, xdotool and a Vulkan driver"]
fn viewer_walk_of_a_planner() {
    let mut walk = Walk::begin();
    walk.open(&["base", "--residents", "3000", "--size", SIZE]);
    walk.key("Escape");
    walk.picture();

    // A lever, found by its name; a neighbourhood, by a click into the middle of the city; and placed.
    walk.click(1140, 258);
    walk.xdotool(&["type", "--delay", "200", "allocation_seniors"]);
    std::thread::sleep(Duration::from_secs(3));
    walk.picture();
    walk.click(1106, 308);
    walk.click(620, 360);
    walk.picture();
    walk.key("Return");
    walk.wait("a measure placed", || walk.n_placed() == Some(1));
    let placed = walk.autosave().unwrap().plans.placements()[0].clone();
    assert_eq!(placed.lever.id, "allocation_seniors_first");
    assert!(matches!(&placed.area, waterbed::sim::Area::Neighbourhoods(codes) if codes.len() == 1));
    walk.key("ctrl+z");
    walk.wait("undone", || walk.n_placed() == Some(0));
    walk.key("ctrl+y");
    walk.wait("done again", || walk.n_placed() == Some(1));

    // Play for a while, stand still, go back a little by the bar, see both halves.
    walk.key("space");
    std::thread::sleep(Duration::from_secs(10));
    walk.key("space");
    walk.picture();
    walk.click(75, 665);
    walk.key("t");
    walk.key("t");
    std::thread::sleep(Duration::from_secs(5));
    walk.picture();

    // Save, and run the same without a window.
    walk.key("ctrl+s");
    walk.key("Return");
    let saved = walk.path().join("base.waterbed");
    walk.wait("the session file", || saved.is_file());
    let live = SessionFile::load(&saved).unwrap();
    assert_eq!(live.view.twin, "split");
    let folder = walk.path().to_path_buf();
    let run = cli::waterbed(&folder, &["run", "base.waterbed", "--json"]);
    let result: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(result["digest"].as_str(), live.digest.as_deref(), "headless as live");

    // Something more, and then the power goes.
    walk.key("ctrl+z");
    walk.wait("undone, kept", || walk.n_placed() == Some(0));
    walk.window.as_mut().unwrap().kill().unwrap();
    walk.window.take().unwrap().wait().unwrap();
    walk.open(&["--size", SIZE]);
    // "Go on" is the first button of the start screen.
    [136, 146].into_iter().for_each(|y| walk.click(46, y));
    std::thread::sleep(Duration::from_secs(10));
    walk.key("ctrl+s");
    walk.xdotool(&["key", "ctrl+a"]);
    walk.xdotool(&["type", "--delay", "200", "again"]);
    walk.key("Return");
    let again = walk.path().join("again.waterbed");
    walk.wait("the session again", || again.is_file());
    let again = SessionFile::load(&again).unwrap();
    assert_eq!((again.plans.placements().len(), again.month), (0, live.month));
}
