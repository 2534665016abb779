import type { Context } from '@opentelemetry/api';
import type { CollectReason } from './event.ts';

/** Whom an event is about. */
export type Subject = { id: string; tenant: string; population: string };

export const NOBODY: Subject = { id: '', tenant: '', population: '' };

export type BatchKind = 'run' | 'evaluate' | 'evaluate_sources' | 'create' | 'destroy' | 'reload';

/** A batch under way: what it does belongs into its context. `end` may be called again, to no effect. */
export type BatchScope = { context: Context; end: (result: BatchResult) => void };

export type BatchResult = { errors: number; workersLost: number; thrown?: unknown };

/** What a collection of garbage took, and why. */
export type Collected = { durationMs: number; collected: Readonly<Partial<Record<CollectReason, number>>> };

/** A result that was recorded for a member of a population, or a score that was changed. */
export type FitnessRecord = {
  generation: number;
  score: number | undefined;
  /** Why there is no score. */
  error: { reason: string; message: string } | undefined;
  /** Wall time of the evaluation, in microseconds. */
  evaluationUs: number;
  components: Readonly<Record<string, number>>;
  /** What was added to the score, and why. */
  adjusted?: { delta: number; reason: string };
};

/** What came of a migrant here. */
export type Moved = {
  result: 'sent' | 'admitted' | 'duplicate' | 'rejected' | 'dropped';
  /** The individual on this node, as far as there is one. */
  subject: Subject;
  /** More than one only of those that are not known by name. */
  count: number;
  /** Stable, and for people; '' if there is nothing to explain. */
  why: string;
  reason: string;
};
