import { z } from 'zod';

export const slugSchema = z
  .string()
  .meta({ description: 'Name in addresses', example: 'manchester-south' });

export const phoneSchema = z
  .string()
  .nullable()
  .meta({ description: 'As the organisation writes it', example: '020 8988 8777' });

export const unitEmailSchema = z.string().nullable().meta({ example: 'office@example.org' });

export const meetsSchema = z
  .string()
  .nullable()
  .meta({ description: 'When it meets; with the place where the branch publishes it' });

export const unitContactSchema = z
  .object({ name: z.string(), phone: phoneSchema, email: unitEmailSchema })
  .meta({
    id: 'UnitContact',
    description: "A unit's name and its public phone or email, at least one of the two",
  });

export const regionSummarySchema = z
  .object({ slug: slugSchema, name: z.string(), phone: phoneSchema })
  .meta({ id: 'RegionSummary' });

export const regionSchema = z
  .object({ slug: slugSchema, name: z.string(), phone: phoneSchema, email: unitEmailSchema })
  .meta({ id: 'Region', description: "An entry of the regional organisers' directory" });

export const branchSchema = z
  .object({
    slug: slugSchema,
    name: z.string(),
    region: z.object({ slug: slugSchema, name: z.string() }),
    town: z.string().nullable(),
    meets: meetsSchema,
    contact: unitContactSchema,
    position: z.object({ lat: z.number(), long: z.number() }).nullable().meta({
      description: 'Degrees, WGS84; rounded to about a kilometre unless the branch publishes it',
    }),
  })
  .meta({ id: 'Branch' });

export const branchFeaturesSchema = z
  .object({
    type: z.literal('FeatureCollection'),
    features: z.array(
      z.object({
        type: z.literal('Feature'),
        id: slugSchema,
        geometry: z.object({
          type: z.literal('Point'),
          coordinates: z.tuple([z.number(), z.number()]).meta({ description: '[long, lat]' }),
        }),
        properties: branchSchema.omit({ position: true }),
      }),
    ),
  })
  .meta({ id: 'BranchFeatures', description: 'GeoJSON (RFC 7946)' });

export type RegionEntry = z.infer<typeof regionSchema>;
export type BranchEntry = z.infer<typeof branchSchema>;
export type BranchFeatures = z.infer<typeof branchFeaturesSchema>;
