import type { Component } from '@petri/storage';

/** The tables of sandboxes. Code is kept once, whoever uses it; state is apart, as runs change it and nothing else. */
export const SANDBOXES: Component = {
  name: 'sandboxes',
  migrations: [
    `CREATE TABLE sandbox (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
     CREATE TABLE sandbox_state (
       id TEXT PRIMARY KEY,
       revision INTEGER NOT NULL,
       state TEXT NOT NULL
     ) STRICT;
     CREATE TABLE sandbox_code (sha256 TEXT PRIMARY KEY, language TEXT NOT NULL, code BLOB NOT NULL) STRICT;
     CREATE TABLE sandbox_use (
       id TEXT NOT NULL,
       sha256 TEXT NOT NULL,
       PRIMARY KEY (id, sha256)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX sandbox_use_of_code ON sandbox_use (sha256);`,
  ],
};
