-- access.db as version 5 of its schema wrote it. Frozen: what is in use somewhere has to be taken over.
CREATE TABLE accounts (
    actor INTEGER PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password TEXT NOT NULL,
    created INTEGER NOT NULL,
    disabled INTEGER
) STRICT;
CREATE TABLE sessions (
    hash BLOB PRIMARY KEY,
    actor INTEGER NOT NULL REFERENCES accounts (actor),
    created INTEGER NOT NULL,
    seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    actor INTEGER NOT NULL REFERENCES accounts (actor),
    label TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE TABLE failures (
    id INTEGER PRIMARY KEY,
    subject BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX failures_by_subject ON failures (subject, at);
ALTER TABLE accounts ADD COLUMN expires INTEGER;
ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT 'account';
DROP TABLE sessions;
CREATE TABLE sessions (
    hash BLOB PRIMARY KEY,
    actor INTEGER NOT NULL REFERENCES accounts (actor),
    created INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    proved INTEGER NOT NULL,
    stage TEXT NOT NULL,
    method TEXT NOT NULL,
    browser BLOB NOT NULL,
    device TEXT NOT NULL,
    address TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE authenticators (
    actor INTEGER PRIMARY KEY REFERENCES accounts (actor),
    secret BLOB NOT NULL,
    confirmed INTEGER,
    last_step INTEGER NOT NULL
) STRICT;
CREATE TABLE recovery_codes (
    hash BLOB PRIMARY KEY,
    actor INTEGER NOT NULL REFERENCES accounts (actor)
) STRICT, WITHOUT ROWID;
CREATE TABLE passkeys (
    id INTEGER PRIMARY KEY,
    actor INTEGER NOT NULL REFERENCES accounts (actor),
    host TEXT NOT NULL,
    credential BLOB NOT NULL UNIQUE,
    key BLOB NOT NULL,
    counter INTEGER NOT NULL,
    label TEXT NOT NULL,
    created INTEGER NOT NULL,
    used INTEGER
) STRICT;
CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    actor INTEGER NOT NULL REFERENCES accounts (actor),
    PRIMARY KEY (issuer, subject),
    UNIQUE (issuer, actor)
) STRICT, WITHOUT ROWID;
CREATE TABLE macros (
    owner INTEGER NOT NULL,
    name TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;
ALTER TABLE accounts ADD COLUMN agency TEXT;
INSERT INTO accounts (actor, login, name, role, password, created, disabled) VALUES
    (4711000001, 'mlee', 'M. Lee', 'dispatcher', '$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlcyBvaw$Tzi2WvLy7oFzSUqKN+tl6xw2si94VOJBXtCrNjRPvxE', 1760000000, NULL),
    (4711000002, 'bchen', 'B. Chen', 'supervisor', '$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlcyBvaw$Tzi2WvLy7oFzSUqKN+tl6xw2si94VOJBXtCrNjRPvxE', 1760000100, NULL),
    (4711000003, 'gone', 'G. One', 'call-taker', '$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlcyBvaw$Tzi2WvLy7oFzSUqKN+tl6xw2si94VOJBXtCrNjRPvxE', 1760000200, 1770000000);
INSERT INTO tokens (id, hash, actor, label, created, expires) VALUES
    (3, x'9b0b1f62a5f38a0d0ba4a5e7dd9b23f6a8b3b3a9d0b2a4c5e6f708192a3b4c5d', 4711000002, 'export', 1760000300, 1900000000);
UPDATE tokens SET scope = 'read';
INSERT INTO settings (name, value) VALUES ('account-requests', '77');
INSERT INTO authenticators (actor, secret, confirmed, last_step) VALUES (4711000002, x'3131313131313131313131313131313131313131', 1760000400, 5);
UPDATE accounts SET agency = 'FIRE' WHERE login = 'mlee';
INSERT INTO macros (owner, name, line) VALUES (4711000001, 'SF', 'D E1 $1');
PRAGMA user_version = 5;
