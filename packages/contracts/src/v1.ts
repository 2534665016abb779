// The generated messages and services of petri.v1, for `import … from '@petri/contracts/v1'`.
export * from './gen/petri/v1/admin_service_pb.ts';
export * from './gen/petri/v1/archipelago_pb.ts';
export * from './gen/petri/v1/archipelago_service_pb.ts';
export * from './gen/petri/v1/checkpoint_pb.ts';
export * from './gen/petri/v1/evaluation_pb.ts';
export * from './gen/petri/v1/event_service_pb.ts';
export * from './gen/petri/v1/fitness_pb.ts';
export * from './gen/petri/v1/lineage_pb.ts';
export * from './gen/petri/v1/limits_pb.ts';
export * from './gen/petri/v1/migration_pb.ts';
export * from './gen/petri/v1/module_pb.ts';
export * from './gen/petri/v1/population_pb.ts';
export * from './gen/petri/v1/population_service_pb.ts';
export * from './gen/petri/v1/run_pb.ts';
export * from './gen/petri/v1/sandbox_pb.ts';
export * from './gen/petri/v1/sandbox_service_pb.ts';
export * from './gen/petri/v1/scan_pb.ts';
