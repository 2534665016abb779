/** Everything of an archipelago is below this name, so that a server may serve others, and permissions be given. */
export const PREFIX = 'petri';

/**
 * Ids hold characters that mean something to NATS ("." in subjects) or that it refuses (":" in keys, "." in stream
 * names): those are written as "_" and two hexadecimal digits, which no two ids share.
 */
export function token(id: string): string {
  return id.replaceAll(
    /[^A-Za-z0-9-]/g,
    (character) => `_${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** Where the server sends answers to this one: below its own name, so that nobody else may listen. */
export function inboxPrefix(name: string): string {
  return `_INBOX.${token(name)}`;
}

/** The bucket of a collection. */
export function bucketOf(collection: string): string {
  return `${PREFIX}-${token(collection)}`;
}

/** "a/b" as "a.b". */
export function subjectOf(key: string): string {
  return key.split('/').map(token).join('.');
}

export function keyOf(subject: string): string {
  return subject
    .split('.')
    .map((part) =>
      part.replaceAll(/_([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16))),
    )
    .join('/');
}
