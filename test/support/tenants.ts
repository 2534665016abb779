/** A node with tokens, and a client for each. */
import { connect, type Petri } from '@petri/client';
import { EnvReader } from '@petri/core';
import { loadConfig, startNode } from '@petri/service-node';

export type TenantNode = AsyncDisposable & {
  address: string;
  /** A client with the token of that name. */
  as: (name: string) => Promise<Petri>;
};

/** `roles` is the role of each name. */
export async function tenantNode(
  roles: Readonly<Record<string, string>>,
  env: Record<string, string> = {},
): Promise<TenantNode> {
  const tokenOf = (name: string) => `token-of-${name.replaceAll('@', '-')}-0123456789`;
  const tokens = Object.entries(roles).map(([name, role]) => `${name}:${role}:${tokenOf(name)}`);
  const settings = { PETRI_PORT: '0', PETRI_WORKERS: '2', PETRI_SPARES: '0', PETRI_TOKENS: tokens.join() };
  const node = await startNode(loadConfig(new EnvReader({ ...settings, ...env })));
  const clients: Petri[] = [];
  return {
    address: node.address,
    async as(name) {
      const client = await connect(node.address, { token: tokenOf(name) });
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.close()));
      await node.close();
    },
  };
}
