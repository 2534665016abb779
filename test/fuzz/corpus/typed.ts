type Point<T extends number = number> = { readonly x: T; y?: T };
enum Kind { A, B = 'b' }
namespace Space { export const one = 1 as const; }
abstract class Shape<in out T> { constructor(protected readonly at: Point, public kind: Kind = Kind.A) {} abstract area(): T; }
class Square extends Shape<number> { override area(): number { return (this.at.x ** 2)!; } }
export const f = (x: number | undefined = 2): unknown => (new Square({ x } satisfies Point).area() as number) + Space.one;
declare const absent: <T>(x: T) => x is NonNullable<T>;
export default f;
