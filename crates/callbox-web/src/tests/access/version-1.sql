-- access.db as version 1 of its schema wrote it. Frozen: what is in use somewhere has to be taken over.
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
INSERT INTO accounts (actor, login, name, role, password, created, disabled) VALUES
    (4711000001, 'mlee', 'M. Lee', 'dispatcher', '$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlcyBvaw$Tzi2WvLy7oFzSUqKN+tl6xw2si94VOJBXtCrNjRPvxE', 1760000000, NULL),
    (4711000002, 'bchen', 'B. Chen', 'supervisor', '$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlcyBvaw$Tzi2WvLy7oFzSUqKN+tl6xw2si94VOJBXtCrNjRPvxE', 1760000100, NULL),
    (4711000003, 'gone', 'G. One', 'call-taker', '$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlcyBvaw$Tzi2WvLy7oFzSUqKN+tl6xw2si94VOJBXtCrNjRPvxE', 1760000200, 1770000000);
INSERT INTO tokens (id, hash, actor, label, created, expires) VALUES
    (3, x'9b0b1f62a5f38a0d0ba4a5e7dd9b23f6a8b3b3a9d0b2a4c5e6f708192a3b4c5d', 4711000002, 'export', 1760000300, 1900000000);
PRAGMA user_version = 1;
