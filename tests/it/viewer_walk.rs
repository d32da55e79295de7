//! The walk of a planner through a real window, on a virtual screen with software rendering: from the start screen place
//! street coaches and lighting, undo, redo, play, see where incidents went, go back, branch, flood the city, split, leave
//! with a report, save, kill −9, reopen: nothing lost. Slow, and it needs Xvfb, xdotool and a Vulkan driver:
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
            .args(["--lang", "en"])
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

    fn click(&self, (x, y): (u32, u32)) {
        self.xdotool(&["mousemove", &x.to_string(), &y.to_string()]);
        std::thread::sleep(Duration::from_millis(2500));
        self.xdotool(&["mousedown", "1"]);
        std::thread::sleep(Duration::from_millis(250));
        self.xdotool(&["mouseup", "1"]);
        std::thread::sleep(Duration::from_millis(2500));
    }

    fn wait(&self, what: &str, there: impl Fn() -> bool) {
        let start = Instant::now();
        while !there() {
            std::thread::sleep(Duration::from_millis(300));
            assert!(start.elapsed() < Duration::from_secs(240), "{what} did not come; see {}", self.path().display());
        }
        println!("{what}: after {:.1} s", start.elapsed().as_secs_f32());
    }

    fn autosave(&self) -> Option<SessionFile> {
        SessionFile::load(&self.path().join("state/waterbed/base.waterbed")).ok()
    }

    fn n_placed(&self) -> Option<usize> {
        Some(self.autosave()?.plans.placements().len())
    }

    /// Does something until it has worked: where drawing is slow, a key or a click may be lost.
    fn until(&self, what: &str, act: impl Fn(&Walk), there: impl Fn(&Walk) -> bool) {
        for _ in 0..4 {
            act(self);
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(45) {
                if there(self) {
                    println!("{what}");
                    return;
                }
                std::thread::sleep(Duration::from_millis(300));
            }
        }
        self.screen_picture("lost");
        panic!("{what} did not come; see {}", self.path().display());
    }

    /// What is on the screen, as PNG, where ImageMagick is there.
    fn screen_picture(&self, name: &str) {
        let path = self.path().join(format!("{name}.png"));
        let import = Command::new("import").args(["-window", "root"]).arg(path).env("DISPLAY", &self.display).status();
        if import.is_err() {
            println!("no picture {name}: ImageMagick is not there");
        }
    }
}

/// Where things are in a window of 1280×720 in English, points.
mod at {
    pub const BUILD: (u32, u32) = (398, 238);
    pub const GO_ON: (u32, u32) = (345, 145);
    pub const CITY: (u32, u32) = (620, 360);
    pub const WHERE_TO: (u32, u32) = (1178, 88);
    pub const MEASURES: (u32, u32) = (1054, 88);
    pub const COMPARE: (u32, u32) = (1080, 221);
    pub const TO_START: (u32, u32) = (29, 701);
    pub const BRANCH: (u32, u32) = (906, 701);
    pub const JUMP: (u32, u32) = (505, 701);
    pub const CLOUDBURST: (u32, u32) = (681, 701);
    /// 90 mm in an hour.
    pub const SECOND_RAIN: (u32, u32) = (670, 612);
    pub const SPLIT: (u32, u32) = (1131, 18);
    pub const MENU: (u32, u32) = (1255, 18);
    pub const REPORT: (u32, u32) = (1120, 119);
}

#[test]
#[ignore = "slow; needs Xvfb, xdotool and a Vulkan driver"]
fn viewer_walk_of_a_planner() {
    let mut walk = Walk::begin();

    // From the start screen into a new city.
    walk.open(&["--size", SIZE]);
    walk.screen_picture("01-start");
    walk.click(at::BUILD);
    std::thread::sleep(Duration::from_secs(20));
    walk.key("Escape");
    walk.key("Escape");
    walk.screen_picture("02-city");

    // Street coaches and lighting, found by a word; a neighbourhood, by a click into the middle of the city.
    let choose = |w: &Walk, lever: &str| {
        w.key("Escape");
        w.key("slash");
        std::thread::sleep(Duration::from_secs(2));
        w.xdotool(&["type", "--delay", "200", lever]);
        std::thread::sleep(Duration::from_secs(3));
        w.key("Return");
        w.click(at::CITY);
    };
    choose(&walk, "coaches");
    walk.screen_picture("03-choose");
    let place = |w: &Walk, lever: &str| {
        choose(w, lever);
        w.key("Return");
    };
    walk.until("coaches placed", |w| place(w, "coaches"), |w| w.n_placed() == Some(1));
    let placed = walk.autosave().unwrap().plans.placements()[0].clone();
    assert_eq!(placed.lever.id, "street_coaches");
    assert!(matches!(&placed.area, waterbed::sim::Area::Places(codes) if codes.len() == 1));
    walk.until("lighting placed", |w| place(w, "lighting"), |w| w.n_placed() == Some(2));
    assert_eq!(walk.autosave().unwrap().plans.placements()[1].lever.id, "lighting");
    walk.until("undone", |w| w.key("ctrl+z"), |w| w.n_placed() == Some(1));
    walk.until("done again", |w| w.key("ctrl+y"), |w| w.n_placed() == Some(2));

    // Play for a while, stand still, and see where incidents fell and rose.
    walk.key("space");
    std::thread::sleep(Duration::from_secs(12));
    walk.key("space");
    walk.click(at::WHERE_TO);
    std::thread::sleep(Duration::from_secs(6));
    walk.click(at::COMPARE);
    std::thread::sleep(Duration::from_secs(20));
    walk.screen_picture("04-where-to");

    // Back to the start, branch there, and take the branch back.
    walk.click(at::TO_START);
    std::thread::sleep(Duration::from_secs(4));
    let variants = |w: &Walk| w.autosave().map(|f| (f.plans.variants().len(), f.plans.placements().len()));
    walk.until("a branch", |w| w.click(at::BRANCH), |w| variants(w) == Some((2, 0)));
    walk.until("no branch", |w| w.key("ctrl+z"), |w| variants(w) == Some((1, 2)));

    // On to a month, and there the water comes.
    walk.click(at::JUMP);
    walk.xdotool(&["type", "--delay", "200", "2027-06"]);
    walk.key("Return");
    std::thread::sleep(Duration::from_secs(6));
    walk.click(at::CLOUDBURST);
    walk.click(at::SECOND_RAIN);
    walk.wait("the water", || walk.n_placed() == Some(3));
    std::thread::sleep(Duration::from_secs(10));
    walk.screen_picture("05-water-comes");
    std::thread::sleep(Duration::from_secs(25));
    let twin = |w: &Walk| w.autosave().map(|file| file.view.twin);
    walk.until("split", |w| w.click(at::SPLIT), |w| twin(w).as_deref() == Some("split"));
    walk.screen_picture("06-split");

    // Leave with a report.
    let report = walk.path().join("base-report/report.html");
    let leave = |w: &Walk| {
        w.click(at::MENU);
        w.screen_picture("07-menu");
        w.click(at::REPORT);
    };
    walk.until("the report", leave, |_| report.is_file());
    walk.screen_picture("08-report");

    // Save, and run the same without a window.
    walk.click(at::MEASURES);
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

    // The flood undone, and then the power goes.
    walk.until("undone, kept", |w| w.key("ctrl+z"), |w| w.n_placed() == Some(2));
    walk.window.as_mut().unwrap().kill().unwrap();
    walk.window.take().unwrap().wait().unwrap();
    walk.open(&["--size", SIZE]);
    walk.screen_picture("09-start-again");
    walk.click(at::GO_ON);
    std::thread::sleep(Duration::from_secs(20));
    walk.key("ctrl+s");
    walk.key("ctrl+a");
    walk.xdotool(&["type", "--delay", "200", "again"]);
    walk.key("Return");
    let again = walk.path().join("again.waterbed");
    walk.wait("the session again", || again.is_file());
    let again = SessionFile::load(&again).unwrap();
    assert_eq!((again.plans.placements().len(), again.month), (2, live.month));
}
