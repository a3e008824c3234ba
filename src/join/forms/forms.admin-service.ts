import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { recordDeed } from '../../audit/audit.js';
import { IdempotentCreation } from '../../organisers/idempotent-creation.js';
import type { SignedInOrganiser } from '../../organisers/signed-in-organiser.js';
import { Configuration } from '../../platform/config/configuration.js';
import { Database, type OrganiserManager } from '../../platform/database/database.js';
import { originMatcher } from '../../platform/http/cors.js';
import { StaleVersion } from '../../platform/http/if-match.js';
import { forbidden, notFound } from '../../platform/http/standard-problems.js';
import { FormDirectory } from './form-directory.js';
import { FormSlugTaken, thankYouElsewhere, unknownUnitOfForm } from './forms.admin-errors.js';
import { FormsAdminRepository } from './forms-admin.repository.js';
import type { AdminForm, FormChange, FormsQuery, NewForm } from './forms.admin-schemas.js';

/** Join forms, as those see and make them who answer for a unit. */
@Injectable()
export class FormsAdminService {
  constructor(
    private readonly configuration: Configuration,
    private readonly database: Database,
    private readonly repository: FormsAdminRepository,
    private readonly creation: IdempotentCreation,
    private readonly directory: FormDirectory,
  ) {}

  /** A page of the forms of the caller's units. */
  list(organiser: SignedInOrganiser, query: FormsQuery) {
    return this.database.asOrganiser(organiser, (manager) => this.repository.page(manager, query));
  }

  /** @throws Problem 404, also for a form that is not of the caller's units. */
  read(organiser: SignedInOrganiser, id: string) {
    return this.database.asOrganiser(organiser, (manager) => this.form(manager, id));
  }

  /**
   * Makes a form, which takes posts at once.
   *
   * @throws Problem 422 `unknown_unit`, `origin_not_allowed`; FormSlugTaken 409.
   */
  async create(organiser: SignedInOrganiser, input: NewForm, key: string | undefined) {
    this.refuseThankYou(input);
    const request = { route: 'forms', key, input };
    const created = await this.creation.run(organiser, request, async (manager) => {
      if (!(await this.repository.mayMakeFor(manager, input.unitId))) throw unknownUnitOfForm();
      // The form of the settings is none of the table.
      const id =
        input.slug === this.directory.own.id
          ? undefined
          : await this.repository.insert(manager, input);
      if (id === undefined) throw new FormSlugTaken(input.slug);
      await recordDeed(manager, organiser, 'form.created', 'form', id);
      return this.form(manager, id);
    });
    await this.directory.reload();
    return created;
  }

  /**
   * Changes what is given of a form, closes it or opens it again. Submissions keep the questions
   * that they answered.
   *
   * @throws Problem 404 out of sight, 403 where it is not the caller's to change, 422
   *   `origin_not_allowed`; StaleVersion.
   */
  async change(organiser: SignedInOrganiser, id: string, version: number, change: FormChange) {
    const changed = await this.database.asOrganiser(organiser, async (manager) => {
      const before = await this.form(manager, id);
      if (!(await this.repository.mayChange(manager, id))) throw forbidden('forms.write');
      if (before.version !== version) throw new StaleVersion();
      const present = changeable(before);
      const wanted = { ...present, ...given(change) };
      if (isDeepStrictEqual(wanted, present)) return before;
      this.refuseThankYou(wanted);
      if (!(await this.repository.change(manager, id, version, wanted))) throw new StaleVersion();
      const deed =
        wanted.closed === present.closed ? 'changed' : wanted.closed ? 'closed' : 'reopened';
      await recordDeed(manager, organiser, `form.${deed}`, 'form', id);
      return this.form(manager, id);
    });
    await this.directory.reload();
    return changed;
  }

  /** As with the form of the settings: nobody is sent on to where the form may not be posted from. */
  private refuseThankYou({ thankYouUrl, origins }: Pick<NewForm, 'thankYouUrl' | 'origins'>): void {
    if (thankYouUrl === null) return;
    const { origin } = new URL(thankYouUrl);
    const ours = new URL(this.configuration.publicUrl).origin;
    if (!originMatcher([ours, ...origins])(origin)) throw thankYouElsewhere();
  }

  private async form(manager: OrganiserManager, id: string): Promise<AdminForm> {
    const form = await this.repository.form(manager, id);
    if (form === undefined) throw notFound();
    return form;
  }
}

/** What of a form may change. */
function changeable(form: AdminForm): Required<FormChange> {
  const { name, origins, thankYouUrl, sequence, sourceDefaults, challenge, closedAt } = form;
  const questions = form.questions as Required<FormChange>['questions'];
  const closed = closedAt !== null;
  return { name, origins, thankYouUrl, sequence, sourceDefaults, questions, challenge, closed };
}

/** What a change says; what it leaves out stays. */
function given(change: FormChange): Partial<Required<FormChange>> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
