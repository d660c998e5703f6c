//! Root keys that are no file: a passphrase, a program.

use std::process::Stdio;

use crate::shop::{Ran, Shop, ran};

const VARIABLE: &str = "CALLBOX_PASSPHRASE_FILE";

fn with(shop: &Shop, passphrase: &str, line: &str) -> Ran {
    let mut command = shop.command(line);
    command
        .env(VARIABLE, shop.path(passphrase))
        .stdin(Stdio::null());
    ran(command.output().unwrap())
}

#[test]
fn a_center_by_passphrase_opens_with_it_alone() {
    let shop = Shop::new();
    shop.write("right", "correct horse battery staple\n");
    shop.write("wrong", "correct horse battery stable\n");
    shop.write("short", "horse\n");
    let init =
        "init --data center --center Elm --timezone America/Los_Angeles --root-key passphrase";
    let Ran { code, stderr, .. } = with(&shop, "short", init);
    assert_eq!(code, 3, "{stderr}");
    assert!(stderr.contains("12 to 1024 bytes"), "{stderr}");
    assert!(!shop.exists("center"));
    assert_eq!(with(&shop, "right", init).code, 0);
    let root = std::fs::read_to_string(shop.path("center/keys/root.key")).unwrap();
    assert!(root.contains("by passphrase"), "{root}");
    let rotate = "ledger rotate-keys --data center";
    let Ran { code, stderr, .. } = with(&shop, "wrong", rotate);
    assert_eq!(code, 3, "{stderr}");
    assert!(
        stderr.contains("not the one that the keys were wrapped with"),
        "{stderr}"
    );
    assert_eq!(with(&shop, "right", rotate).code, 0);
    // Without one, and without a terminal, the message says where it may stand.
    let mut command = shop.command(rotate);
    let Ran { code, stderr, .. } = ran(command.stdin(Stdio::null()).output().unwrap());
    if code != 0 {
        assert!(stderr.contains(VARIABLE), "{stderr}");
    }
    // doctor asks nobody, and tries what is at hand.
    let said = shop.run("doctor --data center").stdout;
    assert!(said.contains("root key by passphrase, not tried"), "{said}");
    let Ran { code, stdout, .. } = with(&shop, "wrong", "doctor --data center");
    assert_eq!(code, 1, "{stdout}");
    // A backup is restored with the keys' file and the passphrase together.
    assert_eq!(
        with(
            &shop,
            "right",
            "backup saved.tar --keys keys.tar --data center"
        )
        .code,
        0
    );
    let restore = "restore saved.tar --keys keys.tar --data again";
    assert_eq!(with(&shop, "wrong", restore).code, 3);
    let Ran { code, stderr, .. } = with(&shop, "right", restore);
    assert_eq!(code, 0, "{stderr}");
}

#[test]
fn a_center_by_a_key_service_opens_through_it() {
    let shop = Shop::new();
    // It keeps what it wraps in a drawer, and gives out a number: as some services do.
    shop.write(
        "service",
        "read bound; read key; [ -d \"$1\" ] || { echo 'the drawer is locked' >&2; exit 3; }\n\
         if [ \"$2\" = wrap ]; then echo \"$bound $key\" > \"$1/1\"; echo AAAB; else\n\
         read kept secret < \"$1/1\"; [ \"$kept\" = \"$bound\" ] || exit 4; echo \"$secret\"; fi\n",
    );
    std::fs::create_dir(shop.path("drawer")).unwrap();
    let path = |name: &str| shop.path(name).to_str().unwrap().to_owned();
    let (service, drawer) = (path("service"), path("drawer"));
    let init = format!(
        "init --data center --center Elm --timezone UTC --root-key command --root-command /bin/sh \
         --root-command {service} --root-command {drawer}"
    );
    let Ran { code, stderr, .. } = shop.run(&init);
    assert_eq!(code, 0, "{stderr}");
    let said = shop.run("doctor --data center").stdout;
    assert!(said.contains("root key by command"), "{said}");
    std::fs::rename(shop.path("drawer"), shop.path("away")).unwrap();
    let Ran { code, stdout, .. } = shop.run("doctor --data center");
    assert_eq!(code, 1);
    assert!(stdout.contains("the drawer is locked"), "{stdout}");
    let Ran { code, stderr, .. } = shop.run("serve --data center --listen 127.0.0.1:0");
    assert_eq!(code, 3);
    assert!(stderr.contains("the drawer is locked"), "{stderr}");
    let Ran { code, stderr, .. } = shop.run("init --data other --center Elm --root-key command");
    assert_eq!(code, 2, "{stderr}");
}
