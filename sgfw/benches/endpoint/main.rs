//! What clients of the endpoint meet: agent and endpoint on one core, a signed load from another one.
//!
//! Started by `cargo xtask bench`, which makes two network namespaces and names them and the program in SGFW_BENCH_*.
//! Prints a JSON object a line: what was measured, the value, its unit. A request's time counts from when it was due,
//! so that waiting for earlier ones is part of it.

mod load;
mod requests;
mod stage;

use load::{Line, Times, steady};
use requests::Requests;
use stage::Stage;
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Requests a second that are wanted.
const RATE: u32 = 1_000;
/// Connections that describe; one more changes.
const CONNECTIONS: u32 = 16;
/// How many of the requests of a second are changes.
const CHANGES: [u32; 2] = [10, 20];
const SECONDS: u64 = 10;
/// Changes of which each is looked for in the kernel.
const OBEYED: u16 = 50;

fn main() -> Outcome<()> {
    // `cargo test` starts benches too, with nothing to do.
    let Some(stage) = Stage::named()? else { return Ok(()) };
    let requests = Requests::new(&stage)?;
    warm(&stage, &requests)?;
    alone(&stage, &requests)?;
    for changes in CHANGES {
        mixed(&stage, &requests, changes)?;
    }
    whole(&stage, &requests)?;
    obeyed(&stage, &requests)
}

fn row(what: &str, value: f64, unit: &str) {
    println!("{}", serde_json::json!({ "what": what, "value": value, "unit": unit }));
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn warm(stage: &Stage, requests: &Requests) -> Outcome<()> {
    let mut line = Line::open(stage)?;
    requests.describes.iter().try_for_each(|request| line.ask(request).map(|_| ()))
}

/// What is wanted: so many requests a second, some of them changes.
fn mixed(stage: &Stage, requests: &Requests, changes: u32) -> Outcome<()> {
    let before = stage.busy()?;
    let begun = Instant::now();
    let seconds = Duration::from_secs(SECONDS);
    let (describes, changed) = std::thread::scope(|scope| -> Outcome<(Times, Times)> {
        let describing: Vec<_> = (0..CONNECTIONS)
            .map(|number| {
                let rate = f64::from(RATE - changes) / f64::from(CONNECTIONS);
                scope.spawn(move || {
                    let from = number as usize * 7;
                    let mine = requests.describes.iter().cycle().skip(from);
                    steady(stage, mine, (rate, f64::from(number) / f64::from(CONNECTIONS)), seconds)
                })
            })
            .collect();
        let changing = scope.spawn(|| steady(stage, requests.changes.iter(), (f64::from(changes), 0.5), seconds));
        let mut all = Times::default();
        for thread in describing {
            all.extend(thread.join().map_err(|_| "a thread of the load failed")??);
        }
        Ok((all, changing.join().map_err(|_| "a thread of the load failed")??))
    })?;
    let lasted = begun.elapsed();
    let done = (describes.count() + changed.count()) as f64 / lasted.as_secs_f64();
    let mix = format!("{} describes and {changes} authorizes or revokes a second", RATE - changes);
    row(&format!("{mix}: answered"), done, "/s");
    row(&format!("{mix}: describe, median"), millis(describes.part(0.5)), "ms");
    row(&format!("{mix}: describe, 99 of 100"), millis(describes.part(0.99)), "ms");
    row(&format!("{mix}: authorize, median"), millis(changed.part(0.5)), "ms");
    row(&format!("{mix}: authorize, 99 of 100"), millis(changed.part(0.99)), "ms");
    let busy = (stage.busy()? - before).as_secs_f64() / lasted.as_secs_f64();
    row(&format!("{mix}: the core is busy"), busy * 100.0, "%");
    Ok(())
}

/// As many describes as there is time for.
fn alone(stage: &Stage, requests: &Requests) -> Outcome<()> {
    let begun = Instant::now();
    let until = begun + Duration::from_secs(SECONDS / 2);
    let count = std::thread::scope(|scope| -> Outcome<usize> {
        let threads: Vec<_> = (0..CONNECTIONS as usize)
            .map(|number| {
                scope.spawn(move || -> Outcome<usize> {
                    let mut line = Line::open(stage)?;
                    let mut count = 0;
                    for request in requests.describes.iter().cycle().skip(number * 7) {
                        if Instant::now() >= until {
                            break;
                        }
                        line.ask(request)?;
                        count += 1;
                    }
                    Ok(count)
                })
            })
            .collect();
        let mut sum = 0;
        for thread in threads {
            sum += thread.join().map_err(|_| "a thread of the load failed")??;
        }
        Ok(sum)
    })?;
    row("describes alone, as many as there is time for", count as f64 / begun.elapsed().as_secs_f64(), "/s");
    Ok(())
}

/// Everything in one answer.
fn whole(stage: &Stage, requests: &Requests) -> Outcome<()> {
    let mut line = Line::open(stage)?;
    let mut times = Times::default();
    let mut bytes = 0;
    for _ in 0..5 {
        let begun = Instant::now();
        bytes = line.ask(&requests.whole)?;
        times.add(begun.elapsed());
    }
    let what = format!("describe of all groups in one answer of {:.1} MB", bytes as f64 / 1e6);
    row(&what, millis(times.part(0.5)), "ms");
    Ok(())
}

/// From the answer to a connection that gets through, or that does not any more.
fn obeyed(stage: &Stage, requests: &Requests) -> Outcome<()> {
    let mut line = Line::open(stage)?;
    let (mut answers, mut opens, mut shuts) = (Times::default(), Times::default(), Times::default());
    for (port, (open, shut)) in requests.ports(stage, OBEYED)? {
        let begun = Instant::now();
        line.ask(&open)?;
        answers.add(begun.elapsed());
        opens.add(stage.until(port, true)?);
        line.ask(&shut)?;
        shuts.add(stage.until(port, false)?);
    }
    row("authorize, alone: answered, median", millis(answers.part(0.5)), "ms");
    row("authorize, alone: answered, worst", millis(answers.part(1.0)), "ms");
    row("authorize: packets pass after the answer, worst", millis(opens.part(1.0)), "ms");
    row("revoke: packets are dropped after the answer, worst", millis(shuts.part(1.0)), "ms");
    Ok(())
}
