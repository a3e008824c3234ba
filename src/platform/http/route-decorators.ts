import { type RateLimitRule, routeConfig } from './route-config.js';

/**
 * Lets browsers of other origins call the route, by the policy of this name in `CorsPolicies`
 * (`anyone` is built in). Preflight requests are answered for it.
 */
export function Cors(policy: string): MethodDecorator & ClassDecorator {
  return routeConfig((present) => ({ cors: policy, ...present }));
}

/**
 * Limits how often one client may call the route; counted across processes, before the body is
 * read, so that malformed requests count too. Several may stand on one handler.
 */
export function RateLimit(rule: RateLimitRule): MethodDecorator & ClassDecorator {
  return routeConfig((present) => ({
    ...present,
    rateLimits: [...(present.rateLimits ?? []), rule],
  }));
}

/**
 * Marks a route that answers people with a page: an error becomes a small page where the browser
 * prefers HTML, and the content security policy allows the page's own styles and its form.
 *
 * @param formAction further origins that the page's form may post or be redirected to.
 */
export function HtmlPage(formAction: readonly string[] = []): MethodDecorator & ClassDecorator {
  return routeConfig((present) => ({ html: { formAction }, ...present }));
}

/**
 * Hands the body over as a `Buffer` of its exact bytes, unparsed: what a provider has signed must
 * be checked before it is parsed, and never as re-serialised JSON. Its type is still JSON or form.
 */
export function BodyAsBytes(): MethodDecorator & ClassDecorator {
  return routeConfig((present) => ({ bodyAsBytes: true, ...present }));
}
