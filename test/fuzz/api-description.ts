/** A JSON Schema as the document holds it, as far as requests are made from it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: string;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: JsonSchema;
}

/** One thing that may be called. */
export interface Operation {
  /** `POST /v1/join`. */
  readonly name: string;
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** The schema of the body by its media type; empty where none is described. */
  readonly bodies: ReadonlyMap<string, JsonSchema>;
  /** The schema of the answer by its status; undefined where the answer is no JSON. */
  readonly answers: ReadonlyMap<number, JsonSchema | undefined>;
  /** Needs a session. */
  readonly secured: boolean;
  /** Absent from the document, and therefore bound to no statuses. */
  readonly hidden: boolean;
  /** How often it is drawn, beside 1 for most. */
  readonly weight: number;
}

export interface ApiDescription {
  readonly operations: readonly Operation[];
  /** The document itself, for a validator. */
  readonly document: object;
  /** A schema behind its `$ref`. */
  resolve(schema: JsonSchema): JsonSchema;
}

interface DescribedOperation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: JsonSchema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { schema: JsonSchema }>> }>
  >;
  readonly security?: readonly unknown[];
}

interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/** What the application answers beside its document, with how often it is asked for. */
const HIDDEN: Readonly<Record<string, number>> = {
  '/': 0.1,
  '/metrics': 0.1,
  '/openapi.json': 0.1,
  '/docs': 0.2,
  '/docs/swagger-ui-init.js': 0.1,
  '/docs/swagger-ui.css': 0.02,
  '/docs/favicon-16x16.png': 0.1,
  '/favicon.ico': 0.1,
  '/robots.txt': 0.05,
};

/** A password takes long to check on purpose; some cost much and tell little; and a join is the heart of it all. */
const WEIGHTS: Readonly<Record<string, number>> = {
  'POST /v1/admin/sessions': 0.1,
  'DELETE /v1/admin/sessions/current': 0.2,
  'POST /v1/join': 7,
  'GET /v1/branches/nearest': 3,
  'GET /health/live': 0.2,
  'GET /health/ready': 0.2,
  'GET /v1/branches.geojson': 0.3,
  'GET /join': 0.3,
  'GET /join/thanks': 0.3,
  'GET /v1/admin/follow-ups/mine': 0.4,
  'GET /v1/admin/follow-ups/overdue': 0.4,
  'GET /v1/admin/follow-ups/unassigned': 0.4,
  'GET /v1/admin/queues': 0.5,
};

const JSON_TYPE = 'application/json';
/** It may come with the key of a program, and never with a session: visitors have neither. */
const TAKES_KEY = 'POST /v1/join';

/** The operations of an OpenAPI document, and the ones that stand in none. */
export function describedApi(document: object): ApiDescription {
  const { paths, components } = document as OpenApiDocument;
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) =>
      operationOf(method.toUpperCase(), path, operation),
    ),
  );
  const hidden = Object.entries(HIDDEN).map(([path, weight]) => hiddenOperation(path, weight));
  return {
    operations: [...operations, ...hidden],
    document,
    resolve: (schema) => {
      const name = schema.$ref?.split('/').at(-1);
      return name === undefined ? schema : (components.schemas[name] ?? {});
    },
  };
}

function operationOf(method: string, path: string, described: DescribedOperation): Operation {
  const name = `${method} ${path}`;
  const { parameters = [], requestBody, responses, security } = described;
  return {
    name,
    method,
    path,
    parameters,
    bodies: new Map(
      Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema]),
    ),
    answers: new Map(
      Object.entries(responses)
        .filter(([status]) => /^\d+$/.test(status))
        .map(([status, { content }]) => [Number(status), content?.[JSON_TYPE]?.schema]),
    ),
    secured: security !== undefined && name !== TAKES_KEY,
    hidden: false,
    weight: WEIGHTS[name] ?? 1,
  };
}

function hiddenOperation(path: string, weight: number): Operation {
  return {
    name: `GET ${path}`,
    method: 'GET',
    path,
    parameters: [],
    bodies: new Map(),
    answers: new Map(),
    secured: false,
    hidden: true,
    weight,
  };
}
