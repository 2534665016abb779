/** The manifests of deploy/kubernetes: valid, as confined as with Docker, and in agreement with what they start. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import { EnvReader } from '@petri/core';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { IService } from 'kubernetes-models/v1/Service';
import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { parse, parseAllDocuments } from 'yaml';
import manifest from '../package.json' with { type: 'json' };
import { loadConfig as loadCoordinator } from '../services/coordinator/src/config.ts';
import { loadConfig as loadNode } from '../services/node/src/config.ts';
import { WITHOUT_OPENSSL } from './support/certificates.ts';
import { temporaryDirectory } from './support/directory.ts';
import { type Manifest, problemsOf } from './support/kubernetes.ts';
import {
  containerOf,
  DIRECTORY,
  environmentOf,
  expanded,
  files,
  kustomizationIn,
  makeSecrets,
  manifests,
  named,
  ofKind,
  podOf,
  sets,
} from './support/manifests.ts';

const run = promisify(execFile);
const COMPOSE = new URL('../docker-compose.yml', import.meta.url).pathname;

const WITHOUT_KUBECTL = await run('kubectl', ['version', '--client']).then(
  () => false as const,
  () => 'there is no kubectl on this machine',
);

type Compose = { services: Record<string, { ports?: string[]; image: string; user: string }> };
const compose = parse(readFileSync(COMPOSE, 'utf8'), { merge: true }) as Compose;
const labelsOf = ({ spec }: IStatefulSet) => spec!.template.metadata!.labels!;

suite('the manifests for Kubernetes', () => {
  test('are valid', async () => {
    assert.deepEqual(await problemsOf(manifests), []);
  });

  test('would be refused with a field that does not exist, that is missing, or of another type', async () => {
    const set = structuredClone(named('node'));
    Object.assign(containerOf(set), { readOnly: true });
    const [service] = structuredClone(ofKind<IService>('Service'));
    Object.assign(service!.spec!.ports![0]!, { port: 'many' });
    const incomplete = structuredClone(named('nats'));
    Reflect.deleteProperty(incomplete.spec!, 'selector');
    const found = (await problemsOf([set, service, incomplete] as unknown as Manifest[])).join('\n');
    for (const wrong of [
      /"readOnly"' does not exist/,
      /v1\/Service: .*port must be integer/,
      /StatefulSet: .*selector/,
    ])
      assert.match(found, wrong);
  });

  test('are what kubectl makes of them', { skip: WITHOUT_KUBECTL }, async () => {
    const { stdout } = await run('kubectl', ['kustomize', DIRECTORY]);
    const made = parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
    assert.deepEqual(await problemsOf(made), []);
    assert.equal(made.length, manifests.length + 1, 'and the configuration of NATS');
  });

  test('are all applied', () => {
    const { resources = [] } = kustomizationIn(DIRECTORY);
    const own = resources.filter((name) => !name.startsWith('../'));
    assert.deepEqual(own.toSorted(), files.toSorted());
  });

  test('are as confined as Kubernetes knows how', () => {
    for (const set of sets) {
      const name = set.metadata!.name!;
      const pod = podOf(set);
      const { securityContext, automountServiceAccountToken, enableServiceLinks } = pod;
      assert.equal(securityContext?.runAsNonRoot, true, name);
      assert.equal(
        `${securityContext.runAsUser}:${securityContext.runAsGroup}`,
        compose.services[name]?.user,
      );
      assert.equal(securityContext.seccompProfile?.type, 'RuntimeDefault', name);
      assert.deepEqual([automountServiceAccountToken, enableServiceLinks], [false, false], name);
      assert.equal(pod.containers.length, 1, name);
      const { securityContext: own, resources } = containerOf(set);
      assert.deepEqual(
        [own?.allowPrivilegeEscalation, own?.readOnlyRootFilesystem, own?.capabilities, own?.privileged],
        [false, true, { drop: ['ALL'] }, undefined],
        name,
      );
      assert.deepEqual(Object.keys(resources?.limits ?? {}).toSorted(), ['cpu', 'memory'], name);
      const writable = pod.volumes?.filter(({ hostPath }) => hostPath !== undefined) ?? [];
      assert.deepEqual(writable, [], name);
    }
  });

  test('start what the code has, with variables that it reads', () => {
    const [node, coordinator] = [
      started(named('node'), loadNode),
      started(named('coordinator'), loadCoordinator),
    ];
    assert.deepEqual(
      [node.islands?.node, node.islands?.announced, node.islands?.leaseMs],
      ['node-0', { host: 'node-0.node.petri.svc', port: undefined }, 0],
    );
    assert.equal(coordinator.id, 'coordinator-0');
  });

  test('have the ports that Docker has, by services that find the pods', () => {
    for (const service of ofKind<IService>('Service')) {
      const { name } = service.metadata!;
      const set = sets.find(({ spec }) => spec?.serviceName === name)!;
      assert.deepEqual(service.spec?.selector, labelsOf(set), name);
      assert.deepEqual(set.spec?.selector.matchLabels, labelsOf(set), name);
      for (const { port, targetPort } of service.spec?.ports ?? []) {
        const found = containerOf(set).ports?.find((each) => each.name === targetPort);
        assert.equal(found?.containerPort, port, `${name}: ${targetPort}`);
      }
      for (const published of compose.services[name!]?.ports ?? []) {
        const port = Number(published.split(':').at(-1));
        assert.ok(
          service.spec?.ports?.some((each) => each.port === port),
          `${name}: ${port}`,
        );
      }
    }
    assert.equal(containerOf(named('nats')).image, compose.services['nats']?.image);
  });

  test('may be evicted one by one, and speak to nobody but each other', () => {
    const budgets = ofKind<IPodDisruptionBudget>('PodDisruptionBudget').map(
      ({ spec }) => spec?.selector?.matchLabels,
    );
    for (const name of ['node', 'coordinator']) {
      assert.ok(
        budgets.some((labels) => labels?.['app.kubernetes.io/name'] === name),
        name,
      );
    }
    const policies = ofKind<INetworkPolicy>('NetworkPolicy');
    const ports = sets.flatMap((set) => containerOf(set).ports?.map(({ name }) => name) ?? []);
    for (const { spec } of policies) {
      const rules = [...(spec?.ingress ?? []), ...(spec?.egress ?? [])];
      for (const { port } of rules.flatMap((rule) => rule.ports ?? [])) {
        assert.ok(typeof port === 'number' || ports.includes(port), String(port));
      }
    }
    const all = policies.find(
      ({ spec }) => Object.keys(spec?.podSelector ?? {}).length === 0 && !spec?.egress,
    );
    assert.deepEqual(all?.spec?.policyTypes, ['Ingress', 'Egress']);
  });

  test('mount secrets that the script makes', { skip: WITHOUT_OPENSSL }, async () => {
    using directory = temporaryDirectory();
    const paths = await makeSecrets(directory.path, named('node').spec!.replicas!);
    for (const path of [...paths.values()].flat()) assert.ok(existsSync(path), path);
    const made = new Map([...paths].map(([name, each]) => [name, each.map((path) => basename(path))]));
    for (const set of sets) {
      const { volumes = [], containers } = podOf(set);
      const source = new Map(
        volumes.map(({ name, secret, configMap }) => [name, secret?.secretName ?? configMap?.name]),
      );
      const mounts = containers[0]!.volumeMounts ?? [];
      const claims = set.spec?.volumeClaimTemplates?.map(({ metadata }) => metadata?.name) ?? [];
      for (const { name } of mounts)
        assert.ok(source.has(name) || claims.includes(name), `${name} is no volume`);
      for (const path of Object.values(environmentOf(set)).filter((value) =>
        /^\/(secrets|identity)\//.test(value),
      )) {
        const mount = mounts.find(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`));
        const key = mount?.subPathExpr ? expanded(mount.subPathExpr, environmentOf(set)) : basename(path);
        assert.ok(made.get(source.get(mount?.name ?? '') ?? '')?.includes(key), `nobody makes ${path}`);
      }
      for (let index = 0; set.metadata?.name !== 'nats' && index < set.spec!.replicas!; index++) {
        const identity = `${set.metadata!.name}-${index}.creds`;
        assert.ok(made.get(`${set.metadata!.name}-identities`)?.includes(identity), identity);
      }
    }
    const config = readFileSync(new URL('../deploy/nats/nats.conf', import.meta.url), 'utf8');
    for (const [, key = ''] of config.matchAll(/\/secrets\/(\S+)/g))
      assert.ok(made.get('nats')?.includes(key), key);
    assert.deepEqual(made.get('nats-accounts'), ['accounts.conf']);

    const certificate = (path: string) => new X509Certificate(readFileSync(join(directory.path, path)));
    const [ca, node] = [certificate('services/ca.pem'), certificate('services/node.pem')];
    assert.ok(node.checkHost('node-0.node.petri.svc') && node.verify(ca.publicKey));
    assert.ok(certificate('nats/nats.pem').checkHost('nats'));

    const before = readFileSync(join(directory.path, 'node-identities/node-0.creds'), 'utf8');
    await makeSecrets(directory.path, 5);
    assert.equal(readFileSync(join(directory.path, 'node-identities/node-0.creds'), 'utf8'), before);
    readFileSync(join(directory.path, 'node-identities/node-4.creds'));
  });
});

/** The configuration that a set's first pod has, after what it runs and listens on was compared with the code. */
function started<C extends { port: number }>(set: IStatefulSet, load: (env: EnvReader) => C): C {
  const { name } = set.metadata!;
  const { command = [], ports, image } = containerOf(set);
  const env = environmentOf(set);
  const unread = new Set(Object.keys(env).filter((variable) => variable.startsWith('PETRI_')));
  const source = new Proxy(env, {
    get: (_, variable: string) => {
      unread.delete(variable);
      // Files are another test's.
      return variable.endsWith('_FILE') ? undefined : env[variable];
    },
  });
  const config = load(new EnvReader(source));
  assert.deepEqual([...unread], [], `${name} does not read them`);
  assert.equal(ports?.find((each) => each.name === 'grpc')?.containerPort, config.port, name);
  assert.ok(existsSync(new URL(`../${command.at(-1)}`, import.meta.url)), command.join(' '));
  assert.equal(image, `petri:${manifest.version}`);
  return config;
}
