import { createHash } from 'node:crypto';

/** What a page needs besides itself. */
export interface PageSources {
  /** Origins, beside our own, that its form may end at. */
  readonly formAction?: readonly string[];
  /** Scripts and style sheets that we serve. */
  readonly ownFiles?: boolean;
  /** Whether its scripts may ask us for more. */
  readonly ownConnections?: boolean;
  /** Origins of its pictures. */
  readonly imageOrigins?: readonly string[];
}

/**
 * The content security policy of a page of ours: its own `<style>` by hash, forms to ourselves,
 * what it names besides, and nothing else. Never an inline script, a connection elsewhere, or a frame.
 */
export function pagePolicy(html: string, sources: PageSources = {}): string {
  const { formAction = [], ownFiles = false, ownConnections = false, imageOrigins = [] } = sources;
  // Only templates write <style>: whatever comes from data has its angle brackets escaped.
  const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(
    ([, style = '']) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  );
  if (ownFiles) styles.unshift("'self'");
  return [
    "default-src 'none'",
    ...(ownFiles ? ["script-src 'self'"] : []),
    `style-src ${styles.length === 0 ? "'none'" : styles.join(' ')}`,
    ...(ownConnections ? ["connect-src 'self'"] : []),
    ...(imageOrigins.length === 0 ? [] : [`img-src ${imageOrigins.join(' ')}`]),
    `form-action ${["'self'", ...formAction].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
