import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';

/** Rows of some tables that outlive their use at a time of their own. */
export interface ExpiredRows {
  /** Deletes up to `limit` rows of each table. @returns how many it was of the table that had most. */
  deleteBatch(limit: number): Promise<number>;
}

/** Marks them for `PurgeExpiredJob`, which finds them in every module of the worker. */
export const ExpiredRowsMark = DiscoveryService.createDecorator<true>();

/** Has the worker delete, every few minutes, what of a feature's own tables has expired. */
export function DeletesExpired() {
  return (rows: new (...dependencies: never[]) => ExpiredRows): void => {
    Injectable()(rows);
    ExpiredRowsMark(true)(rows);
  };
}
