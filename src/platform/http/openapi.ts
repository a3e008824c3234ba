import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { PROBLEM_MEDIA_TYPE } from './problem.js';
import { convertSchema } from './openapi-schemas.js';

const faultSchema = z.object({
  path: z.string().meta({
    description: 'Dotted path of the field; empty for the whole input',
    examples: ['consent.email'],
  }),
  code: z.string().meta({ description: 'Stable, snake_case', examples: ['required'] }),
  message: z.string().meta({ description: 'For the person who has to put it right' }),
});

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().optional(),
    code: z.string().meta({ description: 'Stable, snake_case; branch on this' }),
    requestId: z.string().meta({ description: 'Quote it when you report a fault' }),
    errors: z.array(faultSchema).optional().meta({ description: 'With 422: all faults at once' }),
    permission: z
      .string()
      .optional()
      .meta({
        description: 'With 403: what none of your roles carries',
        examples: ['people.write'],
      }),
  })
  .meta({ id: 'Problem', description: 'An error, as RFC 9457 describes it' });

/** The OpenAPI 3.1 document of everything that the application's controllers declare. */
export function describeApi(app: INestApplication, publicUrl: string): OpenAPIObject {
  const base = new DocumentBuilder()
    .setTitle('Branchline')
    .setDescription('Membership and campaign CRM for organisations built from local branches.')
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addServer(publicUrl)
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'A session token or an API key' },
      'bearer',
    )
    .build();
  const document = SwaggerModule.createDocument(app, base, {
    standardSchemaConverter: convertSchema,
    operationIdFactory: (controller, method) =>
      `${controller.replace(/Controller$/, '')}_${method}`,
  });
  addProblems(document);
  return document;
}

/** Every operation may answer a problem; said once, as the default answer. */
function addProblems(document: OpenAPIObject): void {
  const { components = {} } = document;
  const problem = convertSchema(problemSchema, { schemaType: 'output' });
  const schemas = (components.schemas ?? {}) as Record<string, unknown>;
  Object.assign(schemas, problem?.components);
  document.components = {
    ...components,
    schemas: schemas as NonNullable<typeof components.schemas>,
    responses: {
      ...components.responses,
      Problem: {
        description: 'A problem; see its code',
        content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
  for (const item of Object.values(document.paths)) {
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const operation = item[method];
      if (operation === undefined) continue;
      operation.responses = {
        ...operation.responses,
        default: operation.responses['default'] ?? { $ref: '#/components/responses/Problem' },
      };
    }
  }
}

/** Serves the document at `/openapi.json` and as a readable page at `/docs`. */
export function serveApiDescription(app: INestApplication, publicUrl: string): void {
  SwaggerModule.setup('docs', app, describeApi(app, publicUrl), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Branchline API',
  });
}
