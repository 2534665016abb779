import { sleep, log } from 'petri:sandbox';
export async function f(x) {
  const later = new Promise((resolve) => setTimeout(() => resolve(x), 1));
  await sleep(1);
  for await (const each of (async function* () { yield* [1, await later]; })()) log(each);
  return Promise.race([later, new Promise((_, reject) => setTimeout(reject, 5, new Error('late')))]);
}
