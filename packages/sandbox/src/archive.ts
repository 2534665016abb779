import { failedPrecondition, idViolation, invalid } from '@petri/core';
import { hashOf } from './genome.ts';
import { compileLimits } from './limits.ts';
import { checkDraft } from './loads.ts';
import { SandboxRecord } from './record.ts';
import type { CapturedSandbox, ImportOptions, SandboxArchive } from './api/archive.ts';
import { ModuleTable, moduleViolations } from './versions.ts';

const SCHEMA_VERSION = 1;

/** What an archive is made of. None of it changes once it is in force; a record only gets another. */
type Archived = Pick<SandboxRecord, 'identity' | 'modules' | 'limits' | 'stateJson'>;

/**
 * Takes hold of a sandbox as it is. Costs next to nothing before the archive is asked for, so that many can be held at one
 * moment.
 */
export function capture(record: SandboxRecord, nowMs: number): CapturedSandbox {
  const { identity, modules, limits, stateJson, error } = record;
  const archive = () => archiveOf({ identity, modules, limits, stateJson }, nowMs);
  return { id: identity.id, archive, ...(error === undefined ? {} : { error }) };
}

/** All of a sandbox: every kept version, the committed state, what it was created with. */
export function archiveOf(archived: Archived, nowMs: number): SandboxArchive {
  const { identity, modules, limits, stateJson } = archived;
  const { id, tenant, isolation, securityProfile, population, labels, createdAtMs } = identity;
  return {
    schemaVersion: SCHEMA_VERSION,
    id,
    tenant,
    isolation,
    securityProfile,
    population,
    labels: { ...labels },
    limits: { ...limits },
    entry: modules.entry,
    modules: modules.histories,
    stateJson,
    createdAtMs,
    exportedAtMs: nowMs,
  };
}

/**
 * A sandbox as an archive has it, under an id of its own. An archive is a caller's word: everything is checked again.
 *
 * @throws PetriError failed_precondition for a newer layout, invalid_argument
 */
export function recordOf(
  archive: SandboxArchive,
  { id = archive.id, tenant = '', restore }: ImportOptions,
  nowMs: number,
): SandboxRecord {
  const { schemaVersion, isolation, securityProfile, population, labels, entry, modules, stateJson } =
    archive;
  if (schemaVersion !== SCHEMA_VERSION)
    throw failedPrecondition(
      'ARCHIVE_VERSION',
      `the archive has schema version ${schemaVersion}; this node reads ${SCHEMA_VERSION}`,
    );
  const limits = compileLimits(archive.limits);
  const violations = [idViolation('id', id) ?? []].flat();
  violations.push(
    ...moduleViolations(
      'archive.modules',
      modules.map(({ module, versions }) => ({
        name: module,
        code: versions[0]?.code ?? { language: 'javascript', source: '' },
      })),
    ),
  );
  for (const [index, history] of modules.entries())
    for (const [at, { code, sha256 }] of history.versions.entries())
      if (hashOf(code) !== sha256)
        violations.push({
          field: `archive.modules[${index}].versions[${at}].sha256`,
          description: 'is not the hash of the code',
        });
  for (const [index, { activeVersion, versions }] of modules.entries()) {
    const field = `archive.modules[${index}]`;
    const numbers = versions.map(({ version }) => version);
    if (new Set(numbers).size < numbers.length || numbers.some((number) => !(number >= 1)))
      violations.push({ field: `${field}.versions`, description: 'have numbers that repeat or are below 1' });
    if (activeVersion !== 0 && !numbers.includes(activeVersion))
      violations.push({
        field: `${field}.active_version`,
        description: `${activeVersion} is not among the versions`,
      });
  }
  if (isolation === 'REALM' && population === '')
    violations.push({ field: 'archive.population', description: 'is required for REALM' });
  if (Buffer.byteLength(stateJson) > limits.stateBytes)
    violations.push({
      field: 'archive.state',
      description: `is larger than ${limits.stateBytes} bytes as JSON`,
    });
  if (violations.length > 0) throw invalid(violations);
  const table = ModuleTable.restore(entry, modules);
  if (entry !== '' && !table.current.modules.has(entry))
    throw invalid([{ field: 'archive.entry', description: `names no active module: "${entry}"` }]);
  checkDraft(table.current, limits, securityProfile);
  const identity = { id, tenant, isolation, securityProfile, population, labels, createdAtMs: nowMs };
  const origin = restore === undefined ? {} : { restore };
  return new SandboxRecord({ ...identity, ...origin }, table, limits, stateJson);
}
