//! A browser opens `docs/verify.html` from the disk and checks the proof of one read.

#![expect(clippy::print_stderr, reason = "a test that was skipped says so")]

use std::{path::Path, process::Command};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use callbox_domain::ReadPurpose;

use super::{
    house, options,
    reads::{CASE, all, reading, wait_for},
};
use crate::{Engine, Options, check_consultation};

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/verify.html");
    std::fs::read_to_string(path).unwrap()
}

/// Opens a page without a window and gives its text after all is done, or `None` without Chromium.
fn browse(profile: &Path, address: &str) -> Option<String> {
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .args(["--lang=en-US", "--virtual-time-budget=30000"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(address)
        .output();
    match output {
        Ok(output) if output.status.success() => {
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => {
            eprintln!("SKIPPED: needs chromium");
            None
        }
    }
}

#[test]
fn the_page_names_every_purpose_in_both_languages() {
    let page = page();
    for row in ReadPurpose::ROWS {
        let number = minicbor::to_vec(row.purpose).unwrap();
        let number = u64::from(match number[..] {
            [one @ 0..24] => one,
            [24, one] => one,
            _ => panic!("{number:?}"),
        });
        let named = format!("{number}: \"");
        let lists = page.lines().filter(|line| line.contains("purposes: {"));
        assert_eq!(
            lists.filter(|line| line.contains(&named)).count(),
            2,
            "{}",
            row.name
        );
    }
}

#[test]
fn the_page_says_of_a_read_what_the_library_says() {
    let house = house();
    let options = Options {
        publish: true,
        ..options()
    };
    let engine = Engine::open(&house.dir, options).unwrap();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let engine = engine.clone();
            std::thread::spawn(move || {
                for _ in 0..20 {
                    let read = reading(CASE, Some("MARKER"));
                    engine.consult_blocking(read).unwrap();
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|it| it.join().unwrap());
    let listed = engine.consultations(&all()).unwrap();
    let one = listed.iter().find(|it| it.no > 0).unwrap();
    wait_for("a checkpoint", || {
        engine.prove_consultation(one.seq, one.no, false).is_ok()
    });
    let proof = |words| engine.prove_consultation(one.seq, one.no, words).unwrap();
    let (bare, full) = (proof(false).to_string(), proof(true).to_string());
    let key = engine.verifier_key().clone();
    let no_batch = crate::ConsultationProof {
        batch: engine.prove(0, None).unwrap().proof,
        ..proof(false)
    };
    let is_batch = matches!(
        engine.entries(&[0]).unwrap()[0].event,
        callbox_domain::Event::ConsultationsRecorded(_)
    );
    assert!(is_batch, "the first batch is another one than the read's");
    engine.shutdown();

    let directory = tempfile::tempdir().unwrap();
    let profile = directory.path().join("profile");
    let file = directory.path().join("verify.html");
    std::fs::write(&file, page()).unwrap();
    let percent = |text: &str| -> String {
        text.bytes()
            .map(|byte| format!("%{byte:02X}"))
            .collect::<String>()
    };
    let open = |proof: &str, more: &str| {
        let address = format!(
            "file://{}#key={}&proof={}{more}",
            file.display(),
            percent(&key.to_string()),
            URL_SAFE_NO_PAD.encode(proof)
        );
        browse(&profile, &address)
    };
    let Some(dom) = open(&full, "") else {
        return;
    };
    for part in [
        "data-verdict=\"good\"",
        &format!("this is read {} of the ", one.no),
        "MARKER",
        "The reader's words are those that the record of the read names.",
        "incident #1<",
    ] {
        assert!(dom.contains(part), "{part}: {dom}");
    }
    let dom = open(&bare, "&lang=zh").unwrap();
    assert!(dom.contains("data-verdict=\"good\"") && dom.contains("证明成立"));
    assert!(dom.contains("此证明未附查阅人所述内容") && !dom.contains("MARKER"));
    // Another batch's event under the same read.
    let dom = open(&no_batch.to_string(), "").unwrap();
    assert!(dom.contains("data-verdict=\"bad\""), "{dom}");
    assert!(
        dom.contains("The read is not the one that was recorded"),
        "{dom}"
    );

    // The page and the library agree on each of many changed proofs.
    let (mut cases, mut expected) = (String::new(), String::new());
    // Up to the signatures, of which a reader needs one only.
    let needed = full.find("\n\n— ").unwrap();
    for at in (0..full.len()).step_by(3) {
        for mask in [0, 1, 2] {
            let mut bytes = full.clone().into_bytes();
            bytes[at] ^= mask;
            let Ok(proof) = String::from_utf8(bytes) else {
                continue;
            };
            let outcome = check_consultation(&proof, &key, None);
            assert!(outcome.is_err() || mask == 0 || at > needed, "{proof}");
            expected.push(if outcome.is_ok() { 'g' } else { 'b' });
            cases += &format!("\"{}\",", STANDARD.encode(&proof));
        }
    }
    let run = format!(
        "<p id=agree></p><script>(async () => {{ let found = ''; for (const text of [{cases}]) {{ const proof = new TextDecoder().decode(Uint8Array.from(atob(text), (c) => c.charCodeAt(0))); try {{ const shown = await check(proof, null, '{key}', '', 0, () => {{}}); found += shown.read ? 'g' : 'w'; }} catch (error) {{ found += error instanceof Wrong && !(error instanceof Unable) ? 'b' : 'x'; }} }} document.getElementById('agree').textContent = `agree ${{found}}.`; }})();</script></body>"
    );
    let many = directory.path().join("many.html");
    std::fs::write(&many, page().replacen("</body>", &run, 1)).unwrap();
    let dom = browse(&profile, &format!("file://{}", many.display())).unwrap();
    let (_, rest) = dom.split_once("id=\"agree\">agree ").unwrap();
    let (found, _) = rest.split_once('.').unwrap();
    assert_eq!(found, expected);
    eprintln!(
        "the browser and the library agree on {} proofs",
        expected.len()
    );
}
