export { CallContext } from './call-context.ts';
export { messageSizeLimit } from './channel-options.ts';
export { fromRpcStatus, fromStatus } from './from-status.ts';
export { Health } from './health.ts';
export {
  type Handler,
  type Handlers,
  implement,
  type Implementation,
  type ImplementOptions,
} from './implement.ts';
export { serveReflection } from './reflection.ts';
export { type CallOptions, createServiceClient, type ServiceClient } from './service-client.ts';
export { answersOnce, serviceDefinition } from './service-definition.ts';
export { ERROR_DOMAIN, STATUS_DETAILS_TRAILER, toRpcStatus, toStatus } from './to-status.ts';
export { activeTrace, callerTrace, withinTrace } from './trace-context.ts';
export { fromValue, type Json, MAX_VALUE_DEPTH, setOwn, toValue } from './values.ts';
