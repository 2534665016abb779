/** What those who ask for an identity, and the desk that they ask, agree on. */

/** How the name of a request's file ends. */
export const REQUEST = '.pub';

/** One namespace for all roles: answers of the server go below a name. */
export function issuedName(name: string): string {
  return `${name}.jwt`;
}
