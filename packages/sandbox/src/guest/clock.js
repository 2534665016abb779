// Clock and randomness: real, or seeded and virtual.

let virtual = false;
let virtualNow = 0;
let seed = 0;

const now = () => (virtual ? virtualNow : nativeNow());

function random() {
  if (!virtual) return nativeRandom();
  // mulberry32
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}

function GuestDate(...fields) {
  if (new.target === undefined) return apply(dateToString, new NativeDate(now()), none);
  const target = new.target === GuestDate ? NativeDate : new.target;
  return construct(NativeDate, fields.length === 0 ? [now()] : fields, target);
}
const dateToString = NativeDate.prototype.toString;
GuestDate.prototype = NativeDate.prototype;
GuestDate.now = { now: () => floor(now()) }.now;
GuestDate.parse = NativeDate.parse;
GuestDate.UTC = NativeDate.UTC;
defineProperty(GuestDate, 'name', { value: 'Date' });
defineProperty(GuestDate, 'length', { value: 7 });
defineProperty(NativeDate.prototype, 'constructor', { value: GuestDate });
