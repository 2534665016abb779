import type { Handlers } from '@petri/contracts';
import type { PopulationService } from '@petri/contracts/v1';
import type { Parts } from './parts.ts';
import { addMembers } from './routes/population/add-members.ts';
import { adjustFitness } from './routes/population/adjust-fitness.ts';
import { advanceGeneration } from './routes/population/advance-generation.ts';
import { createPopulation } from './routes/population/create-population.ts';
import { deletePopulation } from './routes/population/delete-population.ts';
import { exportLineage } from './routes/population/export-lineage.ts';
import { exportPopulation } from './routes/population/export-population.ts';
import { getAncestors } from './routes/population/get-ancestors.ts';
import { getCommonAncestor } from './routes/population/get-common-ancestor.ts';
import { getDescendants } from './routes/population/get-descendants.ts';
import { getFitness } from './routes/population/get-fitness.ts';
import { getLineage } from './routes/population/get-lineage.ts';
import { getPopulation } from './routes/population/get-population.ts';
import { getPopulationStatistics } from './routes/population/get-population-statistics.ts';
import { importPopulation } from './routes/population/import-population.ts';
import { listMembers } from './routes/population/list-members.ts';
import { listPins } from './routes/population/list-pins.ts';
import { listPopulations } from './routes/population/list-populations.ts';
import { pinSandboxes } from './routes/population/pin-sandboxes.ts';
import { rankFitness } from './routes/population/rank-fitness.ts';
import { recordFitness } from './routes/population/record-fitness.ts';
import { recordLineage } from './routes/population/record-lineage.ts';
import { removeMembers } from './routes/population/remove-members.ts';
import { topFitness } from './routes/population/top-fitness.ts';
import { unpinSandboxes } from './routes/population/unpin-sandboxes.ts';

export function populationHandlers(parts: Parts): Handlers<typeof PopulationService> {
  return {
    createPopulation: createPopulation(parts),
    getPopulation: getPopulation(parts),
    listPopulations: listPopulations(parts),
    deletePopulation: deletePopulation(parts),
    addMembers: addMembers(parts),
    removeMembers: removeMembers(parts),
    listMembers: listMembers(parts),
    advanceGeneration: advanceGeneration(parts),
    getPopulationStatistics: getPopulationStatistics(parts),
    exportPopulation: exportPopulation(parts),
    importPopulation: importPopulation(parts),
    recordFitness: recordFitness(parts),
    adjustFitness: adjustFitness(parts),
    getFitness: getFitness(parts),
    rankFitness: rankFitness(parts),
    topFitness: topFitness(parts),
    recordLineage: recordLineage(parts),
    getLineage: getLineage(parts),
    getAncestors: getAncestors(parts),
    getDescendants: getDescendants(parts),
    getCommonAncestor: getCommonAncestor(parts),
    exportLineage: exportLineage(parts),
    pinSandboxes: pinSandboxes(parts),
    unpinSandboxes: unpinSandboxes(parts),
    listPins: listPins(parts),
  };
}
