import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { toStatus } from '@petri/contracts';
import { PetriError, permissionDenied } from '@petri/core';
import type { Authenticator, Evidence } from './authenticator.ts';
import { ANONYMOUS, type Identity } from './identity.ts';
import { mayAct } from './roles.ts';
import type { Least } from './table.ts';

type Collaborators = {
  authenticator: Authenticator;
  leastRoles: ReadonlyMap<string, Least>;
  /** Told who makes the call that these headers began. */
  onAdmitted: (metadata: Metadata, identity: Identity) => void;
  /** Told of each caller that was not let in, as far as it is known. */
  onRefused: (refusal: Refusal) => void;
  onInternalError: (error: PetriError, path: string) => void;
};

export type Refusal = { path: string; peer: string; identity: Identity | undefined; error: PetriError };

/**
 * Lets in whoever may call a method. It stands before every service of the server, and answers as soon as the headers
 * are there: strangers cannot make the node hold, let alone decode, a message.
 */
export function guard(parts: Collaborators): ServerInterceptor {
  return ({ path }, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, proceed) => {
            let identity: Identity | undefined;
            try {
              const authorization = metadata.get('authorization');
              metadata.remove('authorization'); // nobody behind this needs it, or could log it
              const certificate = () => call.getAuthContext().sslPeerCertificate;
              identity = identify(parts, path, authorization, certificate);
              authorize(parts, path, identity);
              parts.onAdmitted(metadata, identity);
            } catch (thrown) {
              const error = PetriError.from(thrown);
              if (error.code === 'internal') parts.onInternalError(error, path);
              parts.onRefused({ path, peer: call.getPeer(), identity, error });
              return call.sendStatus(toStatus(error));
            }
            proceed(metadata);
          },
        }),
    });
}

/** @throws PetriError `unauthenticated` */
function identify(
  { authenticator, leastRoles }: Collaborators,
  path: string,
  authorization: Evidence['authorization'],
  certificate: () => Evidence['certificate'],
): Identity {
  if (leastRoles.get(path) === 'anyone') return ANONYMOUS;
  return authenticator.identify({ authorization, certificate: certificate() });
}

/** @throws PetriError `permission_denied` */
function authorize({ leastRoles }: Collaborators, path: string, { name, role }: Identity): void {
  const needed = leastRoles.get(path);
  if (needed === 'anyone') return;
  if (needed === undefined) throw permissionDenied('NO_ROLE_ENOUGH', `${path} is not open to any role`);
  if (role === undefined || !mayAct(role, needed)) {
    const metadata = { needed_role: needed, role: role ?? '', method: path };
    throw permissionDenied('ROLE_TOO_LOW', `${path} needs the role ${needed}; "${name}" is ${role}`, {
      metadata,
    });
  }
}
