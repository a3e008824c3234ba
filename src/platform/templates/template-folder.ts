import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Liquid, type Template } from 'liquidjs';
import { projectRoot } from '../project-root.js';

const EXTENSION = '.liquid';

/** Filters that a folder's templates have besides Liquid's own. */
export type TemplateFilters = Readonly<Record<string, (value: string) => string | undefined>>;

/**
 * The LiquidJS templates of one folder below `templates/`, all of them compiled at once: a template
 * with a mistake stops the start of the process, not a message to somebody.
 *
 * A variable or filter that does not exist is an error, except in a condition, where it is false.
 * Values are data: what looks like a template in a name stays text, and inherited properties of an
 * object are out of reach. A template whose name ends with `.html` (and every template of a folder
 * of pages) escapes what it prints.
 */
export class TemplateFolder {
  private readonly templates = new Map<string, { engine: Liquid; parsed: Template[] }>();

  /**
   * @param folder name below `templates/`
   * @param isHtml which templates are HTML
   * @param filters of this folder
   * @throws Error naming the template that cannot be compiled
   */
  constructor(
    folder: string,
    isHtml: (name: string) => boolean = (name) => name.endsWith('.html'),
    filters: TemplateFilters = {},
  ) {
    const root = join(projectRoot, 'templates', folder);
    const html = engineFor(root, 'escape');
    const plain = engineFor(root);
    for (const [name, filter] of Object.entries(filters)) {
      html.registerFilter(name, filter);
      plain.registerFilter(name, filter);
    }
    for (const file of readdirSync(root).filter((entry) => entry.endsWith(EXTENSION))) {
      const name = file.slice(0, -EXTENSION.length);
      const engine = isHtml(name) ? html : plain;
      this.templates.set(name, { engine, parsed: engine.parseFileSync(file) });
    }
  }

  /** The names of all templates, without `.liquid`. */
  get names(): string[] {
    return [...this.templates.keys()];
  }

  /**
   * The text of a template for this data.
   *
   * @throws Error for an unknown template, or when the template asks for what `data` does not have
   */
  render(name: string, data: object): string {
    const template = this.templates.get(name);
    if (template === undefined) throw new Error(`There is no template “${name}”.`);
    return String(template.engine.renderSync(template.parsed, data));
  }
}

function engineFor(root: string, outputEscape?: 'escape'): Liquid {
  return new Liquid({
    root,
    cache: true,
    relativeReference: false,
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    ...(outputEscape === undefined ? {} : { outputEscape }),
  });
}
