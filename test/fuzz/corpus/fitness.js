export default async (candidate, { data }) => {
  let error = 0;
  for (const [x, y] of data ?? [[1, 1], [2, 4]]) {
    const { outcome, value } = await candidate.try('f', x);
    error += outcome === 'COMPLETED' && typeof value === 'number' ? Math.abs(value - y) : 10;
  }
  const same = await Promise.all([1, 2].map((x) => candidate.call('f', x)));
  return { score: 1 / (1 + error), components: { error, same: Number(same.length) } };
};
export const f = (x) => x * x;
