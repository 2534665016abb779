import { ArchipelagoService } from '@petri/contracts/v1';
import { type Clock, systemClock } from '@petri/core';
import {
  Archipelago,
  archipelagoHandlers,
  leadingSentence,
  membershipSentence,
  openTransport,
} from '@petri/islands';
import { Endpoint, type EndpointWatch, type Running } from '@petri/serving';
import manifest from '../package.json' with { type: 'json' };
import type { CoordinatorConfig } from './config.ts';

export type CoordinatorOptions = EndpointWatch & { clock?: Clock };

export type RunningCoordinator = Running & {
  /** Such as "127.0.0.1:50050". */
  address: string;
};

/**
 * Starts a coordinator: it serves what nodes know of the archipelago, and leads it when no other does.
 *
 * @throws PetriError, and nothing is left running then: `unavailable` if it cannot listen or NATS does not answer,
 * `failed_precondition` if listening would be insecure, `invalid_argument` about files of tokens and certificates.
 */
export async function startCoordinator(
  config: CoordinatorConfig,
  { clock = systemClock, ...watch }: CoordinatorOptions,
): Promise<RunningCoordinator> {
  const { id, leaseMs, beatMs } = config;
  const { version } = manifest;
  const services = [ArchipelagoService];
  const endpoint = await Endpoint.open(config, { kind: 'coordinator', version, services, clock, ...watch });
  try {
    const archipelago = endpoint.own(
      await Archipelago.join({
        transport: await openTransport(config, id),
        clock,
        beatMs,
        host: undefined,
        coordinator: { id, leaseMs, onLeading: (leading) => watch.onNews(leadingSentence(id, leading)) },
        onMembership: (event) => watch.onNews(membershipSentence(event)),
        onError: (thrown) => watch.onTrouble(`archipelago: ${(thrown as Error).message}`),
      }),
    );
    endpoint.serve(
      ArchipelagoService,
      archipelagoHandlers(archipelago, () => clock.monotonic()),
    );
    const { address } = await endpoint.listen();
    return {
      address,
      warnings: endpoint.warnings,
      drain: () => {
        // The standby leads while the calls in flight finish.
        void archipelago.coordinator?.stop();
        return endpoint.drain();
      },
      close: () => endpoint.close(),
      reopenAudit: () => endpoint.audit.reopen(),
    };
  } catch (thrown) {
    await endpoint.close();
    throw thrown;
  }
}
