//! A browser opens `docs/verify.html` from the disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use callbox_ledger::{
    Checkpointer, Cosigner, Gate, KeyKind, Ledger, MemoryStore, Options, Policy, Proven, Signer,
    TileReader, TlogProof, VerifierKey, Witness, WitnessClient, WitnessFile, add_cosignatures,
    export_tiles, prove_event, verify_proof,
};

use crate::draft;

/// A proof with what a reader checks it by.
struct Case {
    proof: String,
    leaf: Vec<u8>,
    key: VerifierKey,
    witnesses: Vec<VerifierKey>,
}

/// Proves one of these events against a checkpoint that two witnesses cosigned.
fn case(directory: &Path, events: u32, seq: u64) -> Case {
    let place = |name: &str| directory.join(name);
    let store = MemoryStore::new();
    let mut ledger = Ledger::open(store.clone(), Options::default()).unwrap();
    let drafts: Vec<_> = (1..=events).map(draft).collect();
    ledger.append(&drafts).unwrap();
    let signer = Signer::generate("dispatch.example/center", &place("key")).unwrap();
    let key = signer.verifier().clone();
    let gate = Gate::open(&place("gate")).unwrap();
    let mut checkpointer = Checkpointer::new(Box::new(store.clone()), signer, gate);
    checkpointer.advance().unwrap();
    let mut note = checkpointer.gate().note().unwrap().unwrap();
    export_tiles(&mut store.clone(), &note, &key, &place("tiles"), None).unwrap();
    let mut tiles = TileReader::new(&place("tiles"));
    let mut witnesses = Vec::new();
    for name in ["court", "press"] {
        let kind = KeyKind::Ed25519Cosignature;
        let cosigner = Cosigner::generate(name, kind, &place(name)).unwrap();
        let state = WitnessFile::create(&place(&format!("{name}.state"))).unwrap();
        witnesses.push(cosigner.verifier().clone());
        let mut witness = Witness::new(vec![key.clone()], vec![cosigner], state).unwrap();
        let mut client = WitnessClient::new(vec![witnesses[witnesses.len() - 1].clone()], 0);
        let lines = client.cosign(&note, &key, &mut tiles, &mut |body| {
            let answer = witness.add_checkpoint(body, 1_700_000_000);
            Ok((answer.status, answer.body.into_bytes()))
        });
        note = add_cosignatures(&note, &lines.unwrap()).unwrap();
    }
    let Proven { proof, leaf } = prove_event(&mut store.clone(), seq, &note, &key).unwrap();
    Case {
        proof,
        leaf,
        key,
        witnesses,
    }
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

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/verify.html")
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    let one = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

#[test]
fn the_page_says_in_a_browser_what_the_library_says() {
    let directory = tempfile::tempdir().unwrap();
    let profile = directory.path().join("profile");
    let case = case(directory.path(), 300, 77);
    let stranger =
        Signer::generate("dispatch.example/center", &directory.path().join("x")).unwrap();
    let lines = |keys: &[VerifierKey]| {
        let keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
        keys.join("\n")
    };
    let open = |page: &Path, proof: &str, leaf: Option<&[u8]>, key: &VerifierKey, more: &str| {
        let mut address = format!("file://{}#key={}", page.display(), encode(&key.to_string()));
        address += &format!("&proof={}", encode(&URL_SAFE.encode(proof)));
        if let Some(leaf) = leaf {
            address += &format!("&leaf={}", encode(&URL_SAFE.encode(leaf)));
        }
        browse(&profile, &format!("{address}{more}"))
    };
    let verdict = |dom: &str| {
        let (_, rest) = dom.split_once("data-verdict=\"").unwrap();
        let (verdict, rest) = rest.split_once("\">").unwrap();
        let (text, _) = rest.split_once('<').unwrap();
        (verdict.to_owned(), text.to_owned())
    };
    let witnesses = encode(&lines(&case.witnesses));
    let more = format!("&keys={witnesses}&least=2");
    let Some(dom) = open(&page(), &case.proof, None, &case.key, &more) else {
        return;
    };
    let (good, text) = verdict(&dom);
    assert_eq!(
        (good.as_str(), text.as_str()),
        (
            "good",
            "The proof holds: this is event 77 of the ledger dispatch.example/center."
        )
    );
    for part in [
        "Cosigned by court, 2023-11-14 22:13:20.000 UTC.",
        "2 of at least 2 cosignatures hold.",
        "[1, \"ENR\"]",
        "1/1, 78",
    ] {
        assert!(dom.contains(part), "{part}: {dom}");
    }
    eprintln!("the browser says: {text}");
    let parsed = TlogProof::parse(&case.proof).unwrap();
    let bare = TlogProof {
        extra: None,
        ..parsed
    }
    .to_string();
    let other = bare.replacen("index 77", "index 76", 1);
    let mut leaf = case.leaf.clone();
    leaf[20] ^= 1;
    // Without Ed25519, the page says so and claims nothing.
    let text = fs::read_to_string(page()).unwrap();
    let crippled = directory.path().join("crippled.html");
    let without = "<script>SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'));</script>";
    fs::write(
        &crippled,
        text.replacen("<script>", &format!("{without}<script>"), 1),
    )
    .unwrap();
    let page = page();
    let more = format!("&keys={}&least=2", encode(&lines(&case.witnesses[..1])));
    for (page, proof, leaf, key, more, expected, part) in [
        (
            &page,
            &bare,
            Some(&case.leaf),
            &case.key,
            "&lang=zh",
            "good",
            "证明成立",
        ),
        (
            &page,
            &bare,
            None,
            &case.key,
            "",
            "incomplete",
            "does not hold the event itself",
        ),
        (
            &page,
            &bare,
            Some(&leaf),
            &case.key,
            "",
            "bad",
            "The event is not the one that was signed",
        ),
        (
            &page,
            &other,
            Some(&case.leaf),
            &case.key,
            "",
            "bad",
            "The event is not the one that was signed",
        ),
        (
            &page,
            &case.proof,
            None,
            stranger.verifier(),
            "",
            "bad",
            "The checkpoint is not signed by dispatch.example/center",
        ),
        (
            &page,
            &case.proof,
            None,
            stranger.verifier(),
            "&lang=zh",
            "bad",
            "证明不成立",
        ),
        (
            &page,
            &case.proof,
            None,
            &case.key,
            more.as_str(),
            "bad",
            "Only 1 of the needed 2 witnesses",
        ),
        (
            &page,
            &case.proof,
            None,
            &case.key,
            "&keys=nonsense",
            "incomplete",
            "This is not a verifier key",
        ),
        (
            &crippled,
            &case.proof,
            None,
            &case.key,
            "",
            "unable",
            "does not know Ed25519",
        ),
    ] {
        let dom = open(page, proof, leaf.map(Vec::as_slice), key, more).unwrap();
        let (found, text) = verdict(&dom);
        assert_eq!(found, expected, "{text}");
        assert!(text.contains(part), "{text}");
    }

    // Three files dropped onto the page, in any order, are told apart by what is in them.
    let parts = [
        ("a.txt", case.key.to_string().into_bytes()),
        ("b.bin", case.leaf.clone()),
        ("c.tlog-proof", bare.clone().into_bytes()),
    ];
    for order in [[0, 1, 2], [2, 1, 0]] {
        let mut files = String::new();
        for (name, bytes) in order.map(|part: usize| &parts[part]) {
            let bytes = STANDARD.encode(bytes);
            files += &format!(
                "carried.items.add(new File([Uint8Array.from(atob('{bytes}'), (c) => c.charCodeAt(0))], '{name}'));"
            );
        }
        let drop = format!(
            "<script>const carried = new DataTransfer(); {files} document.getElementById('drop').dispatchEvent(new DragEvent('drop', {{ dataTransfer: carried, bubbles: true }}));</script></body>"
        );
        let dropped = directory.path().join("dropped.html");
        fs::write(&dropped, text.replacen("</body>", &drop, 1)).unwrap();
        // Files are read outside of the page's virtual time: on a busy machine a picture of the page
        // may be taken before they are there.
        let address = format!("file://{}", dropped.display());
        let mut looks = (0..5).map(|_| browse(&profile, &address).unwrap());
        let dom = looks.find(|dom| verdict(dom).0 != "incomplete");
        let dom = dom.expect("the files were read in one of five looks");
        assert_eq!(verdict(&dom).0, "good", "{dom}");
    }

    // The page and the library agree on each of many changed proofs.
    let (mut cases, mut expected) = (String::new(), String::new());
    let policy = Policy::least_of(2, case.witnesses.clone()).unwrap();
    let index = case.proof.find("index").unwrap();
    for at in (index..case.proof.len()).step_by(2) {
        for mask in [0, 1, 32] {
            let mut bytes = case.proof.clone().into_bytes();
            bytes[at] ^= mask;
            let Ok(proof) = String::from_utf8(bytes) else {
                continue;
            };
            let outcome = verify_proof(&proof, &case.leaf, &case.key, Some(&policy));
            expected.push(if outcome.is_ok() { 'g' } else { 'b' });
            cases += &format!("\"{}\",", STANDARD.encode(&proof));
        }
    }
    let run = format!(
        "<p id=agree></p><script>(async () => {{ let found = ''; for (const text of [{cases}]) {{ const proof = new TextDecoder().decode(Uint8Array.from(atob(text), (c) => c.charCodeAt(0))); try {{ await check(proof, Uint8Array.from(atob('{}'), (c) => c.charCodeAt(0)), '{}', `{}`, 2, () => {{}}); found += 'g'; }} catch (error) {{ found += error instanceof Wrong && !(error instanceof Unable) ? 'b' : 'x'; }} }} document.getElementById('agree').textContent = `agree ${{found}}.`; }})();</script></body>",
        STANDARD.encode(&case.leaf),
        case.key,
        lines(&case.witnesses)
    );
    let many = directory.path().join("many.html");
    fs::write(&many, text.replacen("</body>", &run, 1)).unwrap();
    let dom = browse(&profile, &format!("file://{}", many.display())).unwrap();
    let (_, rest) = dom.split_once("id=\"agree\">agree ").unwrap();
    let (found, _) = rest.split_once('.').unwrap();
    assert_eq!(found, expected);
    assert!(expected.contains('g') && expected.contains('b'));
    eprintln!(
        "the browser and the library agree on {} proofs",
        expected.len()
    );
}
