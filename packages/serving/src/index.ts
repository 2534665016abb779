export type { AuditEntry } from './audit/entry.ts';
export type { AuditLog } from './audit/log.ts';
export { fileError, readConfigured } from './auth/files.ts';
export type { Identity } from './auth/identity.ts';
export { type Command, runCommand, type Running } from './command.ts';
export { Endpoint, type EndpointWatch } from './endpoint.ts';
export { helpOf } from './help.ts';
export { type EndpointConfig, endpointVariables, readEndpoint } from './settings.ts';
export { type ServedCall, within } from './tracing.ts';
