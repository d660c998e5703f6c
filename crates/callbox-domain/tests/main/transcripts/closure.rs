//! Closed streets: why, until when, and how they open again.

use callbox_domain::{ClosureId, Stream, script::Run};
use expect_test::expect;

use crate::town::{check, check_after};

#[test]
fn a_street_is_closed_lifted_and_ends_by_itself() {
    check(
        r#"
09:00:00 closure works "Elm Street" 7 (50.85,4.35) (50.86,4.35) until 11:00:00
closure flood "Mill Lane" 8 (50.85,4.35) (50.85,4.36) times 2 impassable
closure crash "Oak Road" 9 (50.85,4.35) (50.85,4.36) until 10:00:00
closure crash "Oak Road" 9 (50.85,4.35) (50.85,4.36) until 09:00:00
closure crash "Oak Road" 9 (50.85,4.35) (50.85,4.36) times 0
closure crash "Oak Road" 9 (50.85,4.35) (50.85,4.36) times 401
lift 2
lift 2
lift 7
09:30:00 expire
10:00:00 expire
expire
12:00:00 expire
lift 1
"#,
        expect![[r#"
            09:00:00 closure works "Elm Street" 7 (50.85,4.35) (50.86,4.35) until 11:00:00
              32 StreetClosed 1 works "Elm Street" pieces=1 until=11:00:00
            closure flood "Mill Lane" 8 (50.85,4.35) (50.85,4.36) times 2 impassable
              33 StreetClosed 2 flood "Mill Lane" pieces=2 impassable
            closure crash "Oak Road" 9 (50.85,4.35) (50.85,4.36) until 10:00:00
              34 StreetClosed 3 crash "Oak Road" pieces=1 until=10:00:00
            closure crash "Oak Road" 9 (50.85,4.35) (50.85,4.36) until 09:00:00
              refused closure-out-of-bounds: the closure is out of its bounds
                hint: close between 1 and 200 pieces of street, and let it end within two years
            closure crash "Oak Road" 9 (50.85,4.35) (50.85,4.36) times 0
              refused closure-out-of-bounds: the closure is out of its bounds
                hint: close between 1 and 200 pieces of street, and let it end within two years
            closure crash "Oak Road" 9 (50.85,4.35) (50.85,4.36) times 401
              refused closure-out-of-bounds: the closure is out of its bounds
                hint: close between 1 and 200 pieces of street, and let it end within two years
            lift 2
              35 ClosureLifted 2
            lift 2
              refused unknown-closure: there is no closure 2 in force
                hint: check the number in the list of closures
            lift 7
              refused unknown-closure: there is no closure 7 in force
                hint: check the number in the list of closures
            09:30:00 expire
              nothing to do
            10:00:00 expire
              36 ClosureExpired 3
            expire
              nothing to do
            12:00:00 expire
              37 ClosureExpired 1
            lift 1
              refused unknown-closure: there is no closure 1 in force
                hint: check the number in the list of closures
        "#]],
    );
}

#[test]
fn closures_are_bounded() {
    let line = "closure works \"Elm Street\" 7 (50.85,4.35) (50.86,4.35)\n";
    check_after(
        &line.repeat(1_000),
        line,
        expect![[r#"
        closure works "Elm Street" 7 (50.85,4.35) (50.86,4.35)
          refused too-many: the list of closures has more than 1000 entries
            hint: leave some out
    "#]],
    );
}

#[test]
fn closing_and_opening_are_undone_within_half_a_minute() {
    check(
        r#"
09:00:00 closure works "Elm Street" 7 (50.85,4.35) (50.86,4.35) until 11:00:00
09:00:10 by 8 undo
09:00:10 by 7 undo
undo
09:01:00 closure flood "Mill Lane" 8 (50.85,4.35) (50.85,4.36) impassable
09:05:00 lift 2
09:05:20 undo
lift 2
09:05:51 undo
09:06:00 closure flood "Mill Lane" 8 (50.85,4.35) (50.85,4.36) until 09:06:10
09:06:10 expire
undo
09:07:00 closure crash "Oak Road" 9 (50.85,4.35) (50.85,4.36)
by 8 lift 4
by 7 undo
by 8 undo
"#,
        expect![[r#"
            09:00:00 closure works "Elm Street" 7 (50.85,4.35) (50.86,4.35) until 11:00:00
              32 StreetClosed 1 works "Elm Street" pieces=1 until=11:00:00
            09:00:10 by 8 undo
              refused nothing-to-undo: there is nothing of yours to undo
                hint: units sent, statuses, ends of assignments and closings can be undone
            09:00:10 by 7 undo
              33 ClosureUndone 1 undoes=32
            undo
              refused nothing-to-undo: there is nothing of yours to undo
                hint: units sent, statuses, ends of assignments and closings can be undone
            09:01:00 closure flood "Mill Lane" 8 (50.85,4.35) (50.85,4.36) impassable
              34 StreetClosed 2 flood "Mill Lane" pieces=1 impassable
            09:05:00 lift 2
              35 ClosureLifted 2
            09:05:20 undo
              36 LiftUndone 2 "Mill Lane" undoes=35
            lift 2
              37 ClosureLifted 2
            09:05:51 undo
              refused too-late-to-undo: that was more than 30 seconds ago
                hint: put it right by an act of its own: cancel, correct, reopen
            09:06:00 closure flood "Mill Lane" 8 (50.85,4.35) (50.85,4.36) until 09:06:10
              38 StreetClosed 3 flood "Mill Lane" pieces=1 until=09:06:10
            09:06:10 expire
              39 ClosureExpired 3
            undo
              refused changed-since: something has happened since to what would be undone
                hint: put it right by an act of its own: cancel, correct, reopen
            09:07:00 closure crash "Oak Road" 9 (50.85,4.35) (50.85,4.36)
              40 StreetClosed 4 crash "Oak Road" pieces=1
            by 8 lift 4
              41 ClosureLifted 4
            by 7 undo
              refused changed-since: something has happened since to what would be undone
                hint: put it right by an act of its own: cancel, correct, reopen
            by 8 undo
              42 LiftUndone 4 "Oak Road" undoes=41
        "#]],
    );
}

/// What is undone goes on in the closure's stream of events: a record that counts anew does not verify.
#[test]
fn an_opening_that_is_undone_counts_on_in_its_stream() {
    let mut run = Run::default();
    let next = |run: &Run| run.center().next_version(Stream::Closure(ClosureId(1)));
    run.play("09:00:00 closure works \"Elm Street\" 7 (50.85,4.35) (50.86,4.35)")
        .unwrap();
    assert_eq!(next(&run), 2);
    for (line, version) in [
        ("09:00:10 lift 1", 3),
        ("09:00:20 undo", 4),
        ("09:00:30 lift 1", 5),
        ("09:00:40 undo", 6),
    ] {
        run.play(line).unwrap();
        assert_eq!(next(&run), version, "{line}");
    }
}

#[test]
fn a_line_closes_a_street_and_opens_it() {
    check(
        r#"
> BK works 4 @Elm St / Mill Rd > Elm St / Oak Rd
> bk Flood ! @212 Elm St
> BK works @
> BK works 0 @Elm St
> BK works @Elm St >
> BK rain @Elm St
> BK
> LF 1
09:00:00 closure works "Elm Street" 7 (50.85,4.35) (50.86,4.35)
09:05:00 expire
> LF 1
> U
> LF one
> LF
"#,
        expect![[r#"
            > BK works 4 @Elm St / Mill Rd > Elm St / Oak Rd
              reads BK works 4 @Elm St / Mill Rd > Elm St / Oak Rd ‹close-street cause=works; hours=4; place=Elm St / Mill Rd > Elm St / Oak Rd›
              would close ClosingWords { cause: Works, from: Text(16 bytes), to: Some(Text(15 bytes)), hours: Some(4), impassable: false }
            > bk Flood ! @212 Elm St
              reads BK flood ! @212 Elm St ‹close-street cause=flood; impassable=yes; place=212 Elm St›
              would close ClosingWords { cause: Flood, from: Text(10 bytes), to: None, hours: None, impassable: true }
            > BK works @
              mistake missing: the place after @ is missing
                hint: type BK CAUSE [HOURS] [!] @PLACE [> PLACE]
            > BK works 0 @Elm St
              mistake unknown: there is no number 0
                hint: type BK CAUSE [HOURS] [!] @PLACE [> PLACE]
            > BK works @Elm St >
              mistake missing: the place after @ is missing
                hint: type BK CAUSE [HOURS] [!] @PLACE [> PLACE]
            > BK rain @Elm St
              mistake unknown: there is no cause rain
                hint: type BK CAUSE [HOURS] [!] @PLACE [> PLACE]
            > BK
              mistake missing: the cause is missing
                hint: type BK CAUSE [HOURS] [!] @PLACE [> PLACE]
            > LF 1
              mistake unknown: there is no closure 1
                hint: type LF CLOSURE
            09:00:00 closure works "Elm Street" 7 (50.85,4.35) (50.86,4.35)
              32 StreetClosed 1 works "Elm Street" pieces=1
            09:05:00 expire
              nothing to do
            > LF 1
              reads LF 1 ‹lift closure=1; street=Elm Street; cause=works›
              33 ClosureLifted 1
            > U
              reads U ‹undo ›
              34 LiftUndone 1 "Elm Street" undoes=33
            > LF one
              mistake unknown: there is no closure one
                hint: type LF CLOSURE
            > LF
              mistake missing: the closure is missing
                hint: type LF CLOSURE
        "#]],
    );
}
