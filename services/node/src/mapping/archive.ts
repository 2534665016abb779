import type { MessageInitShape } from '@bufbuild/protobuf';
import { failedPrecondition } from '@petri/core';
import { toValue } from '@petri/contracts';
import {
  IsolationLevel,
  type ModuleHistory,
  type ModuleHistorySchema,
  type ModuleVersion,
  type SandboxArchive as SandboxArchiveMessage,
  type SandboxArchiveSchema,
  SecurityProfile,
} from '@petri/contracts/v1';
import type { ModuleHistoryInfo, ModuleVersionInfo, SandboxArchive } from '@petri/sandbox';
import { jsonOf } from '../values.ts';
import { readIsolation, readSecurityProfile } from './enums.ts';
import { readLabels, readPopulation } from './labels.ts';
import { limitsMessage, readLimits } from './limits.ts';
import { moduleVersionMessage, readCode, readModuleName } from './modules.ts';
import { uint32 } from './numbers.ts';
import type { Problems } from './problems.ts';
import { readTimestamp, timestamp } from './time.ts';

/** The layout this node writes, and the newest it reads. */
const SCHEMA_VERSION = 1;

export function archiveMessage(archive: SandboxArchive): MessageInitShape<typeof SandboxArchiveSchema> {
  return {
    schemaVersion: archive.schemaVersion,
    id: archive.id,
    isolation: IsolationLevel[archive.isolation],
    securityProfile: SecurityProfile[archive.securityProfile],
    population: archive.population,
    tenant: archive.tenant,
    labels: archive.labels,
    limits: limitsMessage(archive.limits),
    entry: archive.entry,
    modules: archive.modules.map((history) => historyMessage(history, true)),
    state: toValue(JSON.parse(archive.stateJson), 'state'),
    createdAt: timestamp(archive.createdAtMs),
    exportedAt: timestamp(archive.exportedAtMs),
  };
}

export function historyMessage(
  history: ModuleHistoryInfo,
  withCode: boolean,
): MessageInitShape<typeof ModuleHistorySchema> {
  return {
    module: history.module,
    activeVersion: uint32(history.activeVersion),
    totalVersions: uint32(history.totalVersions),
    versions: history.versions.map((version) => moduleVersionMessage(version, withCode)),
  };
}

/** @throws PetriError `failed_precondition` if the archive has a newer layout, whose meaning is not known here. */
export function readArchive(problems: Problems, message: SandboxArchiveMessage): SandboxArchive {
  const { schemaVersion, id, labels, entry, modules, state } = message;
  if (schemaVersion > SCHEMA_VERSION)
    throw failedPrecondition(
      'ARCHIVE_TOO_NEW',
      `the archive has layout ${schemaVersion}; this node reads up to ${SCHEMA_VERSION}`,
    );
  if (schemaVersion === 0) problems.add('schema_version', 'is required');
  const now = Date.now();
  return {
    schemaVersion,
    id: problems.id('id', id),
    tenant: message.tenant,
    isolation: readIsolation(problems, 'isolation', message.isolation) ?? 'ISOLATE',
    securityProfile: readSecurityProfile(problems, 'security_profile', message.securityProfile) ?? 'MEDIUM',
    population: readPopulation(problems, message.population) ?? '',
    labels: readLabels(problems, labels),
    limits: readLimits(problems, message.limits) ?? {},
    entry: readModuleName(problems, 'entry', entry, ''),
    modules: problems.each('modules', modules, (history) => readHistory(problems, history)),
    stateJson: state ? problems.within('state', () => jsonOf(state, problems)) : '{}',
    createdAtMs: message.createdAt ? readTimestamp(problems, 'created_at', message.createdAt) : now,
    exportedAtMs: message.exportedAt ? readTimestamp(problems, 'exported_at', message.exportedAt) : now,
  };
}

function readHistory(problems: Problems, message: ModuleHistory): ModuleHistoryInfo {
  const { activeVersion, totalVersions, versions } = message;
  const module = readModuleName(problems, 'module', message.module, '');
  if (module === '') problems.add('module', 'is required');
  if (activeVersion !== 0 && !versions.some(({ version }) => version === activeVersion))
    problems.add('active_version', `is ${activeVersion}, which is not among the versions`);
  const seen = new Set<number>();
  return {
    module,
    activeVersion,
    totalVersions,
    versions: problems.each('versions', versions, (version) => {
      if (version.version === 0) problems.add('version', 'must be 1 or more');
      if (seen.has(version.version)) problems.add('version', `${version.version} is given more than once`);
      seen.add(version.version);
      return readVersion(problems, module, version, version.version === activeVersion);
    }),
  };
}

function readVersion(
  problems: Problems,
  module: string,
  message: ModuleVersion,
  active: boolean,
): ModuleVersionInfo {
  const given = message.code;
  if (!given) problems.add('code', 'is required');
  const code = given
    ? problems.within('code', () => readCode(problems, given))
    : { language: 'javascript' as const, source: '' };
  return {
    module,
    version: message.version,
    language: code.language,
    sha256: message.sha256,
    sizeBytes: message.sizeBytes,
    loadedAtMs: message.loadedAt ? readTimestamp(problems, 'loaded_at', message.loadedAt) : Date.now(),
    active,
    code,
  };
}
