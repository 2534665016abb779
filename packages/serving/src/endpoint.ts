import type { DescService } from '@bufbuild/protobuf';
import type { Server } from '@grpc/grpc-js';
import { context } from '@opentelemetry/api';
import { type CallContext, type Handlers, Health, implement, serveReflection } from '@petri/contracts';
import type { Clock, PetriError } from '@petri/core';
import { audited } from './audit/calls.ts';
import type { ServiceKind } from './audit/entry.ts';
import { AuditFile } from './audit/file.ts';
import { AuditLog } from './audit/log.ts';
import { type Access, openAccess } from './auth/access.ts';
import type { Identity } from './auth/identity.ts';
import { OPEN_TO_LOOPBACK } from './auth/settings.ts';
import { Ending } from './ending.ts';
import { Gate } from './gate.ts';
import { addressOf, createServer, listen } from './listen.ts';
import type { EndpointConfig } from './settings.ts';
import { type ServedCall, traced, traceOf } from './tracing.ts';

/** Whom an endpoint tells of what. */
export type EndpointWatch = {
  /** Told of errors that callers see only as INTERNAL, and of where they happened. */
  onInternalError: (error: PetriError, where: string) => void;
  /** Told in a sentence what goes wrong beside the calls, such as an audit log that cannot be written. */
  onTrouble: (sentence: string) => void;
  /** Told in a sentence what others do that an operator may want to know. */
  onNews: (sentence: string) => void;
  /** Told of each call that is over, watches apart, in the call's trace. */
  onServed: (call: ServedCall) => void;
};

export type EndpointOptions = EndpointWatch & {
  /** Who serves: in the audit log, and as `petri.<kind>` in traces and metrics. */
  kind: ServiceKind;
  version: string;
  /** All that it is going to serve, beside health and reflection. */
  services: readonly DescService[];
  clock: Clock;
};

/** Something that an endpoint ends. */
type Part = { close(): Promise<void> };

/**
 * What a service has around its RPCs: who may call, what is recorded and traced, health, reflection, and how it ends. What is
 * behind the RPCs is the endpoint's once it is told of it, and ends with it, the latest part first.
 */
export class Endpoint implements AsyncDisposable {
  readonly audit: AuditLog;
  readonly #config: EndpointConfig;
  readonly #options: EndpointOptions;
  readonly #access: Access;
  readonly #gate = new Gate();
  readonly #health: Health;
  readonly #server: Server;
  readonly #ending: Ending;
  readonly #parts: Part[] = [];

  /**
   * Nothing is served until `listen`.
   *
   * @throws PetriError with a sentence for an operator, also about what is too insecure for that host.
   */
  static async open(config: EndpointConfig, options: EndpointOptions): Promise<Endpoint> {
    const { clock, services, onInternalError, onTrouble: complain } = options;
    const { auditFile: path, security = OPEN_TO_LOOPBACK, host } = config;
    const audit = new AuditLog(
      path === undefined ? undefined : await AuditFile.open({ path, complain }),
      clock,
    );
    try {
      const access = await openAccess(security, {
        host,
        services,
        now: new Date(clock.now()),
        onInternalError,
        onRefused: ({ identity, peer, path, error }) => audit.refused({ identity, peer }, path, error),
      });
      return new Endpoint(config, options, audit, access);
    } catch (thrown) {
      await audit.close();
      throw thrown;
    }
  }

  private constructor(config: EndpointConfig, options: EndpointOptions, audit: AuditLog, access: Access) {
    const { services } = options;
    this.#config = config;
    this.#options = options;
    this.audit = audit;
    this.#access = access;
    this.#health = new Health(services.map(({ typeName }) => typeName));
    this.#server = createServer(config, access.interceptors);
    this.#health.addTo(this.#server);
    serveReflection(this.#server, services);
    this.#ending = new Ending({
      server: this.#server,
      gate: this.#gate,
      health: this.#health,
      drainTimeoutMs: config.drainTimeoutMs,
      stop: (how) => this.#stop(how),
    });
  }

  /** Sentences about what is insecure, and was allowed by name. */
  get warnings(): readonly string[] {
    return this.#access.warnings;
  }

  get draining(): boolean {
    return this.#gate.closed;
  }

  identityOf(call: Pick<CallContext, 'metadata'>): Identity {
    return this.#access.identityOf(call);
  }

  own<P extends Part>(part: P): P {
    this.#parts.push(part);
    return part;
  }

  /** Calls are traced, and a drain waits for them. */
  serve<S extends DescService>(service: S, handlers: Handlers<S>): void {
    const { kind, onServed } = this.#options;
    const told = { name: `petri.${kind}`, onServed };
    this.serveAside(service, traced(service, this.#gate.guard(service, handlers), told));
  }

  /** Calls are answered while the service drains, and nobody waits for them. */
  serveAside<S extends DescService>(service: S, handlers: Handlers<S>): void {
    const recorded = audited(service, handlers, {
      log: this.audit,
      identityOf: (call) => this.identityOf(call),
    });
    const { definition, implementation } = implement(service, recorded, {
      onInternalError: (error, call) =>
        context.with(traceOf(call), () => this.#options.onInternalError(error, call.method)),
    });
    this.#server.addService(definition, implementation);
  }

  /** The address and port that callers reach. @throws PetriError `unavailable` with a sentence for an operator. */
  async listen(): Promise<{ address: string; port: number }> {
    const { kind, version } = this.#options;
    const port = await listen(this.#server, this.#access.credentials, this.#config);
    this.#health.setServing(true);
    const address = addressOf(this.#config.host, port);
    const message = `version ${version}, process ${process.pid}, on ${address}`;
    this.audit.record({ event: `${kind}.start`, message });
    for (const warning of this.warnings) this.audit.record({ event: `${kind}.insecure`, message: warning });
    return { address, port };
  }

  /**
   * Stops taking calls (health says NOT_SERVING, new ones are UNAVAILABLE with the reason DRAINING), lets those in flight
   * finish for as long as the configuration allows, and closes. Idempotent.
   */
  drain(): Promise<void> {
    return this.#ending.drain();
  }

  /** Ends everything at once: calls in flight are cut off. Idempotent, also during a drain. */
  close(): Promise<void> {
    return this.#ending.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #stop(how: string): Promise<void> {
    for (let part = this.#parts.pop(); part; part = this.#parts.pop()) await part.close();
    this.audit.record({ event: `${this.#options.kind}.stop`, message: how });
    await this.audit.close();
  }
}
