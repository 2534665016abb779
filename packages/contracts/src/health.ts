import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';

/** grpc.health.v1 for a server and each of the named services, which serve and stop serving together. */
export class Health {
  readonly #services: readonly string[];
  readonly #implementation: HealthImplementation;

  /** Not serving until it is told. `services` are full names such as `petri.v1.SandboxService`. */
  constructor(services: readonly string[]) {
    this.#services = ['', ...services];
    this.#implementation = new HealthImplementation(
      Object.fromEntries(this.#services.map((name) => [name, 'NOT_SERVING'])),
    );
  }

  addTo(server: Server): void {
    this.#implementation.addToServer(server);
  }

  /** Tells every watcher. Watch streams stay open until the client or `server.forceShutdown()` ends them. */
  setServing(serving: boolean): void {
    for (const name of this.#services) {
      this.#implementation.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
    }
  }
}
