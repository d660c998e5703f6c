//! Closed streets: why, until when, and how they open again.

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
