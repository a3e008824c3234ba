import type { AllocationDecision, AllocationMethod } from './allocation-decision.js';

/** Why somebody belongs where, as a row of `allocation`. */
export interface NewAllocationRow {
  id: string;
  method: AllocationMethod | 'override';
  unit_id: string;
  branch_id: string | null;
  region_id: string | null;
  rule_prefix: string | null;
  precision: string;
  distance_km: number | null;
  explanation: string;
  directory_version: string;
  dataset_version: string;
}

export function newAllocationRow(id: string, decision: AllocationDecision): NewAllocationRow {
  return {
    id,
    method: decision.method,
    unit_id: decision.unit.id,
    branch_id: decision.branch?.id ?? null,
    region_id: decision.region?.id ?? null,
    rule_prefix: decision.rulePrefix,
    precision: decision.precision,
    distance_km: decision.distanceKm,
    explanation: decision.explanation,
    directory_version: decision.directoryVersion,
    dataset_version: decision.datasetVersion,
  };
}
