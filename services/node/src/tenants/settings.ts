import type { EnvReader } from '@petri/core';
import { fileError, readConfigured } from '@petri/serving';
import { parseQuota, parseQuotaFile, type Quota, type Quotas, UNLIMITED } from './quota.ts';

/** Where the quotas of tenants are said. */
export type TenantsConfig = {
  /** Of each tenant that the file does not name. */
  quota: Quota;
  file: string | undefined;
};

export const NO_QUOTAS: TenantsConfig = { quota: UNLIMITED, file: undefined };

export const TENANT_VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  [
    'PETRI_QUOTA',
    'of each tenant, any of: sandboxes=N,runs_in_flight=N,cpu_seconds_per_minute=N,memory_mib=N (none)',
  ],
  ['PETRI_QUOTAS_FILE', 'file of quotas, a line each: tenant name=N ...; the tenant * is all others (none)'],
];

export function readTenants(env: EnvReader): TenantsConfig {
  const words = (text: string) => text.split(/[\s,]+/).filter(Boolean);
  return {
    quota: env.parsed('PETRI_QUOTA', (text) => parseQuota(words(text)), UNLIMITED),
    file: env.string('PETRI_QUOTAS_FILE', undefined),
  };
}

/** @throws PetriError `invalid_argument` that names the file and what is wrong with it. */
export async function openQuotas({ quota, file }: TenantsConfig): Promise<Quotas> {
  if (file === undefined) return { others: quota, own: new Map() };
  const text = (await readConfigured('PETRI_QUOTAS_FILE', file)).toString();
  try {
    return parseQuotaFile(text, quota);
  } catch (thrown) {
    throw fileError('PETRI_QUOTAS_FILE', file, `is wrong: ${(thrown as Error).message}`);
  }
}
