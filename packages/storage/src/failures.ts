import { type ErrorCode, PetriError } from '@petri/core';
import type { Failure } from './protocol.ts';

// Primary result codes of SQLite.
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const NOTADB = 26;

/** What is thrown for a write or a read that SQLite refuses. Nothing of it has happened. */
function failureOf(thrown: unknown): PetriError {
  if (thrown instanceof PetriError) return thrown;
  const cause = { cause: thrown };
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  switch (primaryCode(thrown)) {
    case FULL:
      return new PetriError(
        'resource_exhausted',
        'the disk of the data directory is full: nothing was changed; free some space and try again',
        { reason: 'DISK_FULL', ...cause },
      );
    case IOERR:
    case READONLY:
      return new PetriError(
        'unavailable',
        `the data directory cannot be written (${said}): nothing was changed`,
        { reason: 'STORAGE_FAILED', ...cause },
      );
    case CORRUPT:
    case NOTADB:
      return new PetriError(
        'data_loss',
        `the database is damaged (${said}): stop the node and restore a backup`,
        { reason: 'DATABASE_CORRUPT', ...cause },
      );
    default:
      return new PetriError('internal', `the database refused a statement: ${said}`, {
        reason: 'STORAGE_ERROR',
        ...cause,
      });
  }
}

/** The primary result code of SQLite, or undefined if it is no error of SQLite's. */
export function primaryCode(thrown: unknown): number | undefined {
  const code = (thrown as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

export function toFailure(thrown: unknown): Failure {
  const { code, reason, message, metadata } = failureOf(thrown);
  return { code, reason, message, metadata: { ...metadata } };
}

export function fromFailure({ code, reason, message, metadata }: Failure): PetriError {
  return new PetriError(code as ErrorCode, message, { reason, metadata });
}
