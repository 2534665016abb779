export const f = (x) => {
  switch (x) {
    case 1: for (;;);
    case 2: for (let y; ; ) y = Array(1000);
    case 3: for (const kept = []; ; ) kept.push(new Array(1e5).fill({}));
    case 4: return 'x'.repeat(2 ** 25);
    case 5: return (function deeper() { return [deeper()]; })();
    default: return new Promise(() => {});
  }
};
