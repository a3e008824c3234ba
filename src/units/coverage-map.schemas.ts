import { z } from 'zod';
import { unitReferenceSchema } from '../organisers/unit-reference.schema.js';
import { text } from '../platform/http/text.schema.js';
import { COVERAGE_LEVELS } from './coverage-code.js';

export const coverageMapQuerySchema = z.strictObject({
  region: text({ max: 100 })
    .optional()
    .meta({ description: 'Slug of a region: only it and its branches' }),
});
export type CoverageMapQuery = z.infer<typeof coverageMapQuerySchema>;

export const coverageFeaturesSchema = z
  .object({
    type: z.literal('FeatureCollection'),
    features: z.array(
      z.object({
        type: z.literal('Feature'),
        geometry: z.object({
          type: z.literal('Point'),
          coordinates: z.tuple([z.number(), z.number()]).meta({ description: '[long, lat]' }),
        }),
        properties: z.object({
          what: z.enum(['branch', 'coverage_rule']),
          code: z
            .string()
            .nullable()
            .meta({
              description: 'The prefix that a rule covers, at its centre',
              examples: ['M14'],
            }),
          level: z.enum(COVERAGE_LEVELS).nullable(),
          unit: unitReferenceSchema,
        }),
      }),
    ),
    notShown: z
      .number()
      .int()
      .meta({
        description:
          'Rules without a point: of places that the reference data cannot place so exactly, and of ' +
          'wards, constituencies and authorities',
      }),
    truncated: z.boolean().meta({ description: 'true: there are more rules than are shown' }),
  })
  .meta({ id: 'CoverageFeatures', description: 'GeoJSON (RFC 7946)' });
export type CoverageFeatures = z.input<typeof coverageFeaturesSchema>;
