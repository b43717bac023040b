mod state;
use std::time::Instant;
fn main() {
    let devices: Vec<String> = (0..20).map(|n| format!("sc{n}")).collect();
    let t = Instant::now();
    let state = state::state("x", &devices);
    println!("make {:?}", t.elapsed());
    let t = Instant::now();
    let rows = state.to_rows();
    println!("rows {} {:?} bytes {}", rows.len(), t.elapsed(), rows.values().map(Vec::len).sum::<usize>());
    let t = Instant::now();
    let back = sgfw::inventory::State::from_rows(&rows).expect("rows");
    println!("from rows {:?}", t.elapsed());
    let t = Instant::now();
    let same = back == state;
    println!("eq {same} {:?}", t.elapsed());
    let t = Instant::now();
    let copy = state.clone();
    println!("clone {:?}", t.elapsed());
    let t = Instant::now();
    println!("diff {} {:?}", copy.changes_from(&state).len(), t.elapsed());
    let t = Instant::now();
    let snap = sgfw::inventory::lower(&state).snapshot;
    println!("lower {:?}", t.elapsed());
    let t = Instant::now();
    let snap2 = snap.clone();
    println!("snapshot clone {:?}", t.elapsed());
    let t = Instant::now();
    let image = sgfw::compile::compile(&snap).expect("compile");
    println!(
        "compile {:?} nodes {} members {} cells {}",
        t.elapsed(),
        image.nodes32.len(),
        image.members.len(),
        image.member_cells.len()
    );
    let t = Instant::now();
    println!("diff {} {:?}", sgfw::plan::diff(&snap, &snap2).is_empty(), t.elapsed());
    let mut running = sgfw::kernel::Kernel::nothing();
    let wanted = sgfw::plan::Wanted {
        interfaces: snap
            .interfaces
            .keys()
            .enumerate()
            .map(|(n, name)| {
                (
                    name.clone(),
                    sgfw::plan::Attachment {
                        device: format!("sc{n}"),
                        ifindex: n as u32 + 1,
                        netns: None,
                        taken: sgfw::plan::Taken::Tcx,
                    },
                )
            })
            .collect(),
    };
    let t = Instant::now();
    let plan = sgfw::plan::plan(&running, &image, &wanted).expect("plan");
    println!("plan {:?} {}", t.elapsed(), plan.ops.len());
    for op in &plan.ops {
        running.apply(op)
    }
    let t = Instant::now();
    let plan = sgfw::plan::plan(&running, &image, &wanted).expect("plan");
    println!("plan again {:?} {}", t.elapsed(), plan.ops.len());
}
