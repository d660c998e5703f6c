//! What somebody who is bound to an agency gets decided, and what agencies agree on.

use expect_test::expect;

use crate::town::{check, check_after};

#[test]
fn a_bound_account_works_on_what_it_sees_and_knows_of_nothing_else() {
    check(
        r#"
receive FIRE
dispatch E104 1
receive MED
dispatch A201 2
bound EMS
note 1 // what nobody of us sees
close 1 DONE
link 2 related 1
merge 2 > 1
dispatch E105 2
status E104 ENR
reassign A201 > 1
note 2 // patient is awake
take spoken MED
dispatch A202 3
close 3 DONE
status A202 AVL
close 3 DONE
define type CAT "Cat in a tree"
bound -
show 3
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            dispatch E104 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            receive MED
              34 IncidentReceived #2 type=MED priority=2
            dispatch A201 2
              35 UnitDispatched #2/1 A201 type=AMB status=DSP
            bound EMS
            note 1 // what nobody of us sees
              refused unknown-incident: there is no incident #1
                hint: check the number on the board or in the history
            close 1 DONE
              refused unknown-incident: there is no incident #1
                hint: check the number on the board or in the history
            link 2 related 1
              refused unknown-incident: there is no incident #1
                hint: check the number on the board or in the history
            merge 2 > 1
              refused unknown-incident: there is no incident #1
                hint: check the number on the board or in the history
            dispatch E105 2
              refused unknown-unit: there is no unit E105
                hint: check the call sign in the list of units
            status E104 ENR
              refused unknown-unit: there is no unit E104
                hint: check the call sign in the list of units
            reassign A201 > 1
              refused unknown-incident: there is no incident #1
                hint: check the number on the board or in the history
            note 2 // patient is awake
              36 NarrativeAdded #2 line=1 ‹patient is awake›
            take spoken MED
              37 IncidentReceived #3 type=MED priority=2
              38 IncidentTakenFor #3 by EMS
            dispatch A202 3
              39 UnitDispatched #3/1 A202 type=AMB status=DSP
            close 3 DONE
              refused units-still-assigned: incident #3 still has A202
                hint: make them available, cancel or reassign them first
            status A202 AVL
              40 AssignmentEnded #3/1 A202 cleared status=AVL
            close 3 DONE
              41 IncidentClosed #3 disposition=DONE
            define type CAT "Cat in a tree"
              refused not-theirs: this is not for EMS to decide
                hint: ask somebody whose account is of the whole center
            bound -
            show 3
              #3 received 09:00:00 type=MED priority=2
                /1 A202 DSP: dispatched 09:00:00, cleared 09:00:00
                closed 09:00:00 DONE
        "#]],
    );
}

#[test]
fn what_is_shared_is_helped_with_and_ended_by_whose_it_is() {
    check_after(
        "receive FIRE\ndispatch E104 1\nreceive FIRE\nshare 1 EMS",
        r#"
bound EMS
note 1 // we see the smoke
close 1 DONE
share 1 FIRE
merge 1 > 2
status E104 ENR
stack E105 1
par 1 E104
dispatch A201 1
link 1 related 2
bound FIRE
status E104 ONS
reassign E104 > 2
bound EMS
show 1
unshare 1 EMS
status A201 AVL
undo
"#,
        expect![[r#"
            bound EMS
            note 1 // we see the smoke
              36 NarrativeAdded #1 line=1 ‹we see the smoke›
            close 1 DONE
              refused units-still-assigned: incident #1 still has E104
                hint: make them available, cancel or reassign them first
            share 1 FIRE
              refused not-theirs: this is not for EMS to decide
                hint: ask somebody whose account is of the whole center
            merge 1 > 2
              refused unknown-incident: there is no incident #2
                hint: check the number on the board or in the history
            status E104 ENR
              refused of-agency: E104 is FIRE's
                hint: ask FIRE, or somebody whose account is of the whole center
            stack E105 1
              refused unknown-unit: there is no unit E105
                hint: check the call sign in the list of units
            par 1 E104
              37 WelfareAsked #1/1 E104
            dispatch A201 1
              38 UnitDispatched #1/2 A201 type=AMB status=DSP
            link 1 related 2
              refused unknown-incident: there is no incident #2
                hint: check the number on the board or in the history
            bound FIRE
            status E104 ONS
              39 AssignmentProgressed #1/1 E104 status=ONS on_scene
            reassign E104 > 2
              refused unknown-incident: there is no incident #2
                hint: check the number on the board or in the history
            bound EMS
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                line 1 09:00:00 a7 ‹we see the smoke›
                /1 E104 ONS: dispatched 09:00:00, on_scene 09:00:00
                /2 A201 DSP: dispatched 09:00:00
            unshare 1 EMS
              40 IncidentUnshared #1 with EMS
            status A201 AVL
              41 AssignmentEnded #1/2 A201 cleared status=AVL
            undo
              42 EndUndone #1/2 A201 undoes=41
        "#]],
    );
}

#[test]
fn agencies_agree_to_show_each_other_incidents_of_a_type() {
    check(
        r#"
receive FIRE
dispatch E104 1
receive MED
agree FIRE with EMS FIRE
agree FIRE with EMS FIRE
bound EMS
show 1
note 1 // we are on standby
agree FIRE with EMS MED
end-sharing FIRE with EMS MED
end-sharing EMS with FIRE MED
end-sharing FIRE with EMS FIRE
note 1 // we are still on standby
agree EMS with FIRE MED
note 2 // whose is it
dispatch A201 2
bound FIRE
note 2 // we see it now
end-sharing FIRE with FIRE MED
bound -
agree EMS with EMS MED
agree EMS with POLICE MED
agree EMS with FIRE CAT
end-sharing EMS with FIRE CAT
agree FIRE with EMS MED
bound FIRE
agree EMS with FIRE ODOUR
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            dispatch E104 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            receive MED
              34 IncidentReceived #2 type=MED priority=2
            agree FIRE with EMS FIRE
              35 SharingAgreed FIRE with EMS FIRE
            agree FIRE with EMS FIRE
              nothing to do
            bound EMS
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 DSP: dispatched 09:00:00
            note 1 // we are on standby
              36 NarrativeAdded #1 line=1 ‹we are on standby›
            agree FIRE with EMS MED
              refused not-theirs: this is not for EMS to decide
                hint: ask somebody whose account is of the whole center
            end-sharing FIRE with EMS MED
              nothing to do
            end-sharing EMS with FIRE MED
              nothing to do
            end-sharing FIRE with EMS FIRE
              37 SharingEnded FIRE with EMS FIRE
            note 1 // we are still on standby
              refused unknown-incident: there is no incident #1
                hint: check the number on the board or in the history
            agree EMS with FIRE MED
              38 SharingAgreed EMS with FIRE MED
            note 2 // whose is it
              refused unknown-incident: there is no incident #2
                hint: check the number on the board or in the history
            dispatch A201 2
              refused unknown-incident: there is no incident #2
                hint: check the number on the board or in the history
            bound FIRE
            note 2 // we see it now
              refused unknown-incident: there is no incident #2
                hint: check the number on the board or in the history
            end-sharing FIRE with FIRE MED
              nothing to do
            bound -
            agree EMS with EMS MED
              refused shares-with-itself: EMS shows itself what it has
                hint: name two different agencies
            agree EMS with POLICE MED
              refused unknown-code: there is no agency POLICE
                hint: use one of: EMS, FIRE
            agree EMS with FIRE CAT
              refused unknown-code: there is no incident type CAT
                hint: use one of: FIRE, MED, ODOUR
            end-sharing EMS with FIRE CAT
              refused unknown-code: there is no incident type CAT
                hint: use one of: FIRE, MED, ODOUR
            agree FIRE with EMS MED
              39 SharingAgreed FIRE with EMS MED
            bound FIRE
            agree EMS with FIRE ODOUR
              refused not-theirs: this is not for FIRE to decide
                hint: ask somebody whose account is of the whole center
        "#]],
    );
    let mut many = String::new();
    for agency in 0..11 {
        many += &format!("define agency A{agency} A{agency}\n");
    }
    for type_no in 0..10 {
        many += &format!("define type T{type_no} T{type_no}\n");
    }
    let pairs = (0..11).flat_map(|one| (0..11).map(move |other| (one, other)));
    let pairs = pairs.filter(|(one, other)| one != other);
    let all = pairs.flat_map(|pair| (0..10).map(move |type_no| (pair, type_no)));
    for ((one, other), type_no) in all.take(1_000) {
        many += &format!("agree A{one} with A{other} T{type_no}\n");
    }
    check_after(
        &many,
        "agree FIRE with EMS FIRE",
        expect![[r#"
        agree FIRE with EMS FIRE
          refused too-many: the list of agreements has more than 1000 entries
            hint: leave some out
    "#]],
    );
}

#[test]
fn notes_of_others_are_theirs_to_keep() {
    check_after(
        r#"premise animals FIRE @"9 Elm St" (40.5,-74.25) 30 expires 30 review 20 // dogs"#,
        r#"
bound EMS
retire 1
premise again 1 animals EMS @"9 Elm St" (40.5,-74.25) 30 expires 30 review 20 // dogs
premise animals FIRE @"9 Elm St" (40.5,-74.25) 30 expires 30 review 20 // cats
premise animals EMS @"9 Elm St" (40.5,-74.25) 30 expires 30 review 20 // cats
retire 2
"#,
        expect![[r#"
            bound EMS
            retire 1
              refused of-agency: the note is FIRE's
                hint: ask FIRE, or somebody whose account is of the whole center
            premise again 1 animals EMS @"9 Elm St" (40.5,-74.25) 30 expires 30 review 20 // dogs
              refused of-agency: the note is FIRE's
                hint: ask FIRE, or somebody whose account is of the whole center
            premise animals FIRE @"9 Elm St" (40.5,-74.25) 30 expires 30 review 20 // cats
              refused of-agency: the note is FIRE's
                hint: ask FIRE, or somebody whose account is of the whole center
            premise animals EMS @"9 Elm St" (40.5,-74.25) 30 expires 30 review 20 // cats
              33 PremiseNoteSet 2 animals owner=EMS expires=2026-02-04T00:00:00Z review=2026-01-25T00:00:00Z place=‹9 Elm St (40.5,-74.25)› ±30 ‹cats›
            retire 2
              34 PremiseNoteRetired 2
        "#]],
    );
}
