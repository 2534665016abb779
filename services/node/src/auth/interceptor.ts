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
  onInternalError: (error: PetriError, path: string) => void;
};

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
            try {
              const authorization = metadata.get('authorization');
              metadata.remove('authorization'); // nobody behind this needs it, or could log it
              const certificate = () => call.getAuthContext().sslPeerCertificate;
              parts.onAdmitted(metadata, admit(parts, path, authorization, certificate));
            } catch (thrown) {
              const error = PetriError.from(thrown);
              if (error.code === 'internal') parts.onInternalError(error, path);
              return call.sendStatus(toStatus(error));
            }
            proceed(metadata);
          },
        }),
    });
}

/** @throws PetriError `unauthenticated` or `permission_denied`. */
function admit(
  { authenticator, leastRoles }: Collaborators,
  path: string,
  authorization: Evidence['authorization'],
  certificate: () => Evidence['certificate'],
): Identity {
  const needed = leastRoles.get(path);
  if (needed === 'anyone') return ANONYMOUS;
  const identity = authenticator.identify({ authorization, certificate: certificate() });
  const { name, role } = identity;
  if (needed === undefined) throw permissionDenied('NO_ROLE_ENOUGH', `${path} is not open to any role`);
  if (role === undefined || !mayAct(role, needed)) {
    const metadata = { needed_role: needed, role: role ?? '', method: path };
    throw permissionDenied('ROLE_TOO_LOW', `${path} needs the role ${needed}; "${name}" is ${role}`, {
      metadata,
    });
  }
  return identity;
}
