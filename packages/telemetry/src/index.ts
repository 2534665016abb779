export { LOG_VARIABLES, type LogConfig, readLog } from './config.ts';
export { createLogger, type Fields, type Logger } from './logger.ts';
export { shutdownTelemetry } from './running.ts';
