//! What a large account costs: 500 groups of 60 rules, 10 000 interfaces, 100 000 members, a list of 1 000 blocks that
//! all groups refer to; 20 of the interfaces are devices of this host.
//!
//! Started by `cargo xtask bench`, a process for each of the steps `begin`, `plan`, `stay` and `alone`, in this order,
//! with a network namespace that has the devices, a directory of pins and one for the store, which all are its own.
//! Prints a JSON object a line: what was measured, its unit, the median, the lowest and the highest.

mod ask;
mod clock;
mod state;

use clock::{Rounds, print, resident};
use sgfw::api::Action;
use sgfw::control::{Effort, Engine, now};
use sgfw::inventory::Scope;
use sgfw::kernel::{Binding, Paths};
use sgfw::store::{Note, Redb, Store};
use std::sync::Arc;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// How often what costs milliseconds is measured, and what costs more.
const OFTEN: u64 = 60;
const SELDOM: u64 = 5;

fn main() -> Outcome<()> {
    // `cargo test` starts benches too, with nothing to do.
    let Ok(netns) = std::env::var("SGFW_BENCH_NETNS") else { return Ok(()) };
    match std::env::args().nth(1).as_deref() {
        Some("begin") => begin(&netns),
        Some("plan") => plan(),
        Some("stay") => stay(),
        Some("alone") => alone(),
        other => Err(format!("no step {other:?}").into()),
    }
}

/// The engine of this benchmark's directories.
fn open() -> Outcome<Engine> {
    let directory = |name: &str| std::env::var_os(name).ok_or(format!("{name} is not set"));
    let store: Arc<dyn Store> = Arc::new(Redb::new(directory("SGFW_STATE_DIR")?));
    Ok(Engine::open(store, &Paths::new(directory("SGFW_PIN_DIR")?))?)
}

/// Puts everything in force, where nothing was.
fn begin(netns: &str) -> Outcome<()> {
    let state = state::state(netns, &(0..state::DEVICES).map(|number| format!("sc{number}")).collect::<Vec<_>>());
    let mut engine = open()?;
    let mut first = Rounds::new("first apply: programs, all maps and the store", "ms");
    first.measure(|| {
        let change = engine.prepare(state.clone(), &Binding::new(), Effort::Apply)?;
        let note = Note { author: "bench".into(), action: "apply".into(), time: now() };
        Ok(engine.commit(change, Some(Vec::new()), note, &mut |_, _| ())?)
    })?;
    first.print();
    Ok(())
}

/// What a command that plans the whole costs, in a process of its own.
fn plan() -> Outcome<()> {
    let mut whole = Rounds::new("plan of the whole, by a command alone", "ms");
    let outcome = whole.measure(|| {
        let mut engine = open()?;
        let state = engine.state.clone();
        Ok(engine.prepare(state, &Binding::new(), Effort::Apply)?)
    })?;
    if !outcome.enforcement.is_some_and(|it| it.is_nothing()) {
        return Err("the same policy again would change something".into());
    }
    whole.print();
    print("memory of that command at most", "MB", resident()?);
    Ok(())
}

/// What actions cost somebody who stays.
fn stay() -> Outcome<()> {
    let mut engine = open()?;
    let mut ready = Rounds::new("getting ready for actions", "ms");
    ready.measure(|| Ok(engine.warm()?))?;
    ready.print();
    engine.leave_the_rest();
    let mut describe = Rounds::new("describe a group", "ms");
    for number in 0..OFTEN {
        describe.measure(|| perform(&mut engine, &ask::describe(number * 7)))?;
    }
    describe.print();
    rules(&mut engine)?;
    members(&mut engine)?;
    let mut whole = Rounds::new("plan of the whole", "ms");
    for _ in 0..SELDOM {
        let state = engine.state.clone();
        whole.measure(|| Ok(engine.prepare(state.clone(), &Binding::new(), Effort::Apply)?))?;
    }
    whole.print();
    print("memory of who stays, at most", "MB", resident()?);
    Ok(())
}

/// Rules that come and go, each in force when the action is back.
fn rules(engine: &mut Engine) -> Outcome<()> {
    let mut all = Rounds::new("a rule after the other, each with what is left to do after it", "ms");
    for round in 0..SELDOM * 2 {
        let block = ask::from_block(1_000 + round);
        for action in [ask::authorize(round, &block), ask::revoke(round, &block)] {
            all.measure(|| {
                perform(engine, &action)?;
                engine.settle();
                Ok(())
            })?;
        }
    }
    all.print();
    let mut add = Rounds::new("add a rule for a block", "ms");
    let mut remove = Rounds::new("remove a rule for a block", "ms");
    let mut refer = Rounds::new("add a rule for a group", "ms");
    let mut free = Rounds::new("remove a rule for a group", "ms");
    for round in 0..OFTEN / 2 {
        let (block, group) = (ask::from_block(round), ask::from_group(round));
        add.measure(|| perform(engine, &ask::authorize(round, &block)))?;
        engine.settle();
        remove.measure(|| perform(engine, &ask::revoke(round, &block)))?;
        engine.settle();
        refer.measure(|| perform(engine, &ask::authorize(round, &group)))?;
        engine.settle();
        free.measure(|| perform(engine, &ask::revoke(round, &group)))?;
        engine.settle();
    }
    [add, remove, refer, free].iter().for_each(Rounds::print);
    Ok(())
}

/// Members that come and go.
fn members(engine: &mut Engine) -> Outcome<()> {
    let mut add = Rounds::new("add a member: an address of an interface elsewhere", "ms");
    let mut remove = Rounds::new("remove a member", "ms");
    let mut new = Rounds::new("add a member: a new interface elsewhere", "ms");
    for round in 0..OFTEN / 2 {
        add.measure(|| perform(engine, &ask::assign(round)))?;
        remove.measure(|| perform(engine, &ask::unassign(round)))?;
        new.measure(|| perform(engine, &ask::create_interface(round)))?;
    }
    [add, remove, new].iter().for_each(Rounds::print);
    Ok(())
}

/// What one action costs in a process of its own.
fn alone() -> Outcome<()> {
    let mut add = Rounds::new("add a rule, by a command alone", "ms");
    add.measure(|| perform(&mut open()?, &ask::authorize(400, &ask::from_block(400))))?;
    add.print();
    print("memory of that command at most", "MB", resident()?);
    Ok(())
}

/// Packets meet with it when it comes back. What is left is done between two actions, as an agent does.
fn perform(engine: &mut Engine, action: &Action) -> Outcome<()> {
    engine.perform(&Scope::default(), action, "bench")?;
    Ok(())
}
