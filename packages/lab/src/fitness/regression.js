// The fitness program of the lab's regressions. It is sent to a node as text and runs there in an isolate of its own,
// from which it reaches the candidate only through `candidate.call`; targets never enter the candidate's isolate.

/**
 * How well a candidate's `predictAll` fits `context.data`:
 *   rows     arrays of variables' values
 *   targets  one number per row
 *   error    'absolute': the error's unit is the targets' standard deviation; 'relative': each target's own magnitude
 *   scaling  'none'; or judge predictions after the best fit of `slope * prediction` ('proportional') or of
 *            `intercept + slope * prediction` ('linear') (Keijzer 2003): evolution then looks for the shape of a law
 *            and arithmetic finds its units
 * Score 1 / (1 + root mean squared error); a prediction that is no finite number scores 0.
 */
export default async function fitness(candidate, context) {
  const { rows, targets, error, scaling } = context.data;
  const predicted = await candidate.call('predictAll', rows);
  const undefinedRows = countUndefined(predicted, targets.length);
  if (undefinedRows > 0) return { score: 0, components: { undefinedRows } };

  const weights = targets.map((target) => (error === 'relative' ? 1 / (target * target) : 1));
  const line = fitLine(scaling, predicted, targets, weights);
  const squares = predicted.map((value, i) => (line.intercept + line.slope * value - targets[i]) ** 2);
  const variance = varianceOf(targets);
  const meanSquare =
    error === 'relative'
      ? meanOf(squares.map((square, i) => square * weights[i]))
      : meanOf(squares) / variance;
  const rootMeanSquare = Math.sqrt(meanSquare);
  if (!Number.isFinite(rootMeanSquare)) return { score: 0, components: { undefinedRows } };
  const components = {
    error: rootMeanSquare,
    maxAbsoluteError: Math.sqrt(Math.max(...squares)),
    r2: 1 - meanOf(squares) / variance,
    ...line,
  };
  if (!targets.includes(0)) {
    components.maxRelativeError = Math.sqrt(
      Math.max(...squares.map((square, i) => square / targets[i] ** 2)),
    );
  }
  return { score: 1 / (1 + rootMeanSquare), components };
}

function countUndefined(predicted, expected) {
  if (!Array.isArray(predicted) || predicted.length !== expected) return expected;
  return predicted.filter((value) => !Number.isFinite(value)).length;
}

/** Weighted least squares of targets on predictions; a prediction without spread gets slope 0. */
function fitLine(scaling, predicted, targets, weights) {
  if (scaling === 'none') return { slope: 1, intercept: 0 };
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const centre = (values) => values.reduce((sum, value, i) => sum + weights[i] * value, 0) / total;
  const x = scaling === 'linear' ? centre(predicted) : 0;
  const y = scaling === 'linear' ? centre(targets) : 0;
  const spread = centre(predicted.map((value) => (value - x) ** 2));
  const together = centre(predicted.map((value, i) => (value - x) * (targets[i] - y)));
  const slope = spread > 0 ? together / spread : 0;
  return { slope, intercept: y - slope * x };
}

/** 1 where the targets do not vary, so that their error stays a number. */
function varianceOf(targets) {
  const mean = meanOf(targets);
  return meanOf(targets.map((target) => (target - mean) ** 2)) || 1;
}

function meanOf(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
