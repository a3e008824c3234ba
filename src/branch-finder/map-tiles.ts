/** What Leaflet puts for `{s}` in turn, so that browsers ask several hosts at once. */
export const SUBDOMAINS = ['a', 'b', 'c'];

/** Pictures behind the map, drawn by somebody else. */
export interface MapTiles {
  /** Address of a tile with `{z}`, `{x}`, `{y}`, and `{s}` for a subdomain. */
  readonly template: string;
  /** Every origin that a tile may come from. */
  readonly origins: readonly string[];
  /** Who would see the visitor's internet address, in words. */
  readonly host: string;
  /** Whom the pictures are from. */
  readonly attribution: string;
  /** Where their terms are; empty: nowhere that we know. */
  readonly attributionLink: string;
}

/**
 * The tiles that the settings name.
 *
 * @param template checked by the configuration, so that what stands in it is an address.
 * @param attribution words, with an address at the end that becomes their link.
 */
export function mapTiles(template: string, attribution: string): MapTiles {
  const hosts = template.includes('{s}') ? SUBDOMAINS : [''];
  const origins = hosts.map((host) => new URL(template.replace('{s}', host)).origin);
  const last = attribution.trim().split(/\s/).at(-1) ?? '';
  const link = /^https?:\/\//.test(last) && URL.canParse(last) ? last : '';
  const words = attribution
    .trim()
    .slice(0, link === '' ? undefined : -link.length)
    .trim();
  return {
    template,
    origins,
    host: new URL(template.replace('{s}.', '')).host,
    attribution: words === '' ? link : words,
    attributionLink: link,
  };
}
