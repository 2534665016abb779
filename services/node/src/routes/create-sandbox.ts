import type { CreateSandboxRequest } from '@petri/contracts/v1';
import type { CreateSpec } from '@petri/sandbox';
import { defined } from '../defined.ts';
import { showingExisting } from '../existing.ts';
import { readIsolation, readSecurityProfile } from '../mapping/enums.ts';
import { readLabels, readPopulation } from '../mapping/labels.ts';
import { readLimits } from '../mapping/limits.ts';
import { readGenome } from '../mapping/modules.ts';
import { mapped, type Problems } from '../mapping/problems.ts';
import { sandboxMessage } from '../mapping/sandbox.ts';
import { readTimeout } from '../mapping/time.ts';
import type { SandboxRoute } from '../parts.ts';
import { jsonOf } from '../values.ts';

export const createSandbox: SandboxRoute<'createSandbox'> =
  ({ sandboxesOf, idempotency }) =>
  (request, context) => {
    const sandboxes = sandboxesOf(context);
    return idempotency.once('CreateSandbox', sandboxes.tenant, request, async () => {
      const spec = mapped((problems) => readCreate(problems, request));
      const { signal } = context;
      const info = await showingExisting(sandboxes, () => sandboxes.create(spec, { signal }));
      return { sandbox: sandboxMessage(info) };
    });
  };

function readCreate(problems: Problems, request: CreateSandboxRequest): CreateSpec {
  const { id, genome, state, loadTimeoutMs } = request;
  const isolation = readIsolation(problems, 'isolation', request.isolation);
  const population = readPopulation(problems, request.population);
  if (isolation === 'REALM' && population === undefined)
    problems.add(
      'population',
      'is required for the isolation level REALM, whose isolates a population shares',
    );
  return defined({
    id: id === '' ? undefined : problems.id('id', id),
    genome: genome && problems.within('genome', () => readGenome(problems, genome)),
    isolation,
    securityProfile: readSecurityProfile(problems, 'security_profile', request.securityProfile),
    population,
    labels: readLabels(problems, request.labels),
    limits: readLimits(problems, request.limits),
    stateJson: state && problems.within('state', () => jsonOf(state, problems)),
    loadTimeoutMs:
      loadTimeoutMs === undefined ? undefined : readTimeout(problems, 'load_timeout_ms', loadTimeoutMs),
  });
}
