//! Premise notes: what must be known about places, by whom it is kept, and how it ends.

use callbox_domain::{NoteId, Place, script::Run};
use expect_test::expect;

use crate::town::{check, check_after, text, town};

#[test]
fn a_note_is_set_reviewed_and_retired() {
    check(
        r#"
premise energy FIRE @"212 Elm St" (50.8503,4.3517) 40 expires 300 review 100 // solar panels on the roof cannot be switched off
premise again 1 energy FIRE @"212 Elm St" (50.8503,4.3517) 60 expires 500 review 400 // and batteries in the cellar
premise again 9 energy FIRE @"212 Elm St" 40 expires 300 review 100 // nothing there
premise access NONE @"212 Elm St" 40 expires 300 review 100 // no such agency
premise access FIRE @"212 Elm St" 40 expires 0 review 0 // ended already
premise access FIRE @"212 Elm St" 40 expires 800 review 0 // too far ahead
premise access FIRE @"212 Elm St" 40 expires 300 review 301 // reviewed too late
premise access FIRE @"212 Elm St" 4000 expires 300 review 100 // too wide
retire 1
retire 1
retire 9
"#,
        expect![[r#"
            premise energy FIRE @"212 Elm St" (50.8503,4.3517) 40 expires 300 review 100 // solar panels on the roof cannot be switched off
              32 PremiseNoteSet 1 energy owner=FIRE expires=2026-11-01T00:00:00Z review=2026-04-15T00:00:00Z place=‹212 Elm St (50.8503,4.3517)› ±40 ‹solar panels on the roof cannot be switched off›
            premise again 1 energy FIRE @"212 Elm St" (50.8503,4.3517) 60 expires 500 review 400 // and batteries in the cellar
              33 PremiseNoteSet 1 energy owner=FIRE expires=2027-05-20T00:00:00Z review=2027-02-09T00:00:00Z place=‹212 Elm St (50.8503,4.3517)› ±60 ‹and batteries in the cellar›
            premise again 9 energy FIRE @"212 Elm St" 40 expires 300 review 100 // nothing there
              refused unknown-note: there is no premise note 9
                hint: check the number in the list of notes
            premise access NONE @"212 Elm St" 40 expires 300 review 100 // no such agency
              refused unknown-code: there is no agency NONE
                hint: use one of: EMS, FIRE
            premise access FIRE @"212 Elm St" 40 expires 0 review 0 // ended already
              refused note-out-of-bounds: the premise note is out of its bounds
                hint: let it end within two years, be reviewed before that, and hold within 2,000 m
            premise access FIRE @"212 Elm St" 40 expires 800 review 0 // too far ahead
              refused note-out-of-bounds: the premise note is out of its bounds
                hint: let it end within two years, be reviewed before that, and hold within 2,000 m
            premise access FIRE @"212 Elm St" 40 expires 300 review 301 // reviewed too late
              refused note-out-of-bounds: the premise note is out of its bounds
                hint: let it end within two years, be reviewed before that, and hold within 2,000 m
            premise access FIRE @"212 Elm St" 4000 expires 300 review 100 // too wide
              refused note-out-of-bounds: the premise note is out of its bounds
                hint: let it end within two years, be reviewed before that, and hold within 2,000 m
            retire 1
              34 PremiseNoteRetired 1
            retire 1
              nothing to do
            retire 9
              refused unknown-note: there is no premise note 9
                hint: check the number in the list of notes
        "#]],
    );
}

#[test]
fn notes_are_bounded() {
    let line = "premise access FIRE @\"a\" 1 expires 9 review 9 // x\n";
    check_after(
        &line.repeat(5_000),
        line,
        expect![[r#"
        premise access FIRE @"a" 1 expires 9 review 9 // x
          refused too-many: the list of premise notes has more than 5000 entries
            hint: leave some out
    "#]],
    );
}

fn shown(run: &Run, place: &Place, days: i64) -> String {
    let now = run.entries().last().unwrap().at.plus_seconds(days * 86_400);
    let notes = run.center().notes_at(place, now);
    let lines = notes.iter().map(|note| {
        let overdue = if note.is_overdue(now) { " overdue" } else { "" };
        format!("{} {}{overdue}\n", note.id, note.hazard.name())
    });
    let earlier = run.center().earlier_at(place, None, now);
    let earlier = earlier.iter().map(|id| format!("{id}\n"));
    lines.chain(earlier).collect()
}

#[test]
fn a_place_shows_its_notes_and_its_earlier_incidents() {
    let mut run = town();
    run.play(
        r#"
premise energy FIRE @"212 Elm St" (50.8503,4.3517) 40 expires 300 review 100 // panels
premise animals EMS @"Farm, Mill Rd" 0 expires 30 review 20 // dogs loose at night
premise access FIRE @"9 Bell Ave" (50.8603,4.3517) 40 expires 300 review 100 // gate
receive MED @"212 Elm St" (50.8504,4.3517)
close 1 DONE
receive FIRE @"farm mill rd"
receive FIRE @"Farm"
"#,
    )
    .unwrap();
    let elm = Place::new(text("the corner house"), Some((50.85031, 4.35171)));
    expect![[r#"
        1 energy
        #1
    "#]]
    .assert_eq(&shown(&run, &elm, 0));
    expect![[r#"
        1 energy overdue
    "#]]
    .assert_eq(&shown(&run, &elm, 120));
    let farm = Place::new(text("FARM"), None);
    expect![[r#"
        2 animals
        #3
    "#]]
    .assert_eq(&shown(&run, &farm, 0));
    expect![[r#"
        #3
    "#]]
    .assert_eq(&shown(&run, &farm, 31));
    assert_eq!(
        run.center().notes.get(NoteId(2).0).map(|note| note.version),
        Some(1)
    );
}
