import type { DescService } from '@bufbuild/protobuf';
import {
  AdminService,
  ArchipelagoService,
  EventService,
  PopulationService,
  SandboxService,
} from '@petri/contracts/v1';
import type { Role } from './roles.ts';

/** The least role that may call a method; `anyone` needs not even say who they are. */
export type Least = Role | 'anyone';

/** A row for each RPC of a service: one that is added without a row does not compile. */
type Rows<S extends DescService> = { readonly [K in keyof S['method']]: Role };

/** A reader changes nothing, and runs nothing. Whoever may create a sandbox may also choose its limits. */
const SANDBOX_SERVICE: Rows<typeof SandboxService> = {
  getSandbox: 'reader',
  listSandboxes: 'reader',
  getModuleVersion: 'reader',
  listModuleVersions: 'reader',
  exportSandbox: 'reader',
  getResourceUsage: 'reader',
  createSandbox: 'operator',
  updateLimits: 'operator',
  restartSandbox: 'operator',
  destroySandbox: 'operator',
  reloadSource: 'operator',
  reloadBinary: 'operator',
  rollbackModule: 'operator',
  importSandbox: 'operator',
  // It changes nothing, but takes a worker's time.
  scanSource: 'operator',
  run: 'operator',
  evaluate: 'operator',
  evaluateSources: 'operator',
  batchCreate: 'operator',
  batchDestroy: 'operator',
  batchReload: 'operator',
  batchRun: 'operator',
  batchEvaluate: 'operator',
};

/** A watcher learns what any reader could ask for, if it asked often enough. */
const EVENT_SERVICE: Rows<typeof EventService> = {
  watchEvents: 'reader',
};

/** Likewise: what is recorded is for all that may look, and changed by those who experiment. */
const POPULATION_SERVICE: Rows<typeof PopulationService> = {
  getPopulation: 'reader',
  listPopulations: 'reader',
  listMembers: 'reader',
  getPopulationStatistics: 'reader',
  exportPopulation: 'reader',
  getFitness: 'reader',
  rankFitness: 'reader',
  topFitness: 'reader',
  getLineage: 'reader',
  getAncestors: 'reader',
  getDescendants: 'reader',
  getCommonAncestor: 'reader',
  exportLineage: 'reader',
  listPins: 'reader',
  createPopulation: 'operator',
  deletePopulation: 'operator',
  addMembers: 'operator',
  removeMembers: 'operator',
  advanceGeneration: 'operator',
  importPopulation: 'operator',
  recordFitness: 'operator',
  adjustFitness: 'operator',
  recordLineage: 'operator',
  pinSandboxes: 'operator',
  unpinSandboxes: 'operator',
};

/** Individuals of all tenants migrate alike, so that moving them is for those who run the whole. */
const ARCHIPELAGO_SERVICE: Rows<typeof ArchipelagoService> = {
  listNodes: 'reader',
  listIslands: 'reader',
  getTopology: 'reader',
  getMigrationPolicy: 'reader',
  getMigration: 'reader',
  listMigrations: 'reader',
  migrate: 'admin',
  setTopology: 'admin',
  setMigrationPolicy: 'admin',
  drain: 'admin',
};

/** For those who run the node: it tells process ids, the load that all callers
 * together put on it, and destroys what is anybody's. */
const ADMIN_SERVICE: Rows<typeof AdminService> = {
  getNodeStatus: 'admin',
  collectGarbage: 'admin',
  getTenants: 'admin',
  setQuota: 'admin',
};

/** Services of other libraries, which have no types to go by: a test compares these with what is served. */
const OTHERS: Readonly<Record<string, Least>> = {
  // Probes of orchestrators and load balancers hold no tokens, and learn only whether the node serves.
  '/grpc.health.v1.Health/Check': 'anyone',
  // A watch stays open for as long as its caller likes, and is remembered by the name asked for.
  '/grpc.health.v1.Health/Watch': 'reader',
  '/grpc.health.v1.Health/List': 'reader',
  // The contract is no secret, but what a node offers is nothing to tell strangers.
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo': 'reader',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo': 'reader',
};

const PATHS: ReadonlyMap<string, readonly [path: string, least: Role][]> = new Map([
  [SandboxService.typeName, paths(SandboxService, SANDBOX_SERVICE)],
  [EventService.typeName, paths(EventService, EVENT_SERVICE)],
  [PopulationService.typeName, paths(PopulationService, POPULATION_SERVICE)],
  [ArchipelagoService.typeName, paths(ArchipelagoService, ARCHIPELAGO_SERVICE)],
  [AdminService.typeName, paths(AdminService, ADMIN_SERVICE)],
]);

/**
 * The least role for each method of these services, of health and of reflection, by path such as
 * `/petri.v1.SandboxService/Run`. What is not in it is open to nobody.
 */
export function leastRoles(services: readonly DescService[]): ReadonlyMap<string, Least> {
  return new Map<string, Least>([
    ...services.flatMap(({ typeName }) => PATHS.get(typeName) ?? []),
    ...Object.entries(OTHERS),
  ]);
}

function paths<S extends DescService>(service: S, rows: Rows<S>): [string, Role][] {
  const untyped = rows as Readonly<Record<string, Role>>;
  return service.methods.map(({ name, localName }) => [`/${service.typeName}/${name}`, untyped[localName]!]);
}
