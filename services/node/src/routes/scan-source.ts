import type { ScanSourceRequest } from '@petri/contracts/v1';
import { readSecurityProfile } from '../mapping/enums.ts';
import { readGenome } from '../mapping/modules.ts';
import { mapped, type Problems } from '../mapping/problems.ts';
import { scanMessage } from '../mapping/scan.ts';
import type { SandboxRoute } from '../parts.ts';

export const scanSource: SandboxRoute<'scanSource'> =
  ({ sandboxesOf }) =>
  async (request, context) => {
    const { genome, profile } = mapped((problems) => readScan(problems, request));
    return {
      report: scanMessage(await sandboxesOf(context).scan(genome, profile, { signal: context.signal })),
    };
  };

function readScan(problems: Problems, request: ScanSourceRequest) {
  const profile = readSecurityProfile(problems, 'security_profile', request.securityProfile) ?? 'MEDIUM';
  const genome = problems.within('genome', () => {
    if (request.genome) return readGenome(problems, request.genome);
    problems.add('', 'is required');
    return { modules: [], entry: '' };
  });
  return { genome, profile };
}
