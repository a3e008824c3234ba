import { createHash } from 'node:crypto';

/** What the map of a page needs besides the page itself. */
export interface MapSources {
  /** Origins of its pictures; none: it draws everything by itself. */
  readonly imageOrigins: readonly string[];
}

/**
 * The content security policy of a page of ours: its own `<style>` by hash, forms to ourselves,
 * and nothing else. With a map also the scripts and the style sheet that we serve, and pictures of
 * the named origins. Never an inline script, never a connection.
 */
export function pagePolicy(html: string, map: MapSources | null): string {
  // Only templates write <style>: whatever comes from data has its angle brackets escaped.
  const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(
    ([, style = '']) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  );
  const images = map?.imageOrigins ?? [];
  return [
    "default-src 'none'",
    ...(map === null ? [] : ["script-src 'self'"]),
    `style-src ${[...(map === null ? [] : ["'self'"]), ...styles].join(' ')}`,
    ...(images.length === 0 ? [] : [`img-src ${images.join(' ')}`]),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
