import { parentPort, workerData } from 'node:worker_threads';
import { toFailure } from './failures.ts';
import { openFile, type OpenFile } from './file.ts';
import type { Opening, Reply, Request } from './protocol.ts';
import { Statements } from './statements.ts';

/** The thread that owns the database: a commit waits for the disk, and the node must not. */
const port = parentPort;
if (port === null) throw new Error('thread.ts runs as a worker thread');
const reply = (message: Reply) => port.postMessage(message);

function serve(file: OpenFile): void {
  const statements = new Statements(file.database);
  port?.on('message', (request: Request) => {
    try {
      switch (request.kind) {
        case 'write':
          return reply({ kind: 'written', failures: statements.write(request.writes) });
        case 'read':
          return reply({ kind: 'rows', rows: statements.read(request.statement) });
        case 'close':
          file.close();
          reply({ kind: 'closed' });
          return port.close();
      }
    } catch (thrown) {
      reply({ kind: 'failed', failure: toFailure(thrown) });
    }
  });
}

try {
  serve(openFile(workerData as Opening));
  reply({ kind: 'ready' });
} catch (thrown) {
  reply({ kind: 'failed', failure: toFailure(thrown) });
  port.close();
}
