import type { MembershipEvent } from './membership/members.ts';

/** For the log of whoever takes part. */
export function membershipSentence({ kind, node, incarnation }: MembershipEvent): string {
  return `archipelago: the node "${node}" ${SAID[kind]} (start ${incarnation})`;
}

export function leadingSentence(id: string, leading: boolean): string {
  return `archipelago: "${id}" ${leading ? 'leads' : 'no longer leads'}`;
}

const SAID: Record<MembershipEvent['kind'], string> = {
  JOINED: 'joined',
  SUCCEEDED: 'was started anew',
  RETURNED: 'is heard again',
  SUSPECTED: 'is silent',
  LOST: 'is lost',
  LEFT: 'left',
  STALE: 'is heard from a process that has a successor',
};
