//! The layers of tests: each runs whatever became of the others, and all are summed up at the end.

use std::time::{Duration, Instant};

use crate::{command::say, failure::Failure};

/// What became of a layer.
enum Outcome {
    Passed,
    Failed(Failure),
    /// What it stands on had failed.
    LeftOut,
    /// It cannot run here, for this reason.
    Impossible(&'static str),
}

/// The layers run so far.
#[derive(Default)]
pub struct Layers(Vec<(&'static str, Outcome, Duration)>);

impl Layers {
    /// Runs a layer and says whether it passed.
    pub fn run(&mut self, name: &'static str, layer: impl FnOnce() -> Result<(), Failure>) -> bool {
        self.get(name, layer).is_some()
    }

    /// Runs a layer that others need something of, such as the place of a program; `None` where it did not pass.
    pub fn get<T>(
        &mut self,
        name: &'static str,
        layer: impl FnOnce() -> Result<T, Failure>,
    ) -> Option<T> {
        say(format!("Layer: {name}."));
        let begun = Instant::now();
        let (got, outcome) = match layer() {
            Ok(got) => (Some(got), Outcome::Passed),
            Err(failure) => {
                eprintln!("{failure}");
                (None, Outcome::Failed(failure))
            }
        };
        self.0.push((name, outcome, begun.elapsed()));
        got
    }

    /// Runs a layer that makes sense only where another one `held`.
    pub fn run_if(
        &mut self,
        held: bool,
        name: &'static str,
        layer: impl FnOnce() -> Result<(), Failure>,
    ) -> bool {
        self.run_with(held.then_some(&()), name, |()| layer())
    }

    /// Runs a layer with what another one got, where it did.
    pub fn run_with<T>(
        &mut self,
        got: Option<&T>,
        name: &'static str,
        layer: impl FnOnce(&T) -> Result<(), Failure>,
    ) -> bool {
        if let Some(got) = got {
            return self.run(name, || layer(got));
        }
        self.0.push((name, Outcome::LeftOut, Duration::ZERO));
        false
    }

    /// Says of a layer that it cannot run here, and why. That is no failure, but seen in the summary.
    pub fn cannot(&mut self, name: &'static str, why: &'static str) {
        say(format!("Layer: {name}: NOT RUN, {why}."));
        self.0
            .push((name, Outcome::Impossible(why), Duration::ZERO));
    }

    /// Prints a line for each layer.
    ///
    /// # Errors
    /// Where not every layer passed that can run here.
    pub fn sum_up(self) -> Result<(), Failure> {
        println!();
        let mut bad = 0;
        for (name, outcome, took) in &self.0 {
            let (word, why) = match outcome {
                Outcome::Passed => ("passed", String::new()),
                Outcome::Failed(failure) => {
                    let why = failure.to_string();
                    ("FAILED", why.lines().next().unwrap_or_default().to_owned())
                }
                Outcome::LeftOut => ("not run", "what it needs had failed".to_owned()),
                Outcome::Impossible(why) => ("NOT RUN", (*why).to_owned()),
            };
            bad += usize::from(matches!(outcome, Outcome::Failed(_) | Outcome::LeftOut));
            let line = format!("{word:8} {:4} s  {name:45} {why}", took.as_secs());
            println!("{}", line.trim_end());
        }
        match bad {
            0 => Ok(()),
            bad => Err(Failure::new(format!(
                "{bad} of {} layers did not pass.",
                self.0.len()
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_that_pass_sum_up_to_success() {
        let mut layers = Layers::default();
        let held = layers.run("one", || Ok(()));
        assert!(layers.run_if(held, "two", || Ok(())));
        layers.cannot("three", "there is no network");
        assert!(layers.sum_up().is_ok());
    }

    #[test]
    fn what_a_layer_got_is_used_by_others_and_nothing_of_one_that_failed() {
        let mut layers = Layers::default();
        assert_eq!(layers.get("one", || Ok(7)), Some(7));
        assert_eq!(
            layers.get("two", || Err::<i32, _>(Failure::new("No."))),
            None
        );
        let none = None::<&i32>;
        assert!(!layers.run_with(none, "three", |_| panic!("must not run")));
        assert!(layers.run_with(Some(&7), "four", |seven| match seven {
            7 => Ok(()),
            _ => Err(Failure::new("No.")),
        }));
        assert_eq!(
            layers.sum_up().unwrap_err().to_string(),
            "2 of 4 layers did not pass."
        );
    }

    #[test]
    fn one_failure_fails_the_whole_and_what_stands_on_it_is_not_run() {
        let mut layers = Layers::default();
        let held = layers.run("one", || Err(Failure::new("No.")));
        layers.run_if(held, "two", || panic!("must not run"));
        layers.run("three", || Ok(()));
        let failure = layers.sum_up().unwrap_err().to_string();
        assert_eq!(failure, "2 of 3 layers did not pass.");
    }
}
