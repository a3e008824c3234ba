import { HttpCode, applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { routeConfig } from './route-config.js';

/**
 * What a handler answers: status, schema, words. The schema is the answer's documentation and its
 * filter: a zod object lets through only what it names, so no column leaks by accident. Without a
 * schema the answer has no body, or is not ours to filter (a page, a file).
 */
export function Answers(
  status: number,
  schema: z.ZodType | undefined,
  description: string,
): MethodDecorator {
  return applyDecorators(
    HttpCode(status),
    ...(schema === undefined ? [] : [routeConfig((present) => ({ ...present, answer: schema }))]),
    ApiResponse({
      status,
      description,
      ...(schema === undefined ? {} : { standardSchema: schema }),
    }),
  );
}
