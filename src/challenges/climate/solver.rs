//! Where episodes are solved, and what a graphics processor made of them.
//!
//! The CPU gives the same bits everywhere; a graphics processor does not. So the quantised exposure that one made is kept
//! under the hash of all that went into it (the whole setup of the solver), a run writes it into its folder and a
//! session beside its file, and a replay takes it from there instead of solving again ([`super::answers`]). It holds
//! for every variant that comes to the same question. Where somebody watches, such an episode is solved all the same,
//! for its film.
//!
//! This is no state: a simulation without it solves on the CPU.

use std::fmt::{self, Write};

use bevy::prelude::Resource;

pub use super::answers::{Answer, Answers, Question};
pub use crate::fields::backend::{Backend, Site};

/// Where episodes are solved; see the module.
#[derive(Resource, Debug, Clone)]
pub struct EpisodeSolver {
    /// Where.
    pub site: Site,
    /// Answers that are known, of a graphics processor.
    known: Answers,
    /// Those of them that this simulation has used.
    used: Vec<Question>,
    /// Where the last episode was solved.
    last: Option<String>,
    notices: Vec<String>,
}

impl Default for EpisodeSolver {
    fn default() -> Self {
        EpisodeSolver::on(Backend::Cpu)
    }
}

impl EpisodeSolver {
    /// Solves at `site`.
    pub fn on(site: impl Into<Site>) -> EpisodeSolver {
        EpisodeSolver::knowing(site, Answers::default())
    }

    /// Solves at `site` what is not among `known`, and adds to it.
    pub fn knowing(site: impl Into<Site>, known: Answers) -> EpisodeSolver {
        EpisodeSolver { site: site.into(), known, used: Vec::new(), last: None, notices: Vec::new() }
    }

    /// Takes in what a graphics processor made before.
    pub fn know(&mut self, answers: impl IntoIterator<Item = (Question, Answer)>) {
        self.known.know(answers);
    }

    /// Answers used since this was last asked, to be written down.
    pub fn take_used(&mut self) -> Vec<(Question, Answer)> {
        std::mem::take(&mut self.used).into_iter().filter_map(|q| Some((q, self.known.get(q)?))).collect()
    }

    /// Lines for the user since this was last asked.
    pub fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// Where the last episode was solved: `cpu`, `gpu` with the name of the adapter, or `kept` if it was known; `None` before
    /// the first.
    pub fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// What `setup` asks; `None` where nobody keeps answers, because the CPU gives them again.
    pub(super) fn question(&self, setup: &impl fmt::Debug) -> Option<Question> {
        (self.site.backend != Backend::Cpu || !self.known.is_empty()).then(|| {
            let mut hasher = Hasher(blake3::Hasher::new());
            write!(hasher, "{setup:?}").expect("hashing cannot fail");
            Question(*hasher.0.finalize().as_bytes())
        })
    }

    /// The known answer to `question`.
    pub(super) fn answer(&mut self, question: Option<Question>) -> Option<Answer> {
        let answer = self.known.get(question?)?;
        self.used.extend(question);
        self.last = Some("kept".into());
        Some(answer)
    }

    /// Takes in what was solved `at` (`cpu`, or `gpu` with a name); `lost` says if a graphics processor was lost on the way.
    /// What one had part in is kept. If another simulation has answered the question meanwhile, its answer holds and
    /// comes back.
    pub(super) fn solved(
        &mut self,
        question: Option<Question>,
        at: String,
        lost: Option<&str>,
        answer: impl FnOnce() -> Answer,
    ) -> Option<Answer> {
        let on_cpu = at == "cpu";
        if on_cpu && self.site.backend == Backend::Auto {
            // There is none: no need to look again.
            self.site = Backend::Cpu.into();
        }
        self.note(lost.map(str::to_owned));
        self.last = Some(at);
        let question = question.filter(|_| !on_cpu || lost.is_some())?;
        self.used.push(question);
        self.known.add(question, answer)
    }

    /// Takes in lines for the user; each is told once.
    pub(super) fn note(&mut self, lines: impl IntoIterator<Item = String>) {
        for line in lines {
            if !self.notices.contains(&line) {
                self.notices.push(line);
            }
        }
    }
}

struct Hasher(blake3::Hasher);

impl Write for Hasher {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::answers;
    use super::super::heat::Warmth;
    use super::*;

    fn warmth(k: i16) -> Answer {
        Answer::Heat(Warmth { night_dk: vec![k], mean_dk: vec![k], night_dc: vec![200 + k] })
    }

    #[test]
    fn what_a_graphics_processor_made_answers_the_same_question_and_no_other() {
        let mut maker = EpisodeSolver::on(Backend::Gpu);
        let question = maker.question(&(1.5, "wave"));
        assert_eq!(maker.answer(question), None);
        assert_eq!(maker.solved(question, "gpu (x)".into(), None, || warmth(7)), None);
        let kept = maker.take_used();
        assert_eq!(Question::of_name(&kept[0].0.name()), question);

        let mut replay = EpisodeSolver::on(Backend::Cpu);
        assert_eq!(replay.question(&(1.5, "wave")), None, "the CPU keeps nothing");
        replay.know(kept);
        let again = replay.question(&(1.5, "wave"));
        assert_eq!(replay.answer(again), Some(warmth(7)));
        assert_eq!(replay.last(), Some("kept"));
        assert_eq!([replay.take_used().len(), replay.take_used().len()], [1, 0]);
        let other = replay.question(&(1.6, "wave"));
        assert_eq!(replay.answer(other), None);
        replay.solved(other, "cpu".into(), None, || warmth(8));
        assert_eq!(replay.answer(other), None, "what the CPU makes is made again");
    }

    #[test]
    fn the_first_answer_holds_for_all_and_outlives_them_in_a_folder() {
        let known = Answers::default();
        let [mut variant, mut twin] = [(); 2].map(|()| EpisodeSolver::knowing(Backend::Gpu, known.clone()));
        let question = variant.question(&"rain");
        assert_eq!(twin.answer(question), None, "both begin");
        assert_eq!(variant.solved(question, "gpu (x)".into(), None, || warmth(1)), None);
        assert_eq!(twin.solved(question, "gpu (x)".into(), None, || warmth(2)), Some(warmth(1)));

        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("episodes");
        assert_eq!(answers::read(&folder).unwrap(), []);
        known.write(&folder).unwrap();
        assert_eq!(answers::read(&folder).unwrap(), twin.take_used());
        std::fs::write(folder.join("notes.txt"), "mine").unwrap();
        answers::discard(&folder);
        assert!(answers::read(&folder).unwrap().is_empty() && folder.join("notes.txt").is_file());
    }
}
