//! What files declare, into a state, once what they expect of themselves holds.

use super::ControlError;
use crate::analyse::run_tests;
use crate::declare::{self, Adopted, Declared};
use crate::inventory::{State, lower};

/// The state with what is declared. The tests of the files must hold, before anything is changed.
///
/// # Errors
/// What is declared cannot be adopted, or a test fails.
pub fn adopt(state: &State, declared: &Declared) -> Result<Adopted, ControlError> {
    let adopted = declare::adopt(state, declared)?;
    let lowered = lower(&adopted.state);
    let tests = declare::tests(&adopted.state, &lowered, declared);
    let outcomes = run_tests(&lowered.snapshot, &tests);
    let failed =
        outcomes.iter().filter(|outcome| !outcome.passed()).map(|outcome| outcome.to_string().trim_end().into());
    let failed: Vec<String> = failed.collect();
    if failed.is_empty() { Ok(adopted) } else { Err(ControlError::Tests(failed)) }
}
