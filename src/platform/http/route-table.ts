import type { RouteOptions } from './route-config.js';

interface Entry {
  readonly method: string;
  readonly pattern: RegExp;
  readonly options: RouteOptions;
}

/**
 * The routes by path, to tell an unknown path (404) from a known one with another method (405), and
 * to find whom a preflight asks about. Only looked at when the router found nothing, so a walk over
 * all of them is cheap enough.
 */
export class RouteTable {
  private readonly entries: Entry[] = [];

  /** Notes a route as Fastify registers it; `path` in its notation (`/v1/branches/:slug`). */
  add(methods: string | readonly string[], path: string, options: RouteOptions): void {
    for (const method of typeof methods === 'string' ? [methods] : methods) {
      this.entries.push({ method: method.toUpperCase(), pattern: patternOf(path), options });
    }
  }

  /** The methods that a path takes, sorted; empty for an unknown path. `OPTIONS` always comes along. */
  methodsOf(path: string): string[] {
    const methods = new Set(this.matching(path).map((entry) => entry.method));
    if (methods.size === 0) return [];
    return [...methods.add('OPTIONS')].sort();
  }

  /** What the decorators of a route say; undefined when there is no such route. */
  optionsOf(method: string, path: string): RouteOptions | undefined {
    return this.matching(path).find((entry) => entry.method === method)?.options;
  }

  private matching(path: string): Entry[] {
    return this.entries.filter((entry) => entry.pattern.test(path));
  }
}

/** Parameters take one non-empty segment or part of one, a star the rest. */
function patternOf(path: string): RegExp {
  const source = path
    .split(/(:[A-Za-z0-9_]+|\*)/)
    .map((part) => {
      if (part === '*') return '.*';
      if (part.startsWith(':')) return '[^/]+';
      return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}

/** The path of a request target, without its query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
