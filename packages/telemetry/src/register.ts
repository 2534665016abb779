/** For `node --import @petri/telemetry/register`: telemetry is there before anything that it should see. */
import { EnvReader } from '@petri/core';
import { prepareTelemetry, readLog } from './config.ts';
import { createLogger } from './logger.ts';
import { setRunning } from './running.ts';
import { startTelemetry } from './start.ts';

// What is wrong with the log's variables is for the service to say.
const logger = createLogger({ ...readLog(new EnvReader()), name: 'petri telemetry' });
setRunning(await startTelemetry(prepareTelemetry(), logger));
