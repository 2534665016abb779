import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Health, serveReflection } from '@petri/contracts';
import { ArchipelagoService } from '@petri/contracts/v1';
import { Caller } from '../../../../test/support/caller.ts';
import { CONFIG, secureEndpoint, SERVICES, THREE_ROLES, TOKENS } from '../../test/secure.ts';
import { createServer } from '../listen.ts';
import { ROLES } from './roles.ts';
import { leastRoles } from './table.ts';

const LEAST_ROLES = leastRoles(SERVICES);
const METHODS = SERVICES.flatMap((service) =>
  service.methods.map(({ name, methodKind }) => ({
    path: `/${service.typeName}/${name}`,
    stream: methodKind !== 'unary',
  })),
);

/** Methods of health and reflection, by path. */
function served(): string[] {
  const server = createServer(CONFIG, []);
  new Health([]).addTo(server);
  serveReflection(server, SERVICES);
  // grpc-js does not tell what it serves in any other way.
  const { handlers } = server as unknown as { handlers: Map<string, unknown> };
  return [...handlers.keys()];
}

suite('the table of roles', () => {
  test('has a row for each method of the contract, of health and of reflection, and no other', () => {
    const others = served();
    assert.ok(others.length >= 5, others.join());
    assert.deepEqual([...LEAST_ROLES.keys()].sort(), [...METHODS.map(({ path }) => path), ...others].sort());
  });

  test('is of what is served, and of nothing else', async () => {
    const rows = [...leastRoles([ArchipelagoService]).keys()];
    const own = ArchipelagoService.methods.map(({ name }) => `/petri.v1.ArchipelagoService/${name}`);
    assert.deepEqual(rows.toSorted(), [...own, ...served()].toSorted());
  });

  test('lets strangers do nothing but ask whether the node serves', () => {
    const open = [...LEAST_ROLES].filter(([, least]) => least === 'anyone');
    assert.deepEqual(open, [['/grpc.health.v1.Health/Check', 'anyone']]);
  });

  test('holds on the wire: each RPC is refused to the role just below, and no more', async () => {
    await using all = await secureEndpoint({ tokens: THREE_ROLES });
    using caller = new Caller(all.address);
    for (const { path, stream } of METHODS) {
      const least = LEAST_ROLES.get(path);
      assert.ok(least !== undefined && least !== 'anyone', path);
      const below = ROLES[ROLES.indexOf(least) - 1];
      const refused = await caller.call(path, below && `Bearer ${TOKENS[below]}`, { stream });
      if (below === undefined) assert.equal(refused?.reason, 'TOKEN_MISSING', path);
      else {
        assert.deepEqual([refused?.code, refused?.reason], ['permission_denied', 'ROLE_TOO_LOW'], path);
        assert.deepEqual(refused?.metadata, { needed_role: least, role: below, method: path });
        assert.match(refused?.message ?? '', new RegExp(`needs the role ${least}`));
      }
      const admitted = await caller.call(path, `Bearer ${TOKENS[least]}`, { stream });
      assert.ok(!['permission_denied', 'unauthenticated'].includes(admitted?.code ?? ''), path);
    }
  });

  test('a reader changes nothing: whatever its name says that it changes something is for operators', () => {
    const changes = METHODS.filter(({ path }) => !/\/(?:Get|List|Export|Rank|Top|Watch)/.test(path));
    assert.equal(changes.length, 34);
    for (const { path } of changes) assert.match(String(LEAST_ROLES.get(path)), /^(?:operator|admin)$/, path);
  });
});
