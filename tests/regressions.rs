//! Seeds that once failed, shrunk: what was wrong is mended, and stays so.

use std::{fs, path::PathBuf};

use simulator::{
    report::model::Verdict,
    run::{Options, run},
    scenario,
};

#[test]
fn what_once_failed_holds() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../sims/regressions");
    let files = fs::read_dir(folder).expect("the folder of regressions");
    let mut seen = 0;
    for path in files.map(|file| file.expect("a file that can be listed").path()) {
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        seen += 1;
        let scenario = scenario::load(&path).expect("a scenario that can be read");
        let outcome = run(&scenario, &Options::default(), &mut |_| {}).expect("a world");
        let failed = outcome.report.invariants.into_iter();
        let failed: Vec<_> = failed.filter(|one| one.verdict == Verdict::Fail).collect();
        assert!(failed.is_empty(), "{}: {failed:?}", path.display());
    }
    assert!(seen > 0, "there is at least one");
}
