import type { ApiBodyOptions, SwaggerDocumentOptions } from '@nestjs/swagger';
import { z } from 'zod';

type StandardSchemaConverter = NonNullable<SwaggerDocumentOptions['standardSchemaConverter']>;
type JsonSchema = Record<string, unknown>;
type Kind = 'input' | 'output';

/**
 * A zod schema for the OpenAPI document. Nest asks zod for the dialect of OpenAPI 3.0; the document
 * is 3.1, whose dialect is JSON Schema 2020-12. Schemas with `.meta({ id })` become components;
 * where the same schema reads differently as input and as answer (defaults, transformations), the
 * input is the component `<id>Input`. Leave ids off query schemas: their fields are spread out.
 */
export const convertSchema: StandardSchemaConverter = (schema, { schemaType }) => {
  if (!(schema instanceof z.ZodType)) return undefined;
  const here = definitionsOf(schema, schemaType);
  if (schemaType === 'output') return here;
  const there = definitionsOf(schema, 'output');
  const differing = new Set(
    Object.keys(here.components).filter(
      (name) => JSON.stringify(here.components[name]) !== JSON.stringify(there.components[name]),
    ),
  );
  const rename = <T>(value: T): T =>
    JSON.parse(
      JSON.stringify(value).replace(/"#\/components\/schemas\/([^"/]+)"/g, (whole, name: string) =>
        differing.has(name) ? `"#/components/schemas/${name}Input"` : whole,
      ),
    ) as T;
  return {
    schema: rename(here.schema),
    components: Object.fromEntries(
      Object.entries(here.components).map(([name, definition]) => [
        differing.has(name) ? `${name}Input` : name,
        rename(definition),
      ]),
    ),
  };
};

/**
 * For `@ApiBody`, where a handler checks its body itself instead of naming the schema in `@Body`: a
 * page that shows faults beside what was typed. The schema must have no id, nor any schema in it.
 */
export function describeBody(schema: z.ZodType): ApiBodyOptions {
  return { schema: definitionsOf(schema, 'input').schema };
}

function definitionsOf(
  schema: z.ZodType,
  io: Kind,
): { schema: JsonSchema; components: Record<string, JsonSchema> } {
  const converted = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => tidy(zodSchema, jsonSchema, io),
  }) as JsonSchema;
  const { $schema: _dialect, $defs, id: _id, ...root } = converted;
  const components = Object.fromEntries(
    Object.entries(($defs ?? {}) as Record<string, JsonSchema>).map(([name, definition]) => {
      const { id: _own, ...rest } = definition;
      return [name, pointToComponents(rest)];
    }),
  );
  const id = z.globalRegistry.get(schema)?.id;
  if (id === undefined) return { schema: pointToComponents(root), components };
  // The root may have been put among the definitions already, when it refers to itself.
  components[id] ??= pointToComponents(root);
  return { schema: { $ref: `#/components/schemas/${id}` }, components };
}

/**
 * Makes the document say what callers may rely on and no more: answers may get new fields, formats
 * say it all without zod's long patterns, and the bounds of JavaScript's numbers are no rule of ours.
 */
function tidy(schema: z.core.$ZodTypes, json: z.core.JSONSchema.BaseSchema, io: Kind): void {
  const { def } = schema._zod;
  if (io === 'output' && def.type === 'object' && def.catchall === undefined) {
    delete json.additionalProperties;
  }
  if (json.format !== undefined) delete json.pattern;
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
}

function pointToComponents<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value)
      .replaceAll('"#/$defs/', '"#/components/schemas/')
      .replaceAll('"#/definitions/', '"#/components/schemas/'),
  ) as T;
}
